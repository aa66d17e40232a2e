"""Random changes, random jobs, chunks of any size: no run ever breaks a promise."""

from functools import partial

import pytest

from scheduling.domain.outcomes import Outcome
from scheduling.jobs import chunks, runner
from scheduling.models import Job
from scheduling.tests.jobs.helpers import calendar, do, look
from scheduling.tests.jobs.promises import (
    WRITES,
    assert_conflicts_are_true,
    assert_kept,
    count_of,
    lasting,
)
from scheduling.tests.jobs.random_studio import Studio

pytestmark = pytest.mark.django_db
JOBS = (Job.HORIZON, Job.HORIZON, Job.WEEKLY, Job.MISSING)


def live_through(seed, rounds=10):
    """A studio's life; after every few changes a job runs, and everything is looked at."""
    studio = Studio(seed)
    story = [f"seed {seed}"]
    for _ in range(rounds):
        story += [studio.change() for _ in range(studio.dice.randint(1, 4))]
        job = studio.dice.choice(JOBS)
        narrowed = studio.narrowed()
        story.append(f"{job} at {studio.now} {narrowed or ''}")
        run = partial(do, job, studio.today, studio.now, weeks=3, **narrowed)
        stays, before = lasting(studio.now), calendar()
        seen, said = look(job, studio.today, studio.now, weeks=3, **narrowed)
        assert calendar() == before, story
        result = run()
        assert seen.counts == result.counts, story
        assert count_of(said, Outcome.CREATED) == result.classes_created, story
        assert not result.counts[Outcome.ERROR], (story, result.faults)
        assert stays <= lasting(studio.now), story
        assert_conflicts_are_true(result)
        assert_kept(result, studio.now, narrowed)
        after = calendar()
        again = run()
        assert [name for name in WRITES if again.counts[name]] == [], story
        assert calendar() == after, story


@pytest.fixture(params=[1, 8_000], ids=["many chunks", "one chunk"], autouse=True)
def _chunk_rows(request, monkeypatch):
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=request.param))


@pytest.mark.parametrize("seed", range(5))
def test_no_promise_is_broken(seed):
    live_through(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 200))
def test_no_promise_is_broken_in_many_lives(seed):
    live_through(seed, rounds=25)
