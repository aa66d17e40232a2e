"""Text that a spreadsheet would take for a formula, made harmless without a loss.

OWASP, "CSV Injection": what begins with one of the signs below is calculated on opening, even
behind quotation marks. A separator within a cell counts as a beginning too: a program that expects
semicolons, as in Spanish, splits there whatever the quotation marks of the commas say.
"""

import re

# The last four are the same signs in full width, which some programs take for them.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
# What programs drop before they look: spaces, quotation marks, marks that nobody sees.
_DROPPED = "[ \u00a0'\"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
_BEGINNING = f"^(?={_DROPPED}[\\t\\r\\n{_SIGNS}])|(?<=[;,\\t\\r\\n])(?={_DROPPED}[{_SIGNS}])"
_HARMFUL = re.compile(_BEGINNING)
# An apostrophe is among what is dropped, so that the same places are found again.
_HARMLESS = re.compile(f"(?:{_BEGINNING})'")


def escape_formulas(text: str) -> str:
    """``text`` with an apostrophe at each place at which a formula could begin."""
    return _HARMFUL.sub("'", text)


def unescape_formulas(text: str) -> str:
    """What ``escape_formulas`` was given: for programs that read an export back."""
    return _HARMLESS.sub("", text)
