"""A run that is cut comes to what the same run would have come to in one piece."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from scheduling.jobs import chunks, heartbeat, runner
from scheduling.models import Job, JobRun, JobShard, RunState, ShardKind
from scheduling.tests.jobs.helpers import calendar, do, items, shape
from scheduling.tests.jobs.promises import assert_conflicts_are_true, assert_kept, lasting
from scheduling.tests.jobs.random_studio import Studio

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """A chunk a teacher; nobody is called to help, and no thread looks for what isn't committed."""
    monkeypatch.setattr(heartbeat, "BEAT", timedelta(hours=1))
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=1))
    monkeypatch.setattr(runner, "call_crew", lambda run_id, workers: None)


class Undone(Exception):
    """Takes back what was done in a block."""


def told(result):
    """What a run says of itself, but for what differs each time."""
    run = JobRun.objects.get(pk=result.run_id)
    assert run.state == result.state
    lines = sorted(
        (item.outcome, item.student_id or 0, item.teacher_id or 0, str(item.date), item.code)
        for item in items(result)
        if item.outcome != "closed"  # a line for each chunk
    )
    assert run.counts == result.counts_by_name()
    return (
        result.counts_by_name(),
        (result.students_processed, result.teachers_processed),
        (run.students_processed, run.teachers_processed, run.classes_created),
        (run.progress_done, run.progress_total),
        sorted((line.student, str(line.day)) for line in result.conflicts),
        lines,
    )


def whole(run, order=list, limit=1):
    """What ``run`` comes to in one piece, its chunks in ``order``; it is taken back."""
    cutter = partial(chunks.chunks, limit=limit)
    try:
        with pytest.MonkeyPatch.context() as patch, transaction.atomic():
            patch.setattr(runner, "chunks", lambda *args: order(cutter(*args)))
            result = run(shards=1)
            found = told(result), shape()
            raise Undone
    except Undone:
        return found


def in_another_order(chunks):
    return chunks[::-1]


def live_through(seed, rounds=6):
    studio = Studio(seed, size=3)
    story, beside = [f"seed {seed}"], 0
    for _ in range(rounds):
        story += [studio.change() for _ in range(studio.dice.randint(1, 4))]
        job = studio.dice.choice([Job.HORIZON, Job.HORIZON, Job.WEEKLY, Job.MISSING])
        story.append(f"{job} at {studio.now}")
        run = partial(do, job, studio.today, studio.now, weeks=3)
        expected = whole(run)
        others = [whole(run, in_another_order), whole(run, limit=8_000)]
        stays = lasting(studio.now)
        result = run(shards=studio.dice.choice([2, 3, 8]))
        cut = told(result), shape()
        # Where a class of another job makes way, it matters which chunk comes first: cut or not.
        if others == [expected] * 2:
            assert cut == expected, story
        assert stays <= lasting(studio.now), story
        assert_conflicts_are_true(result)
        assert_kept(result, studio.now, {})
        beside += JobShard.objects.filter(
            run_id=result.run_id, kind=ShardKind.PARALLEL, progress_done__gt=0
        ).count()
        assert not JobShard.objects.exclude(state=RunState.SUCCEEDED).exists()
        after = calendar()
        run()
        assert calendar() == after, story
    assert beside > rounds  # not everything was left to the end


@pytest.mark.parametrize("seed", range(2))
def test_whatever_the_studio_has_been_through(seed):
    live_through(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 200))
def test_in_many_lives(seed):
    live_through(seed, rounds=20)
