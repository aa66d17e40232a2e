"""A run that is cut, done by real workers, of whom some are killed or fall asleep."""

import os
import signal
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from django.db import connection

from scheduling.jobs.background import start
from scheduling.jobs.cancel import cancel_run
from scheduling.jobs.process import Process, is_gone
from scheduling.jobs.tasks import join_run
from scheduling.models import ACTIVE_STATES, Job, JobRun, JobShard, RunState, ScheduledClass
from scheduling.tests import killing, studio
from scheduling.tests.jobs.helpers import do, request
from scheduling.tests.jobs.waiting import until
from scheduling.tests.workers.conftest import RQ, Database

pytestmark = pytest.mark.postgresql
SMALL_CHUNKS = Path(__file__).parents[1] / "small_chunks.py"
# Far ahead: no class of it has begun, whatever the workers' real clock says.
TODAY = date(2040, 1, 2)
CHUNK_ROWS = 60


def of_small_chunks(kind):
    """Workers of ``kind`` that commit after every few teachers."""

    class Small(kind):
        def program(self):
            return [sys.executable, str(SMALL_CHUNKS), str(CHUNK_ROWS)]

    return Small


@pytest.fixture
def crew(workers, settings):
    """Database workers."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    found = of_small_chunks(Database)()
    yield found
    found.end()


@pytest.fixture
def expected(transactional_db):
    """A studio, and the log and the classes of an undisturbed run in one piece."""
    return undisturbed(slots=240, teachers=24, clashes=24, groups=3)


def undisturbed(**size):
    studio.build(**size)
    result = do(Job.HORIZON, TODAY)
    run = JobRun.objects.get(pk=result.run_id)
    classes = killing.stored()
    assert run.counts["conflict"] > 10
    killing.erase()
    return run, classes


def cut_run(shards):
    return start(request(Job.HORIZON, TODAY, shards=shards))


def assert_as_undisturbed(run, expected):
    """The run came to what the one in one piece did, to the last number."""
    whole, classes = expected
    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    assert killing.stored() == classes
    for name in ("counts", "classes_created", "students_processed", "teachers_processed"):
        assert getattr(run, name) == getattr(whole, name), name
    assert run.progress_done == run.progress_total == whole.progress_total
    assert set(ScheduledClass.objects.values_list("created_by_run_id", flat=True)) == {run.pk}
    assert not JobShard.objects.exclude(state=RunState.SUCCEEDED).exists()
    assert not JobRun.objects.filter(state__in=ACTIVE_STATES).exists()


def in_hand(run, least=1):
    """A shard of which a worker has committed ``least`` chunks, and not all."""

    def found():
        running = JobShard.objects.filter(run=run, state=RunState.RUNNING, chunks_done__gte=least)
        return next(iter(running.order_by("?")), None)

    return until(found)


def pid_of(shard):
    return int(shard.process.partition("@")[0])


def kill(shard):
    os.kill(pid_of(shard), signal.SIGKILL)
    until(lambda: is_gone(Process(shard.host, shard.process)))


def sleep(shard):
    """Stop its worker, and let it seem to have been silent for a minute."""
    os.kill(pid_of(shard), signal.SIGSTOP)
    with connection.cursor() as cursor:
        # In the middle of a COMMIT it holds the row until the server ends its session.
        cursor.execute("SET lock_timeout = '60s'")
        JobShard.objects.filter(pk=shard.pk, token=shard.token).update(
            heartbeat=shard.heartbeat - timedelta(minutes=1)
        )
        cursor.execute("RESET lock_timeout")


def crew_ended(crew, run):
    until(lambda: not JobRun.objects.filter(pk=run.pk, state__in=ACTIVE_STATES).exists(), 120)
    run.refresh_from_db()


def test_two_workers_share_it_and_one_is_killed(crew, expected):
    run = cut_run(shards=5)
    crew.call(2)
    killed = in_hand(run)
    kill(killed)
    crew_ended(crew, run)
    assert_as_undisturbed(run, expected)
    taken = JobShard.objects.get(pk=killed.pk)
    assert taken.attempts == killed.attempts + 1
    assert taken.process != killed.process
    # What was committed before is not done again.
    assert run.classes_created == len(expected[1])


@pytest.mark.soak
def test_one_that_slept_commits_nothing_of_what_another_has_taken(crew, expected):
    run = cut_run(shards=3)
    crew.call(2)
    slept = in_hand(run)
    sleep(slept)
    until(lambda: JobShard.objects.get(pk=slept.pk).token != slept.token)
    os.kill(pid_of(slept), signal.SIGCONT)
    crew_ended(crew, run)
    assert_as_undisturbed(run, expected)


@pytest.mark.soak
def test_with_all_its_workers_dead_it_reads_as_crashed_and_the_next_does_the_rest(crew, expected):
    run = cut_run(shards=3)
    crew.call(2)
    in_hand(run)
    for pid in crew.pids():
        os.kill(pid, signal.SIGKILL)
    for process in crew.started:
        process.wait()
    following = cut_run(shards=3)
    run.refresh_from_db()
    assert run.state == RunState.CRASHED
    assert run.classes_created == ScheduledClass.objects.filter(created_by_run_id=run.pk).count()
    assert 0 < run.classes_created < len(expected[1])
    crew.call(2)
    crew_ended(crew, following)
    assert following.state == RunState.SUCCEEDED
    assert killing.stored() == expected[1]
    assert run.classes_created + following.classes_created == len(expected[1])


@pytest.mark.soak
def test_cancelled_it_stops_everywhere_after_whole_chunks(crew, expected):
    run = cut_run(shards=3)
    crew.call(2)
    in_hand(run)
    assert cancel_run(run)
    until(lambda: "RUNNING" not in crew.statuses())
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.CANCELLED, "")
    made = Counter(ScheduledClass.objects.values_list("created_by_run_id", flat=True))
    assert made == {run.pk: run.classes_created}
    assert run.classes_created < len(expected[1])


def test_rq_workers_share_it(workers, settings, redis, expected):
    settings.RQ_QUEUES = {"default": {"URL": redis, "DEFAULT_TIMEOUT": -1}}
    import django_rq

    django_rq.get_connection().flushall()
    settings.TASKS = {"default": {"BACKEND": "django_tasks_rq.RQBackend"}}
    crew = of_small_chunks(RQ)(redis)
    try:
        run = cut_run(shards=4)
        crew.call(2)
        # Whichever is quicker waits for the other: alone it might have done it all by then.
        quicker = in_hand(run)
        os.kill(pid_of(quicker), signal.SIGSTOP)
        until(lambda: JobShard.objects.exclude(process__in=["", quicker.process]).exists())
        os.kill(pid_of(quicker), signal.SIGCONT)
        crew_ended(crew, run)
        assert_as_undisturbed(run, expected)
        assert JobShard.objects.values("process").distinct().count() > 1
    finally:
        crew.end()


@pytest.mark.soak
@pytest.mark.parametrize("number", [1, 2, 4])
def test_kills_and_sleep_all_over_a_long_run(crew, number, transactional_db):
    """A worker that is killed has a successor, as a service manager sees to it."""
    expected = undisturbed(slots=2_400, teachers=160, clashes=120, groups=20)
    random = Random(number)
    run = cut_run(shards=12)
    crew.call(number)
    kills = 0
    while JobRun.objects.filter(pk=run.pk, state__in=ACTIVE_STATES).exists() and kills < 25:
        shards = JobShard.objects.filter(run=run, state=RunState.RUNNING, chunks_done__gt=0)
        shard = random.choice([*shards, None])
        if shard is None or is_gone(Process(shard.host, shard.process)):
            continue
        alive = len(crew.pids())
        if alive > 1 and random.random() < 0.3:
            sleep(shard)
            os.kill(pid_of(shard), signal.SIGCONT)
        elif alive > 1:
            kill(shard)
            kills += 1
        if len(crew.pids()) < number:
            crew.call()
            join_run.enqueue(run.pk)
    crew_ended(crew, run)
    assert kills > (10 if number > 1 else -1)
    assert_as_undisturbed(run, expected)
