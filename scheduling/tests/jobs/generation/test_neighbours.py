"""Neighbours: series of later chunks, planned early because they free an hour."""

from functools import partial

import pytest

from scheduling.jobs.execution import runner
from scheduling.jobs.generation import chunks
from scheduling.models import Job, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import counts, dates, dry_run, horizon, weekly

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[8_000, 1], ids=["one chunk", "a chunk for each teacher"], autouse=True)
def chunk_rows(request, monkeypatch):
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=request.param))


def test_hour_freed_by_two_series_is_taken():
    """Two classes block a swap; the second one belongs to another chunk."""
    ana, bach = make.student(), make.teacher()
    long = make.slot(make.teacher(), ana, weekday=2, minutes=30)
    short = make.slot(bach, ana, weekday=3)
    going = make.slot(make.teacher(), ana, weekday=2, start="10:30", minutes=30)
    horizon(weeks=1)
    going.status = "paused"
    going.save()
    long.weekday, short.weekday = 3, 2
    long.save()
    short.save()
    preview, _lines = dry_run(Job.HORIZON, weeks=1)
    assert counts(preview) == {"moved": 2, "removed": 1, "paused": 1}
    assert counts(horizon(weeks=1)) == counts(preview)
    assert dates() == ["2026-01-06", "2026-01-07"]


def test_hour_taken_by_neighbour_is_conflict():
    """X moves from Bach to Liszt, Y takes X's hour at Bach, Z needs X's new hour at Liszt."""
    bach, liszt = make.teacher(), make.teacher()
    x = make.slot(bach)
    horizon(weeks=1)
    x.teacher = liszt
    x.save()
    make.slot(bach)
    make.slot(liszt)
    preview, _lines = dry_run(Job.HORIZON, weeks=1)
    assert counts(preview) == {"moved": 1, "created": 1, "conflict": 1}
    result = horizon(weeks=1)
    assert preview.counts == result.counts
    assert [line.student for line in preview.conflicts] == [
        line.student for line in result.conflicts
    ]


def test_blocking_class_is_counted_once():
    """A series of an earlier chunk is not planned again as a neighbour."""
    ana = make.student()
    first = make.slot(make.teacher(), ana, weekday=2)
    horizon(weeks=2)
    ScheduledClass.objects.filter(recurring_slot=first, date="2026-01-13").update(notes="recital")
    first.weekday = 4
    first.save()
    make.slot(make.teacher(), ana, weekday=2, valid_from=MONDAY)
    expected = {"moved": 1, "protected": 1, "created": 1, "conflict": 1}
    preview, _lines = dry_run(Job.HORIZON, weeks=2)
    assert counts(preview) == expected
    assert counts(horizon(weeks=2)) == expected
    assert counts(horizon(weeks=2)) == {"exists": 2, "protected": 1, "conflict": 1}


def test_neighbour_of_other_kind_conflicts_with_class_moved_before():
    """Ana's slot with Bach is moved; her schedule with Liszt then conflicts with it."""
    ana, bach, liszt = make.student(), make.teacher(), make.teacher()
    moved = make.slot(bach, ana, weekday=3, start="08:00")
    blocked = make.schedule(ana, liszt, weekday=2)
    horizon(weeks=1)
    weekly()
    moved.start_time = make.at("09:00")
    moved.save()
    blocked.weekday, blocked.start_time = 3, make.at("09:00")
    blocked.save()
    make.slot(liszt, weekday=2, start="10:30")
    expected = {"moved": 1, "conflict": 2}
    preview, _lines = dry_run(Job.HORIZON, weeks=1)
    assert counts(preview) == expected
    assert counts(horizon(weeks=1)) == expected


def test_paused_neighbour_is_not_counted_by_other_job():
    """A neighbour of the other kind is counted as moved or removed, not as paused."""
    bach = make.teacher()
    paused = make.slot(bach, weekday=2)
    horizon(weeks=1)
    paused.status = "paused"
    paused.save()
    make.schedule(teacher=bach, weekday=2)
    expected = {"created": 1, "removed": 1}
    assert counts(dry_run(Job.WEEKLY)[0]) == expected
    assert counts(weekly()) == expected
