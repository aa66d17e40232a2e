"""A fixed schedule and a slot that swap hours: either job moves both."""

import pytest

from scheduling.models import Job, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import counts, dry_run, horizon, weekly

pytestmark = pytest.mark.django_db


@pytest.fixture
def exchanged():
    """Return a fixed schedule and a slot of a student that have swapped their hours."""
    teacher = make.teacher()
    student = make.student()
    fixed = make.schedule(student, teacher, weekday=6, start="10:00", end="11:00")
    slot = make.slot(teacher, student, weekday=6, start="15:00", minutes=60)
    weekly()
    horizon(weeks=1)
    assert ScheduledClass.objects.count() == 2
    fixed.start_time, fixed.end_time = make.at("15:00"), make.at("16:00")
    slot.start_time = make.at("10:00")
    fixed.save()
    slot.save()
    return fixed, slot


def hours():
    rows = ScheduledClass.objects.values_list("fixed_schedule_id", "start_time")
    return sorted((fixed is not None, f"{start:%H:%M}") for fixed, start in rows)


@pytest.mark.parametrize("first", [weekly, lambda: horizon(weeks=1)], ids=["weekly", "horizon"])
def test_first_job_moves_both_series(exchanged, first):
    result = first()

    assert counts(result) == {"moved": 2}
    assert hours() == [(False, "10:00"), (True, "15:00")]
    assert counts(weekly()) == {"exists": 1}
    assert counts(horizon(weeks=1)) == {"exists": 1}


def test_preview_counts_both_moves(exchanged):
    preview, _lines = dry_run(Job.WEEKLY)

    assert counts(preview) == {"moved": 2}
    assert hours() == [(False, "15:00"), (True, "10:00")]
