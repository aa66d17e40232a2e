"""First and last names from many countries, in their own spelling."""

import unicodedata
from dataclasses import dataclass

from .stable_random import StableRandom


@dataclass(frozen=True, slots=True)
class Culture:
    """First and last names of a country; in some countries people have two last names."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    language: str = "en"
    has_two_last_names: bool = False

    def name(self, random: StableRandom) -> tuple[str, str]:
        """Return a first and a last name."""
        last = random.pick(self.last)
        if self.has_two_last_names:
            last += f" {random.pick(self.last)}"
        return random.pick(self.first), last

    def nth_name(self, number: int) -> str:
        """Return a full name, different for each of thousands of numbers."""
        block, index = divmod(number, len(self.first) * len(self.last))
        row, column = divmod(index, len(self.first))
        words = [self.first[column], self.last[(row + column) % len(self.last)]]
        if block:
            words.insert(1, self.first[(column + block) % len(self.first)])
        return " ".join(words)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SPANISH = Culture(
    _words(
        "María José Lucía Álvaro Inés Sergio Begoña Íñigo Carmen Andrés Nuria Óscar Raquel Iván "
        "Rocío Adrián Sofía Joaquín Belén Rubén Ángela Hugo"
    ),
    _words(
        "García Martínez López Sánchez Pérez Gómez Núñez Ibáñez Jiménez Ruiz Peña Álvarez Muñoz "
        "Domínguez Vázquez Castaño Ortega Iglesias Cañizares"
    ),
    "es",
    has_two_last_names=True,
)
MEXICAN = Culture(
    _words(
        "Guadalupe Jesús Ximena Emiliano Valentina Diego Fernanda Héctor Itzel Ramón Citlali "
        "Raúl Daniela Tonatiuh Araceli Martín Yolotzin Julián Renata Efraín"
    ),
    _words(
        "Hernández Ramírez Cruz Flores Morales Reyes Gutiérrez Ávila Ríos Zúñiga Ortiz Juárez "
        "Luna Tlapa Cárdenas Estrada Velázquez Xicoténcatl Montaño"
    ),
    "es",
    has_two_last_names=True,
)
ARGENTINE = Culture(
    _words(
        "Florencia Facundo Agustina Nicolás Milagros Matías Pilar Gastón Abril Lautaro Catalina "
        "Germán Julieta Tomás Malena Ezequiel Josefina Bautista"
    ),
    _words(
        "Rossi Bianchi Fernández Ferrari Acosta Giménez Benítez Moretti Agüero Quiroga Suárez "
        "Iturralde Peralta Etcheverry Gallardo Romano Bustos"
    ),
    "es",
)
AMERICAN = Culture(
    _words(
        "Emily Michael Jasmine Tyrone Ashley Carlos Hannah Jamal Grace Ethan Destiny Noah Madison "
        "Kevin Aaliyah Samuel Chloe Marcus Brianna Dylan"
    ),
    _words(
        "Johnson Williams Nguyen Rodriguez Goldberg Washington Kim Miller O'Connor Patel Chen "
        "Kowalski Jefferson McAllister Rivera Andersson Brooks"
    ),
)
BRITISH = Culture(
    _words(
        "Oliver Amelia Siobhán Callum Poppy Rhys Imogen Hamish Niamh Alfie Eilidh Harry Zara "
        "Gethin Florence Ewan Beatrix Mohammed Daisy Angus"
    ),
    _words(
        "Smith Jones Davies O'Brien Campbell Hughes Khan Wright Fraser Ó-Súilleabháin Begum "
        "Taylor-Reed Llewellyn Okafor Clarke MacDonald Whitaker"
    ),
)
EGYPTIAN = Culture(
    _words("أحمد فاطمة محمود نور يوسف مريم خالد ليلى عمر هبة طارق سلمى كريم ياسمين"),
    _words("حسن المصري عبدالله إبراهيم السيد منصور فاروق الشافعي رمضان نصار صالح حجازي"),
)
INDIAN = Culture(
    _words(
        "Aarav Ananya Rohan Priyanka Arjun Kavya Siddharth Meera Debjani Sourav Ishita Vikram "
        "Lakshmi Farhan Paroma Nikhil Sunita Tanmay"
    ),
    _words(
        "Banerjee Sharma Chatterjee Iyer Khan Mukherjee Nair Gupta Bhattacharya Reddy Sengupta "
        "Fernandes Das Mehta Ghoshal Kulkarni Verma"
    ),
)
JAPANESE = Culture(
    _words(
        "Haruka Kenji Yūto Sakura Daichi Aoi Shō Mizuki Ren Yōko Takumi Hinata Kaori Sōta Emi "
        "Ryūnosuke Naomi Jun"
    ),
    _words(
        "Satō Suzuki Takahashi Itō Watanabe Yamamoto Nakamura Kobayashi Katō Ōno Yoshida Inoue "
        "Saitō Hayashi Shimizu Ōkubo Mori"
    ),
)
AUSTRALIAN = Culture(
    _words(
        "Jack Matilda Lachlan Isla Cooper Ruby Angus Sienna Banjo Evie Jarrah Georgia Darcy "
        "Kirra Xavier Tahlia Bodhi Freya"
    ),
    _words(
        "Wilson Nichols Thompson Papadopoulos Hines Kelly Tran Walker Thistlethwaite Murray "
        "Campbell Vukasović Wood Ryan Burns Singh Shick"
    ),
)
NEW_ZEALAND = Culture(
    _words(
        "Aroha Tāne Mia Wiremu Ngaio Liam Hinemoa Rāwiri Manaia Sione Kahurangi Finn Mele Tāmati "
        "Ruby Sefa Anahera Nikau"
    ),
    _words(
        "Ngata Williams Tūhoe Taylor Parata Fa'alogo Robinson Te-Kanawa Harris Tuilagi Mitchell "
        "Hōhepa Faleolo Walker Rangihau Wīneera"
    ),
)
ELSEWHERE = (
    Culture(
        _words("João Beatriz Conceição Gonçalo Inês Simão Leonor Estêvão Matilde Luís"),
        _words("Silva Gonçalves Araújo Magalhães Simões Conceição Falcão Brandão"),
    ),
    Culture(
        _words("Zoë Étienne Chloé François Maëlle Gaël Anaïs Loïc Hélène Noé"),
        _words("Lefèvre Dubois D'Aubigné Noël Müller Bérénger Le-Goff Traoré"),
    ),
    Culture(
        _words("Łukasz Agnieszka Święta Grzegorz Małgorzata Paweł Żaneta Michał"),
        _words("Wójcik Kowalczyk Dąbrowska Zieliński Świątek Łoś Gołębiowska"),
    ),
    Culture(
        _words("Ольга Тарас Оксана Богдан Софія Назар Їлона Андрій"),
        _words("Шевченко Коваленко Бондар Ткачук Мельник Кравець Лисенко"),
    ),
    Culture(
        _words("Ελένη Γιώργος Δήμητρα Νίκος Άννα Παύλος Ιωάννα"),
        _words("Παπαδοπούλου Νικολάου Οικονόμου Δημητρίου Αγγέλου"),
    ),
    Culture(_words("伟 芳 娜 静 磊 洋 婷 浩"), _words("王 李 张 刘 陈 杨 黄 欧阳")),
    Culture(
        _words("Çağla Emre Özge Şükrü İrem Barış Gülşen Oğuz"),
        _words("Yılmaz Şahin Öztürk Çelik Aydın Güneş Koçyiğit"),
    ),
    Culture(
        _words("Ọlá Adébáyọ̀ Fọláṣadé Chukwuemeka Ngọzi Ṣadé Túndé"),
        _words("Adéyẹmí Okonkwo Ọláníyan Babátúndé Nwosu Ọ̀ṣúndáre"),
    ),
    Culture(_words("יעל נועם תמר איתן שירה דוד רוני"), _words("כהן לוי מזרחי פרץ ביטון אברהם")),
)

# Many Spanish-speaking students, and many names that break without UTF-8.
STUDENTS = (
    *(SPANISH, SPANISH, MEXICAN, MEXICAN, ARGENTINE),
    *(AMERICAN, BRITISH, EGYPTIAN, INDIAN, JAPANESE, AUSTRALIAN, NEW_ZEALAND),
    *ELSEWHERE,
)

_NO_ACCENT = str.maketrans({"Ł": "L", "ł": "l", "ı": "i", "ø": "o", "ß": "ss"})


def address(name: str, number: str, domain: str) -> str:
    """Return an e-mail address for ``name``, unique by ``number`` within the ``domain``."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_NO_ACCENT))
    # Only ASCII letters are kept, so a name in another script leaves only the number.
    plain = decomposed.encode("ascii", "ignore").decode().replace("'", "").lower()
    return f"{'.'.join([*plain.replace('-', ' ').split(), number])}@{domain}"
