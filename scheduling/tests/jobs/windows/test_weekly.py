"""The weekly job: the classes of the fixed schedules from Monday to Sunday."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.jobs.helpers import calendar, counts, dates, weekly

pytestmark = pytest.mark.django_db
WEDNESDAY = MONDAY + timedelta(2)


def test_schedule_gets_one_class_in_this_week():
    ana, teacher = make.student("Ana"), make.teacher(zone="Europe/Madrid")
    rule = make.schedule(ana, teacher, 3, "16:00", "17:30", subject="Violin")
    result = weekly()
    row = ScheduledClass.objects.get()
    assert (row.student, row.teacher, row.fixed_schedule) == (ana, teacher, rule)
    assert (row.week, row.occurrence_date, row.date) == (MONDAY, WEDNESDAY, WEDNESDAY)
    assert (row.start_time, row.end_time) == (at("16:00"), at("17:30"))
    assert (row.time_zone, row.subject, row.status) == ("Europe/Madrid", "Violin", "scheduled")
    assert row.starts_at.isoformat() == "2026-01-07T15:00:00+00:00"
    assert row.ends_at.isoformat() == "2026-01-07T16:30:00+00:00"
    assert row.created_by_run_id == result.run_id
    assert row.edited_at is None
    assert counts(result) == {"created": 1}
    assert (len(result.students), len(result.teachers)) == (1, 1)


def test_schedule_without_teacher_uses_studio_zone(settings):
    settings.TIME_ZONE = "America/New_York"
    make.schedule(weekday=2)
    weekly()
    row = ScheduledClass.objects.get()
    assert (row.teacher, row.time_zone) == (None, "America/New_York")
    assert row.starts_at.isoformat() == "2026-01-06T15:00:00+00:00"


def test_second_run_changes_nothing():
    for weekday in range(1, 8):
        make.schedule(weekday=weekday)
    assert counts(weekly()) == {"created": 7}
    before = calendar()
    assert counts(weekly()) == {"exists": 7}
    assert calendar() == before


def test_midweek_run_creates_whole_week():
    make.schedule(weekday=1)
    make.schedule(weekday=7)
    assert counts(weekly(WEDNESDAY)) == {"created": 2}
    assert dates() == ["2026-01-05", "2026-01-11"]


def test_run_of_next_week_keeps_this_week():
    make.schedule(weekday=4)
    weekly()
    assert counts(weekly(MONDAY + timedelta(7))) == {"created": 1}
    assert dates() == ["2026-01-08", "2026-01-15"]


@pytest.mark.parametrize(
    ("start", "made"),
    [(date(2026, 1, 6), True), (date(2026, 1, 7), True), (date(2026, 1, 8), False)],
    ids=["the day before the lesson's", "on it", "the day after"],
)
def test_classes_begin_on_start_date(start, made):
    make.schedule(make.student(start=start), weekday=3)
    result = weekly()
    assert dates() == (["2026-01-07"] if made else [])
    assert result.counts["not_started"] == (0 if made else 1)


@pytest.mark.parametrize(
    ("end", "made"),
    [(date(2026, 1, 6), False), (date(2026, 1, 7), True), (date(2026, 1, 8), True)],
    ids=["the day before the lesson's", "on it", "the day after"],
)
def test_end_date_is_last_day_with_class(end, made):
    make.schedule(make.student(end_date=end), weekday=3)
    result = weekly()
    assert dates() == (["2026-01-07"] if made else [])
    assert result.counts["ended"] == (0 if made else 1)


@pytest.mark.parametrize("last", [date(9999, 12, 31), date(2199, 12, 31)])
def test_far_future_end_is_allowed(last):
    make.schedule(make.student(end_date=last), weekday=3)
    make.schedule(weekday=3, valid_until=last)
    assert counts(weekly()) == {"created": 2}


def test_week_can_span_two_years():
    make.schedule(weekday=3)
    make.schedule(weekday=5)
    weekly(date(2026, 12, 30))
    rows = ScheduledClass.objects.order_by("date")
    assert dates(rows) == ["2026-12-30", "2027-01-01"]
    assert {row.week for row in rows} == {date(2026, 12, 28)}


def test_fortnights_count_from_week_of_valid_from():
    make.schedule(weekday=1, interval_weeks=2, valid_from=MONDAY - timedelta(7))
    make.schedule(weekday=2, interval_weeks=2, valid_from=MONDAY + timedelta(1))
    weekly()
    assert dates() == ["2026-01-06"]


def test_slots_are_ignored():
    make.slot()
    assert counts(weekly()) == {}
    assert dates() == []


def test_run_can_be_narrowed_to_student():
    ana, juan = make.student(), make.student()
    for who in (ana, juan):
        make.schedule(who)
    weekly(student_ids=(juan.pk,))
    assert ScheduledClass.objects.get().student == juan


def test_narrowing_to_teacher_and_student_requires_both():
    ana, juan, teacher = make.student(), make.student(), make.teacher()
    rule = make.schedule(ana, teacher, 1)
    make.schedule(ana, None, 2)
    make.schedule(juan, teacher, 3)
    weekly(student_ids=(ana.pk,), teacher_ids=(teacher.pk,))
    assert ScheduledClass.objects.get().fixed_schedule == rule


@pytest.mark.parametrize(
    ("now", "zone", "monday"),
    [("2026-01-04 23:30", "Pacific/Kiritimati", "2026-01-05"),
     ("2026-01-05 05:00", "Pacific/Pago_Pago", "2025-12-29")],
)  # fmt: skip
def test_week_begins_on_monday_of_studio_zone(now, zone, monday, settings):
    settings.TIME_ZONE = zone
    make.schedule(weekday=1)
    with time_machine.travel(make.moment(now), tick=False):
        call_command("generate_classes", "--only", "weekly", "--json")
    assert dates() == [monday]
