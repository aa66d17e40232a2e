"""Text that people type: the one form in which it is stored, and what it may not contain."""

import re
from unicodedata import normalize

# A soft hyphen, a Mongolian vowel separator, a zero-width space, a word joiner, a byte order mark.
# Joiners and direction marks stay, because they change how a name is displayed.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u180e\u200b\u2060\ufeff"))
_BLANKS = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_A_LINE_BREAK = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


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
