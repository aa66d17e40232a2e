"""Random changes and runs, with chunks of different sizes, checked against the invariants."""

from datetime import timedelta
from functools import partial

import pytest

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.execution import runner
from scheduling.jobs.generation import chunks
from scheduling.models import Job, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.domain.examples import TIMES
from scheduling.tests.jobs.helpers import calendar, dry_run, run_job

from .invariants import (
    WRITES,
    assert_complete,
    assert_conflicts_are_true,
    assert_protected,
    count_of,
    protected_classes,
)
from .random_studio import Studio

pytestmark = pytest.mark.django_db
JOBS = (Job.HORIZON, Job.HORIZON, Job.WEEKLY, Job.MISSING)


def check_life(seed, rounds=10):
    """Change a studio at random, run a job after every few changes and check the calendar."""
    studio = Studio(seed)
    story = [f"seed {seed}"]
    for _ in range(rounds):
        story += [studio.change() for _ in range(studio.dice.randint(1, 4))]
        job = studio.dice.choice(JOBS)
        narrowed = studio.narrowed()
        story.append(f"{job} at {studio.now} {narrowed or ''}")
        run_and_check(studio, job, narrowed, story)


def run_and_check(studio, job, narrowed, story):
    """Check a run against its preview and the invariants; a second run does nothing."""
    run = partial(run_job, job, studio.today, studio.now, weeks=3, **narrowed)
    protected, before = protected_classes(studio.now), calendar()
    preview, lines = dry_run(job, studio.today, studio.now, weeks=3, **narrowed)
    assert calendar() == before, story
    result = run()
    assert preview.counts == result.counts, story
    assert count_of(lines, Outcome.CREATED) == result.classes_created, story
    assert not result.counts[Outcome.ERROR], (story, result.faults)
    assert_protected(protected, studio.now)
    assert_conflicts_are_true(result)
    assert_complete(result, studio.now, narrowed)
    after = calendar()
    again = run()
    assert [name for name in WRITES if again.counts[name]] == [], story
    assert calendar() == after, story
    return result


@pytest.fixture(params=[1, 8_000], ids=["many chunks", "one chunk"], autouse=True)
def _chunk_rows(request, monkeypatch):
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=request.param))


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.soak)])
def test_invariants_hold_in_random_life(seed):
    check_life(seed)


def test_deleted_closure_restores_classes_with_notes():
    studio = Studio(seed=0)
    run = partial(run_and_check, studio, Job.HORIZON, {}, "close, run, note, reopen, run")
    run()
    closure = make.closure("Strike", studio.today, studio.today + timedelta(6))
    assert run().counts[Outcome.CANCELLED] > 0
    cancelled = ScheduledClass.objects.filter(status="cancelled")
    noted = set(cancelled.values_list("id", flat=True))
    cancelled.update(notes="bring the violin")
    assert run().counts[Outcome.PROTECTED] == len(noted)
    closure.delete()
    assert run().counts[Outcome.RESTORED] == len(noted)
    restored = ScheduledClass.objects.filter(status="scheduled", notes="bring the violin")
    assert set(restored.values_list("id", flat=True)) == noted


def pytest_generate_tests(metafunc):
    """Parametrize the soak test with lives that depend on --hypothesis-seed."""
    if "life" in metafunc.fixturenames:
        first = 100 * int(metafunc.config.getoption("--hypothesis-seed") or 1)
        metafunc.parametrize("life", range(first, first + 2 * TIMES))


@pytest.mark.soak
def test_invariants_hold_in_many_random_lives(life):
    check_life(life, rounds=25)
