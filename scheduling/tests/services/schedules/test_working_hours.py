"""Working hours: what the database refuses, writing those of a teacher, warnings of lessons."""

from contextlib import nullcontext
from datetime import date, time
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, transaction

from scheduling.models import WorkingHours
from scheduling.selectors.schedules.working_hours import working_hours
from scheduling.services.schedules.working_hours import FIELDS, outside_hours, write_working_hours
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at, day

pytestmark = pytest.mark.django_db


def row(weekday: int, start: str, end: str, **values: Any) -> dict[str, Any]:
    dates = {"valid_from": None, "valid_until": None}
    return {"weekday": weekday, "start_time": at(start), "end_time": at(end)} | dates | values


def stored() -> list[tuple[Any, ...]]:
    return list(WorkingHours.objects.order_by("weekday", "start_time").values_list(*FIELDS))


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"weekday": 0}, "working_hours_weekday"),
        ({"weekday": 8}, "working_hours_weekday"),
        ({"end_time": time(8)}, "working_hours_end_after_start"),
        ({"end_time": time(9)}, "working_hours_end_after_start"),
        (
            {"valid_from": day("2026-01-06"), "valid_until": day("2026-01-05")},
            "working_hours_validity",
        ),
    ],
)
def test_the_database_refuses_impossible_hours(values, name):
    teacher = make.teacher()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        WorkingHours.objects.create(teacher=teacher, **(row(1, "09:00", "13:00") | values))


def test_an_end_at_midnight_and_a_single_day_are_possible():
    teacher = make.teacher()
    WorkingHours.objects.create(teacher=teacher, **row(1, "09:00", "00:00"))
    one_day = {"valid_from": MONDAY, "valid_until": MONDAY}
    WorkingHours.objects.create(teacher=teacher, **row(1, "00:00", "00:00", **one_day))
    teacher.delete()
    assert not WorkingHours.objects.exists()


def test_writing_replaces_all_and_keeps_equal_rows():
    teacher, other = make.teacher(), make.teacher()
    write_working_hours(other, [row(1, "09:00", "13:00")])
    assert write_working_hours(teacher, [row(1, "09:00", "13:00"), row(2, "09:00", "13:00")])
    kept = WorkingHours.objects.get(teacher=teacher, weekday=1).pk
    again = [row(3, "09:00", "00:00"), row(1, "09:00", "13:00")]
    assert write_working_hours(teacher, again)
    assert not write_working_hours(teacher, again)
    assert WorkingHours.objects.get(teacher=teacher, weekday=1).pk == kept
    assert [values[0] for values in stored()] == [1, 1, 3]
    assert write_working_hours(teacher, [])
    assert working_hours([teacher.pk]) == {}
    assert set(working_hours([other.pk])) == {other.pk}


def test_each_change_is_logged(monkeypatch):
    monkeypatch.setattr(make, "without_history", nullcontext)
    teacher = make.teacher()
    write_working_hours(teacher, [row(1, "09:00", "13:00")])
    write_working_hours(teacher, [row(2, "09:00", "13:00")])
    entries = LogEntry.objects.filter(content_type__model="workinghours").order_by("id")
    actions = list(entries.values_list("action", flat=True))
    create, delete = LogEntry.Action.CREATE, LogEntry.Action.DELETE
    assert sorted(actions) == [create, create, delete]


def outside(rule: Any, today: date = MONDAY) -> list[str]:
    return outside_hours([rule], today)


def test_a_lesson_within_the_hours_causes_no_warning():
    clara = make.teacher("Clara Ruiz")
    rows = [row(1, "09:00", "10:30"), row(1, "10:30", "12:00"), row(2, "22:00", "00:00")]
    write_working_hours(clara, [*rows, row(3, "00:00", "01:00")])
    assert outside(make.slot(clara, start="10:00")) == []
    assert outside(make.schedule(None, clara, start="09:00", end="12:00")) == []
    assert outside(make.slot(clara, weekday=2, start="23:00", minutes=120)) == []


def test_a_lesson_outside_the_hours_causes_a_warning():
    clara = make.teacher("Clara Ruiz")
    write_working_hours(clara, [row(1, "15:00", "20:00"), row(1, "09:00", "11:00")])
    text = "Outside the working hours of Clara Ruiz on Monday: 09:00–11:00, 15:00–20:00."
    assert outside(make.slot(clara, start="10:30")) == [text]
    assert outside(make.schedule(None, clara, start="14:00", end="16:00")) == [text]
    assert outside(make.slot(clara, weekday=2)) == ["Clara Ruiz does not work on Tuesday."]


def test_only_dates_of_the_lesson_count():
    clara = make.teacher("Clara Ruiz")
    until = {"valid_until": day("2026-01-18")}
    write_working_hours(clara, [row(1, "09:00", "11:00", **until)])
    assert outside(make.slot(clara)) == ["Clara Ruiz does not work on Monday."]
    assert outside(make.slot(clara, valid_until=day("2026-01-18"))) == []
    assert outside(make.slot(clara, valid_until=day("2026-01-19"))) != []
    fortnightly = {"valid_from": MONDAY, "interval_weeks": 2, "valid_until": day("2026-01-12")}
    write_working_hours(clara, [row(1, "09:00", "11:00", valid_until=MONDAY)])
    assert outside(make.slot(clara, **fortnightly)) == []
    assert outside(make.slot(clara, valid_until=day("2026-01-04"))) == []


def test_unknown_hours_and_lessons_without_a_teacher_cause_no_warning():
    assert outside(make.slot(make.teacher())) == []
    assert outside(make.schedule()) == []


def test_many_lessons_take_one_query(django_assert_num_queries):
    rules = []
    for number in range(3):
        teacher = make.teacher(f"Teacher {number}")
        write_working_hours(teacher, [row(1, "15:00", "20:00")])
        rules.append(make.slot(teacher))
    with django_assert_num_queries(1):
        assert len(outside_hours(rules, MONDAY)) == 3
