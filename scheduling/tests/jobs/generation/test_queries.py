"""The number of queries of a chunk, which does not depend on its number of series."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.jobs.execution import runner
from scheduling.jobs.generation import chunks
from scheduling.models import Closure, JobRun, RecurringSlot, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import counts, horizon, weekly

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def settled():
    """Mark the studio as one that has stored its first class."""
    make.studio(is_settled=True)


def fill(size):
    """Store ``size`` slots, ten for each teacher, and as many fixed schedules."""
    for n in range(size):
        if n % 10 == 0:
            teacher = make.teacher()
        make.slot(teacher, weekday=n % 5 + 1, start=f"{8 + n % 10:02}:00")
        make.schedule(weekday=n % 7 + 1)


def queries(run, chunks=1):
    with CaptureQueriesContext(connection) as captured:
        result = run()
    # Django does not capture COPY statements, but the run counts them.
    unseen = chunks if connection.vendor == "postgresql" and result.classes_created else 0
    assert result.queries <= len(captured) + unseen
    return len(captured), result


def shift(weekday):
    RecurringSlot.objects.update(weekday=weekday)
    # The ten slots of a teacher have different hours, so they never overlap.


STAGES = {
    "half of them unchanged": lambda: (
        horizon(weeks=4),
        ScheduledClass.objects.filter(start_time__lt="12:00").delete(),
    ),
    "the first run": lambda: None,
    "nothing new": lambda: horizon(weeks=4),
    "one week on": lambda: horizon(weeks=3),
    "all moved": lambda: (horizon(weeks=4), shift(3)),
    "all removed": lambda: (horizon(weeks=4), RecurringSlot.objects.update(status="paused")),
    "all closed": lambda: (
        horizon(weeks=4),
        make.closure("Strike", MONDAY, MONDAY.replace(month=3)),
    ),
    "all edited": lambda: (horizon(weeks=4), ScheduledClass.objects.update(notes="recital")),
    "all in conflict": lambda: fill_the_days(),
}


def fill_the_days():
    """Store a class from 00:00 to 23:59 on every used day of every teacher."""
    for slot in RecurringSlot.objects.select_related("teacher"):
        day = MONDAY.replace(day=4 + slot.weekday)
        if not ScheduledClass.objects.filter(teacher=slot.teacher, date=day).exists():
            make.lesson(on=day, start="00:00", end="23:59", teacher=slot.teacher)


@pytest.mark.parametrize("stage", STAGES)
def test_ten_series_take_as_many_queries_as_forty(stage):
    fill(10)
    STAGES[stage]()
    few, result = queries(lambda: horizon(weeks=4))
    assert sum(counts(result).values()) >= 10
    ScheduledClass.objects.all().delete()
    JobRun.objects.all().delete()
    RecurringSlot.objects.update(status="active")
    Closure.objects.all().delete()
    fill(30)
    STAGES[stage]()
    many, result = queries(lambda: horizon(weeks=4))
    assert sum(counts(result).values()) >= 40
    assert many == few


def test_weekly_job_takes_constant_queries():
    fill(10)
    few, _result = queries(weekly)
    ScheduledClass.objects.all().delete()
    JobRun.objects.all().delete()
    fill(30)
    many, _result = queries(weekly)
    assert many == few
    again, result = queries(weekly)
    assert counts(result)["exists"] == 40
    assert again <= few


def test_ten_chunks_take_at_most_ten_times_the_queries(monkeypatch):
    fill(100)
    query_counts = {}
    # 5 rows for each slot, 10 slots for each teacher: a chunk for each teacher
    for limit, number in ((8_000, 1), (50, 10)):
        monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=limit))
        ScheduledClass.objects.all().delete()
        query_counts[limit], _result = queries(lambda: horizon(weeks=4), number)
    overhead = 12  # claim, chunks, finish
    assert query_counts[50] <= 10 * query_counts[8_000]
    assert query_counts[50] >= 5 * (query_counts[8_000] - overhead)
