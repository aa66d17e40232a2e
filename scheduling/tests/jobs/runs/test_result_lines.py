"""The facts of a result line, which distinguish two plans."""

from dataclasses import fields, replace
from datetime import date, time

import pytest

from scheduling.domain.existing_classes import ClassAttributes
from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.jobs.runs.result_lines import ResultLine

LINE = ResultLine(outcome=Outcome.MOVED, code="rule_changed", params={"from_date": "2026-01-05"})
BECOMES = ClassAttributes(1, time(10), time(11), 3600, "UTC", 1, 2, "Piano", False)
OTHER = {
    "outcome": Outcome.CREATED,
    "code": "details_changed",
    "params": {"from_date": "2026-01-06"},
    "student_id": 1,
    "teacher_id": 1,
    "room_id": 1,
    "series": SeriesKey(SeriesKind.RECURRING_SLOT, 1),
    "class_id": 1,
    "day": date(2026, 1, 5),
    "start_time": time(10),
    "end_time": time(11),
    "zone": "Asia/Tokyo",
    "occurrences": 2,
    "becomes": BECOMES,
}
NAMES = {"student", "teacher", "room"}


def test_facts_contain_every_field_except_names():
    assert {field.name for field in fields(ResultLine)} == {*OTHER, *NAMES}
    for name, value in OTHER.items():
        assert replace(LINE, **{name: value}).facts() != LINE.facts(), name


@pytest.mark.parametrize("name", sorted(NAMES))
def test_facts_do_not_contain_names(name):
    assert replace(LINE, **{name: "Marta Gil"}).facts() == LINE.facts()


def test_facts_contain_every_attribute_of_planned_class():
    known = {replace(LINE, becomes=BECOMES).facts()[-1]}
    for name, value in BECOMES._asdict().items():
        other = BECOMES._replace(**{name: not value if name == "is_shared" else "other"})
        known.add(replace(LINE, becomes=other).facts()[-1])
    assert len(known) == len(BECOMES) + 1


def test_facts_ignore_order_of_params():
    line = replace(LINE, params={"a": 1, "b": 2})
    assert line.facts() == replace(LINE, params={"b": 2, "a": 1}).facts()


def test_facts_ignore_translated_error():
    line = replace(LINE, outcome=Outcome.ERROR, params={"error": "The database is locked."})
    assert line.facts() == replace(line, params={"error": "La base está bloqueada."}).facts()
