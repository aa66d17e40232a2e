"""Days as people type them into a search."""

from datetime import date

import pytest
from django.utils import translation

from scheduling.text.typed_days import take_day

TODAY = date(2026, 11, 30)
pytestmark = pytest.mark.one_database(name="sqlite")


@pytest.mark.parametrize(
    ("typed", "day", "rest"),
    [
        ("2026-12-24", "2026-12-24", ""),
        ("24/12/2026", "2026-12-24", ""),
        ("24.12.", "2026-12-24", ""),
        ("24/12/26 ana", "2026-12-24", "ana"),
        ("ana 24 dec", "2026-12-24", "ana"),
        ("24 December 2025", "2025-12-24", ""),
        ("Dec 24, 2026", "2026-12-24", ""),
        ("24 de diciembre de 2026", "2026-12-24", ""),
        ("ana 5 ene ruiz", "2027-01-05", "ana ruiz"),
        ("30 sept", "2026-09-30", ""),
        ("today", "2026-11-30", ""),
        ("Tomorrow ana", "2026-12-01", "ana"),
    ],
)
def test_a_day_is_taken_out_of_the_text(typed: str, day: str, rest: str) -> None:
    assert take_day(typed, TODAY) == (date.fromisoformat(day), rest)


@pytest.mark.parametrize(
    "typed", ["ana", "", "April Jones", "31 feb", "2026-13-01", "ma 12", "1/2/3/4", "612 345 678"]
)
def test_other_texts_name_no_day(typed: str) -> None:
    assert take_day(typed, TODAY) == (None, typed)


def test_words_for_days_are_those_of_the_page() -> None:
    with translation.override("es"):
        assert take_day("ana manana", TODAY) == (date(2026, 12, 1), "ana")
