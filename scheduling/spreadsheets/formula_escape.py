"""Reversible escaping of text that a spreadsheet would run as a formula.

OWASP, "CSV Injection": spreadsheets evaluate cells that begin with one of the characters below,
even within quotation marks. A position after a separator is a possible beginning too: a program
that expects semicolons, as in Spanish, splits there despite the quotation marks.
"""

import re

# The last four are full-width forms, which some programs treat alike.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
# Characters that programs strip first: spaces, quotation marks, invisible characters.
_DROPPED = "[ \u00a0'\"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
_BEGINNING = f"^(?={_DROPPED}[\\t\\r\\n{_SIGNS}])|(?<=[;,\\t\\r\\n])(?={_DROPPED}[{_SIGNS}])"
_UNESCAPED = re.compile(_BEGINNING)
# Stripped characters include the apostrophe, so that the pattern matches escaped text too.
_ESCAPED = re.compile(f"(?:{_BEGINNING})'")


def escape_formulas(text: str) -> str:
    """Insert an apostrophe at each position where a formula could begin."""
    return _UNESCAPED.sub("'", text)


def unescape_formulas(text: str) -> str:
    """Reverse ``escape_formulas``, for programs that read an export."""
    return _ESCAPED.sub("", text)
