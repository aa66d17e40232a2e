"""The missing job: all classes from each student's start date to today."""

from datetime import date, timedelta

import pytest

from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import calendar, counts, dates, missing, weekly

pytestmark = pytest.mark.django_db


def test_classes_are_created_from_start_date_to_today():
    make.schedule(make.student(start=date(2025, 12, 23)), weekday=2)
    make.schedule(make.student(start=date(2025, 12, 25)), weekday=3)
    assert counts(missing()) == {"created": 3}
    assert dates() == ["2025-12-23", "2025-12-30", "2025-12-31"]


def test_today_is_included_and_tomorrow_is_not():
    make.schedule(make.student(start=MONDAY), weekday=1)
    make.schedule(make.student(start=MONDAY), weekday=2)
    missing()
    assert dates() == ["2026-01-05"]


def test_slots_get_classes():
    make.slot(valid_from=date(2025, 12, 22), weekday=1)
    assert counts(missing()) == {"created": 3}


def test_only_gaps_are_filled():
    make.schedule(make.student(start=date(2025, 12, 16)), weekday=2)
    weekly(date(2025, 12, 22))
    before = calendar()
    assert counts(missing()) == {"created": 2, "exists": 1}
    assert calendar()[: len(before)] == before
    assert counts(missing()) == {"exists": 3}


def test_student_who_starts_later_gets_no_class():
    make.schedule(make.student(start=MONDAY + timedelta(1)))
    assert missing().classes_created == 0


def test_job_can_be_narrowed_to_student():
    ana, juan = make.student(start=date(2025, 12, 29)), make.student(start=date(2025, 12, 29))
    make.schedule(ana)
    make.schedule(juan)
    missing(student_ids=(ana.pk,))
    assert {row[1] for row in calendar()} == {ana.pk}


def test_mistyped_start_year_does_not_fill_centuries():
    make.schedule(make.student(start=date(202, 1, 6)))
    make.schedule(make.student(start=date(2025, 12, 29)), weekday=2)
    missing()
    assert min(dates()) >= "1970-01-01"
    assert {"2025-12-30", "2026-01-05"} <= set(dates())
