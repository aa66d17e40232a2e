"""The weekly job: this week's classes of the fixed schedules, Monday to Sunday."""

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


def test_one_class_a_schedule_of_this_week_alone():
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


def test_a_schedule_without_a_teacher_is_in_the_studios_zone(settings):
    settings.TIME_ZONE = "America/New_York"
    make.schedule(weekday=2)
    weekly()
    row = ScheduledClass.objects.get()
    assert (row.teacher, row.time_zone) == (None, "America/New_York")
    assert row.starts_at.isoformat() == "2026-01-06T15:00:00+00:00"


def test_the_second_run_finds_all_as_it_is():
    for weekday in range(1, 8):
        make.schedule(weekday=weekday)
    assert counts(weekly()) == {"created": 7}
    before = calendar()
    assert counts(weekly()) == {"exists": 7}
    assert calendar() == before


def test_on_a_wednesday_the_whole_week_is_made_monday_included():
    make.schedule(weekday=1)
    make.schedule(weekday=7)
    assert counts(weekly(WEDNESDAY)) == {"created": 2}
    assert dates() == ["2026-01-05", "2026-01-11"]


def test_next_week_adds_its_own_and_leaves_the_first():
    make.schedule(weekday=4)
    weekly()
    assert counts(weekly(MONDAY + timedelta(7))) == {"created": 1}
    assert dates() == ["2026-01-08", "2026-01-15"]


@pytest.mark.parametrize(
    ("start", "made"),
    [(date(2026, 1, 6), True), (date(2026, 1, 7), True), (date(2026, 1, 8), False)],
    ids=["the day before the lesson's", "on it", "the day after"],
)
def test_a_student_who_starts_midweek(start, made):
    make.schedule(make.student(start=start), weekday=3)
    result = weekly()
    assert dates() == (["2026-01-07"] if made else [])
    assert result.counts["not_started"] == (0 if made else 1)


@pytest.mark.parametrize(
    ("end", "made"),
    [(date(2026, 1, 6), False), (date(2026, 1, 7), True), (date(2026, 1, 8), True)],
    ids=["the day before the lesson's", "on it", "the day after"],
)
def test_the_end_date_is_the_last_day_included(end, made):
    make.schedule(make.student(end_date=end), weekday=3)
    result = weekly()
    assert dates() == (["2026-01-07"] if made else [])
    assert result.counts["ended"] == (0 if made else 1)


@pytest.mark.parametrize("last", [date(9999, 12, 31), date(2199, 12, 31)])
def test_an_end_that_means_never(last):
    make.schedule(make.student(end_date=last), weekday=3)
    make.schedule(weekday=3, valid_until=last)
    assert counts(weekly()) == {"created": 2}


def test_a_week_over_two_years():
    make.schedule(weekday=3)
    make.schedule(weekday=5)
    weekly(date(2026, 12, 30))
    rows = ScheduledClass.objects.order_by("date")
    assert dates(rows) == ["2026-12-30", "2027-01-01"]
    assert {row.week for row in rows} == {date(2026, 12, 28)}


def test_every_other_week_counts_from_the_week_of_valid_from():
    make.schedule(weekday=1, interval_weeks=2, valid_from=MONDAY - timedelta(7))
    make.schedule(weekday=2, interval_weeks=2, valid_from=MONDAY + timedelta(1))
    weekly()
    assert dates() == ["2026-01-06"]


def test_slots_are_none_of_its_business():
    make.slot()
    assert counts(weekly()) == {}
    assert dates() == []


def test_narrowed_to_a_student():
    ana, juan = make.student(), make.student()
    for who in (ana, juan):
        make.schedule(who)
    weekly(student_ids=(juan.pk,))
    assert ScheduledClass.objects.get().student == juan


def test_narrowed_to_a_teacher_and_a_student_it_is_both():
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
def test_whose_monday_it_is_the_studio_says(now, zone, monday, settings):
    settings.TIME_ZONE = zone
    make.schedule(weekday=1)
    with time_machine.travel(make.moment(now), tick=False):
        call_command("generate_classes", "--only", "weekly", "--json")
    assert dates() == [monday]
