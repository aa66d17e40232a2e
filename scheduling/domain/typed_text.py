"""Typed text: its normalised form, forbidden characters and comparison keys."""

import re
from unicodedata import category, combining, normalize

# Zero-width characters: soft hyphen, zero-width space, word joiner, invisible operators,
# annotation marks, byte order mark.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]+")
# Joiners, direction marks and variation selectors stay, because they change how a name is
# displayed; alone they show nothing.
_MARKS = re.compile(
    "[\u034f\u061c\u17b4\u17b5\u180b-\u180d\u180f\u200c-\u200f\u202a-\u202e\u2066-\u2069"
    "\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
)
# Hangul fillers and the empty braille cell look like blanks, though Unicode has them as letters
# and symbols.
_BLANKS = re.compile(
    "[ \u00a0\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]+"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_A_LINE_BREAK = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# Letters that Unicode doesn't decompose, mapped to the way they are typed without their stroke or
# dot; the apostrophes, some of which Unicode classifies as letters; and a tatweel.
_APOSTROPHES = "\u02b9\u02bb\u02bc\u02be\u02bf\u2018\u2019"
_PLAIN = str.maketrans(f"øłđðħŧı{_APOSTROPHES}", "olddhti" + "'" * len(_APOSTROPHES), "\u0640") | {
    ord("æ"): "ae",
    ord("œ"): "oe",
    ord("þ"): "th",
}
# Combining classes that aren't accents: none, and those that make another letter (nukta, the
# voicing of kana, virama).
_PART_OF_A_LETTER = (0, 7, 8, 9)
_ASCII_PUNCTUATION = re.compile("[^a-z0-9$+<=>|~]+")


def normalise_line(text: str) -> str:
    """Return ``text`` in Unicode NFC, without invisible characters, its blanks single spaces.

    Return an empty string if nothing visible is left. Control characters stay:
    ``control_character`` finds them.
    """
    if text.isascii():
        return _BLANKS.sub(" ", text).strip(" ")
    # Invisible characters go first: between a letter and its accent they prevent NFC.
    text = _BLANKS.sub(" ", normalize("NFC", _INVISIBLE.sub("", text))).strip(" ")
    return text if _MARKS.sub("", text).strip(" ") else ""


def control_character(text: str, *, several_lines: bool = False) -> str:
    """Return the first control character or lone surrogate of ``text``, or an empty string.

    Line breaks and tabs are allowed with ``several_lines``.
    """
    found = (_NOT_A_LINE_BREAK if several_lines else _CONTROL).search(text)
    return found[0] if found else ""


def plain_letters(text: str) -> str:
    """Return ``text`` in lower case without accents, for comparison only.

    `models/plain_text.py` has the same in SQL.
    """
    if text.isascii():
        return text.lower()
    decomposed = normalize("NFKD", text)
    plain = "".join(character for character in decomposed if not combining(character))
    return plain.casefold().translate(_PLAIN)


def caseless_key(name: str) -> str:
    """Return a key that is equal for names that differ only in case. It is stored."""
    return normalize("NFC", normalise_line(name).casefold())


def lookalike_key(name: str) -> str:
    """Return a key that ignores case, accents, punctuation and blanks, for comparison only.

    The key is never stored. It is empty if ``name`` has neither letters nor digits.
    """
    if name.isascii():
        return _ASCII_PUNCTUATION.sub("", name.lower())
    # Case folding may produce an accent, and an accent may hide a capital: hence both twice.
    folded = normalize("NFKD", normalize("NFKD", name).casefold()).casefold()
    return "".join(
        filter(_is_significant, _BLANKS.sub("", _MARKS.sub("", folded)).translate(_PLAIN))
    )


def _is_significant(character: str) -> bool:
    kind = category(character)
    return kind[0] not in "PZC" and kind != "Sk" and combining(character) in _PART_OF_A_LETTER


def is_row_id(text: str) -> bool:
    """Return whether ``text`` can be the id of a row: ASCII digits that fit into a column."""
    return text.isascii() and text.isdigit() and len(text) < 19
