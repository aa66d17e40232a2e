"""Conflicts: a taken hour is reported with both classes, and used once it is free."""

from datetime import date, timedelta
from functools import partial

import pytest

from scheduling.jobs.execution import runner
from scheduling.jobs.generation import chunks
from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.jobs.helpers import calendar, counts, horizon, weekly

pytestmark = pytest.mark.django_db


@pytest.fixture
def bach():
    return make.teacher("Bach")


@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        ("09:00", "10:00", True),
        ("11:00", "12:00", True),
        ("09:00", "10:01", False),
        ("10:59", "12:00", False),
        ("10:15", "10:45", False),
        ("09:00", "12:00", False),
        ("10:00", "10:30", False),
        ("10:00", "11:00", False),
    ],
)
@pytest.mark.parametrize("shared_person", ["teacher", "student"])
def test_overlapping_class_is_conflict(bach, shared_person, start, end, free):
    slot = make.slot(bach)
    people = {"teacher": bach} if shared_person == "teacher" else {"student": slot.student}
    if shared_person == "student":
        people["teacher"] = make.teacher("Liszt")
    make.lesson(start=start, end=end, **people)
    assert counts(horizon(weeks=1)) == ({"created": 1} if free else {"conflict": 1})


@pytest.mark.parametrize("first", [0, 1])
def test_earliest_of_several_conflicting_classes_is_named(bach, first):
    """Otherwise the plan would differ from preview to preview."""
    make.slot(bach)
    times = [("10:00", "10:30"), ("10:30", "11:00")]
    for start, end in (times[first], times[1 - first]):
        make.lesson(start=start, end=end, teacher=bach)
    (line,) = horizon(weeks=1).conflicts
    assert "10:00–10:30" in line.reason


@pytest.mark.parametrize("booking", ["no teacher", "same teacher"])
def test_one_off_at_same_key_fulfils_occurrence(bach, booking):
    slot = make.slot(bach)
    make.lesson(slot.student, teacher=bach if booking == "same teacher" else None)
    assert counts(horizon(weeks=1)) == {"exists": 1}
    assert counts(horizon(weeks=1)) == {"exists": 1}
    assert ScheduledClass.objects.count() == 1


def test_one_off_with_other_teacher_is_conflict(bach):
    slot = make.slot(bach)
    make.lesson(slot.student, teacher=make.teacher("Liszt"))
    result = horizon(weeks=1)
    assert counts(result) == {"conflict": 1}
    assert result.conflicts[0].code == "same_key"


def test_class_of_other_series_at_same_key_is_conflict(bach):
    ana = make.student("Ana")
    make.schedule(ana, bach)
    make.slot(bach, ana)
    weekly()
    assert counts(horizon(weeks=1)) == {"conflict": 1}


def test_same_local_time_in_other_zone_is_same_key(bach):
    slot = make.slot(bach)
    make.lesson(slot.student, teacher=make.teacher("Liszt", zone="Asia/Tokyo"))
    result = horizon(weeks=1)
    assert [line.code for line in result.conflicts] == ["same_key"]


def test_cancelled_class_is_no_conflict(bach):
    slot = make.slot(bach)
    make.lesson(slot.student, teacher=bach, status="cancelled", cancelled_by="studio")
    assert counts(horizon(weeks=1)) == {"created": 1}


def test_completed_class_is_conflict(bach):
    make.slot(bach)
    make.lesson(teacher=bach, status="completed")
    assert counts(horizon(weeks=1)) == {"conflict": 1}


def test_class_past_midnight_conflicts_with_next_day(bach):
    make.slot(bach, weekday=2, start="00:30")
    make.lesson(on=MONDAY, start="23:00", end="00:45", teacher=bach)
    assert counts(horizon(weeks=1)) == {"conflict": 1}


def test_every_occurrence_is_checked(bach):
    make.slot(bach)
    for week in (0, 3):
        make.lesson(on=MONDAY + timedelta(weeks=week), teacher=bach)
    result = horizon(weeks=5)
    assert counts(result) == {"created": 3, "conflict": 2}
    assert [str(line.day) for line in result.conflicts] == ["2026-01-05", "2026-01-26"]


def test_next_run_creates_class_once_conflict_is_resolved(bach):
    make.slot(bach)
    other = make.lesson(teacher=bach)
    assert counts(horizon(weeks=1)) == {"conflict": 1}
    assert counts(horizon(weeks=1)) == {"conflict": 1}
    other.status, other.cancelled_by = "cancelled", "student"
    other.save()
    assert counts(horizon(weeks=1)) == {"created": 1}


def test_group_lesson_is_no_conflict(bach):
    for _ in range(4):
        make.slot(bach, is_shared=True)
    assert counts(horizon(weeks=2)) == {"created": 8}
    assert counts(horizon(weeks=2)) == {"exists": 8}


@pytest.mark.parametrize(
    "other",
    [
        {"is_shared": False},
        {"is_shared": True, "start": "10:30"},
        {"is_shared": True, "minutes": 90},
    ],
    ids=["single", "another start", "another length"],
)
def test_different_group_lesson_is_conflict(bach, other):
    make.slot(bach, is_shared=True)
    make.slot(bach, **other)
    assert counts(horizon(weeks=1)) == {"created": 1, "conflict": 1}


def test_student_twice_in_group_lesson_is_conflict(bach):
    ana = make.student()
    for _ in range(2):
        make.slot(bach, ana, is_shared=True)
    assert counts(horizon(weeks=1)) == {"created": 1, "conflict": 1}


def test_group_lesson_moves_together(bach):
    slots = [make.slot(bach, is_shared=True) for _ in range(3)]
    horizon(weeks=2)
    for slot in slots:
        slot.start_time = at("10:30")
        slot.save()
    assert counts(horizon(weeks=2)) == {"moved": 6}


def test_series_that_overlap_only_after_clock_change_conflict():
    """17:00 in New York is 23:00 in Madrid, but 22:00 for three weeks in March 2026."""
    ana = make.student()
    older = make.slot(make.teacher(zone="Europe/Madrid"), ana, start="22:00")
    make.slot(make.teacher(zone="America/New_York"), ana, start="17:00")
    result = horizon(date(2026, 3, 2), weeks=6)
    assert counts(result) == {"created": 9, "conflict": 3}
    assert {str(line.day) for line in result.conflicts} == {
        "2026-03-09",
        "2026-03-16",
        "2026-03-23",
    }
    assert ScheduledClass.objects.filter(recurring_slot=older).count() == 6


@pytest.mark.parametrize("limit", [1, 8_000])
def test_stored_class_takes_precedence_over_older_series(bach, limit, monkeypatch):
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=limit))
    younger = make.slot(bach, created_at=make.moment("2026-01-04 00:00"))
    horizon(weeks=1)
    make.slot(bach, created_at=make.moment("2020-01-01 00:00"))
    before = calendar()
    assert counts(horizon(weeks=1)) == {"exists": 1, "conflict": 1}
    assert calendar() == before
    assert ScheduledClass.objects.get().recurring_slot == younger
