"""Text that people type: the one form in which it is stored, and what it may not contain."""

import re
from unicodedata import category, combining, normalize

# Signs without a width: a soft hyphen, a zero-width space, a word joiner, operators that are not
# shown, marks of annotations, a byte order mark.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]+")
# Joiners and marks for a direction or a variant stay, because they change how a name is displayed;
# alone they show nothing.
_MARKS = re.compile(
    "[\u034f\u061c\u17b4\u17b5\u180b-\u180d\u180f\u200c-\u200f\u202a-\u202e\u2066-\u2069"
    "\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
)
# Hangul fillers and the empty braille cell are no blanks to Unicode, but look like them.
_BLANKS = re.compile(
    "[ \u00a0\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]+"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_A_LINE_BREAK = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# Letters that Unicode does not take apart, as they are typed without their stroke or dot, and
# apostrophes and a stretching line that it counts among the letters.
_PLAIN = str.maketrans("øłđðħŧı", "olddhti", "\u02b9\u02bb\u02bc\u02be\u02bf\u0640") | {
    ord("æ"): "ae",
    ord("œ"): "oe",
    ord("þ"): "th",
}
# Classes of combining marks: none, and those that make another letter (nukta, the voicing of kana,
# virama). All others are accents.
_PART_OF_A_LETTER = (0, 7, 8, 9)
_ASCII_PUNCTUATION = re.compile("[^a-z0-9$+<=>|~]+")


def normalise_line(text: str) -> str:
    """``text`` in Unicode NFC, without invisible characters, its blanks single spaces.

    Empty where nothing of it is seen.
    Control characters stay as they are: ``control_character`` finds them.
    """
    if text.isascii():
        return _BLANKS.sub(" ", text).strip(" ")
    # In this order: a sign between a letter and its accent keeps the two apart.
    text = _BLANKS.sub(" ", normalize("NFC", _INVISIBLE.sub("", text))).strip(" ")
    return text if _MARKS.sub("", text).strip(" ") else ""


def control_character(text: str, *, several_lines: bool = False) -> str:
    """The first control character or lone surrogate of ``text``; empty where it has none.

    Line breaks and tabs are allowed where the text has ``several_lines``.
    """
    found = (_NOT_A_LINE_BREAK if several_lines else _CONTROL).search(text)
    return found[0] if found else ""


def plain_letters(text: str) -> str:
    """``text`` in small letters without accents, for comparison alone."""
    return "".join(sign for sign in normalize("NFD", text.casefold()) if not combining(sign))


def lookalike_key(name: str) -> str:
    """Equal for names that differ only in case, accents, punctuation and blanks.

    For comparison alone, never stored. Empty where ``name`` has neither letters nor digits.
    """
    if name.isascii():
        return _ASCII_PUNCTUATION.sub("", name.lower())
    # Folding the case of a letter may bring out an accent, and an accent hide a capital.
    folded = normalize("NFKD", normalize("NFKD", name).casefold()).casefold()
    return "".join(filter(_counts, _BLANKS.sub("", _MARKS.sub("", folded)).translate(_PLAIN)))


def _counts(sign: str) -> bool:
    kind = category(sign)
    return kind[0] not in "PZC" and kind != "Sk" and combining(sign) in _PART_OF_A_LETTER
