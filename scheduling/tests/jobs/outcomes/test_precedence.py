"""Precedence of planned classes that overlap: the older series wins in any chunk."""

from datetime import date
from functools import partial

import pytest

from scheduling.jobs.execution import runner
from scheduling.jobs.generation import chunks
from scheduling.models import Job, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import moment
from scheduling.tests.jobs.helpers import counts, dry_run, horizon, missing

pytestmark = pytest.mark.django_db
OLD, YOUNG = moment("2025-01-01 00:00"), moment("2025-06-01 00:00")


@pytest.fixture(params=[8_000, 1], ids=["one chunk", "a chunk for each teacher"], autouse=True)
def chunk_rows(request, monkeypatch):
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=request.param))


@pytest.mark.parametrize("ages", [(YOUNG, OLD), (OLD, YOUNG)])
def test_older_series_of_teacher_wins(ages):
    bach = make.teacher()
    series = [make.slot(bach, created_at=age) for age in ages]
    assert counts(horizon(weeks=1)) == {"created": 1, "conflict": 1}
    assert ScheduledClass.objects.get().recurring_slot == series[ages.index(OLD)]


@pytest.mark.parametrize("ages", [(YOUNG, OLD), (OLD, YOUNG)])
def test_older_series_of_student_wins(ages):
    ana = make.student()
    series = [make.slot(make.teacher(), ana, created_at=age) for age in ages]
    preview, _lines = dry_run(Job.HORIZON, weeks=2)
    assert counts(horizon(weeks=2)) == counts(preview) == {"created": 2, "conflict": 2}
    winners = set(ScheduledClass.objects.values_list("recurring_slot_id", flat=True))
    assert winners == {series[ages.index(OLD)].pk}


def test_first_stored_of_equally_old_series_wins():
    ana = make.student()
    series = [make.slot(make.teacher(), ana, created_at=OLD) for _ in range(2)]
    horizon(weeks=1)
    assert ScheduledClass.objects.get().recurring_slot == series[0]


def test_older_fixed_schedule_wins_over_slot():
    ana = make.student(start=date(2026, 1, 5))
    make.slot(make.teacher(), ana, created_at=YOUNG)
    rule = make.schedule(ana, make.teacher(), created_at=OLD)
    assert counts(missing()) == {"created": 1, "conflict": 1}
    assert ScheduledClass.objects.get().fixed_schedule == rule


def test_older_fixed_schedule_without_teacher_wins_over_slot():
    ana = make.student(start=date(2026, 1, 5))
    make.slot(make.teacher(), ana, created_at=YOUNG, start="10:30")
    rule = make.schedule(ana, created_at=OLD)
    assert counts(missing()) == {"created": 1, "conflict": 1}
    assert ScheduledClass.objects.get().fixed_schedule == rule


def test_older_series_wins_in_zones_that_overlap_after_clock_change():
    ana = make.student()
    make.slot(make.teacher(zone="Europe/Madrid"), ana, start="22:00", created_at=YOUNG)
    old = make.slot(make.teacher(zone="America/New_York"), ana, start="17:00", created_at=OLD)
    assert counts(horizon(date(2026, 3, 2), weeks=6)) == {"created": 9, "conflict": 3}
    assert ScheduledClass.objects.filter(recurring_slot=old).count() == 6


def test_older_series_wins_in_zones_that_overlap_after_new_law():
    """Caracas went from -04:30 to -04:00 in May 2016: its noon came half an hour earlier."""
    ana = make.student(start=date(2014, 1, 6))
    values = {"valid_from": date(2014, 1, 6)}
    young = make.slot(
        make.teacher(zone="America/Caracas"), ana, start="12:00", created_at=YOUNG, **values
    )
    old = make.slot(make.teacher(), ana, start="15:30", created_at=OLD, **values)
    missing(date(2016, 6, 27))
    assert ScheduledClass.objects.filter(recurring_slot=old).count() == 130
    last = ScheduledClass.objects.filter(recurring_slot=young).latest("date")
    assert last.date == date(2016, 4, 25)


def test_older_series_wins_at_same_local_time_in_other_zone():
    ana = make.student()
    make.slot(make.teacher(zone="Asia/Tokyo"), ana, created_at=YOUNG)
    old = make.slot(make.teacher(zone="America/New_York"), ana, created_at=OLD)
    preview, _lines = dry_run(Job.HORIZON, weeks=2)
    assert counts(horizon(weeks=2)) == counts(preview) == {"created": 2, "conflict": 2}
    assert set(ScheduledClass.objects.values_list("recurring_slot_id", flat=True)) == {old.pk}


def test_older_series_wins_across_sunday_night():
    ana = make.student()
    make.slot(make.teacher(), ana, weekday=7, start="23:30", created_at=YOUNG)
    old = make.slot(make.teacher(), ana, weekday=1, start="00:00", created_at=OLD)
    assert counts(horizon(weeks=2)) == {"created": 3, "conflict": 1}
    assert ScheduledClass.objects.filter(recurring_slot=old).count() == 2
