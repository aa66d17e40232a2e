"""Text that people type: the one form in which it is stored, and what it may not contain."""

import re
from unicodedata import category, combining, normalize

# A soft hyphen, a Mongolian vowel separator, a zero-width space, a word joiner, a byte order mark.
# Joiners and direction marks stay, because they change how a name is displayed.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u180e\u200b\u2060\ufeff"))
_BLANKS = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
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

    Control characters stay as they are: ``control_character`` finds them.
    """
    if not text.isascii():
        text = normalize("NFC", text).translate(_INVISIBLE)
    return _BLANKS.sub(" ", text).strip(" ")


def control_character(text: str, *, several_lines: bool = False) -> str:
    """The first control character or lone surrogate of ``text``; empty where it has none.

    Line breaks and tabs are allowed where the text has ``several_lines``.
    """
    found = (_NOT_A_LINE_BREAK if several_lines else _CONTROL).search(text)
    return found[0] if found else ""


def lookalike_key(name: str) -> str:
    """Equal for names that differ only in case, accents, punctuation and blanks.

    For comparison alone, never stored. Empty where ``name`` has neither letters nor digits.
    """
    if name.isascii():
        return _ASCII_PUNCTUATION.sub("", name.lower())
    # Folding the case of a letter may bring out an accent, and an accent hide a capital.
    folded = normalize("NFKD", normalize("NFKD", name).casefold()).casefold()
    return "".join(filter(_counts, folded.translate(_PLAIN)))


def _counts(sign: str) -> bool:
    kind = category(sign)
    return kind[0] not in "PZC" and kind != "Sk" and combining(sign) in _PART_OF_A_LETTER
