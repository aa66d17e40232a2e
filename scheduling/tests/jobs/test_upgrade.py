"""An upgrade from the version that could divide one run among workers (migration 0022)."""

import os
import uuid
from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from scheduling.jobs.background import start
from scheduling.jobs.clock import DatabaseClock
from scheduling.jobs.process import this_process
from scheduling.jobs.tasks import join_run
from scheduling.models import Job, JobRun, RunState, ScheduledClass, Teacher
from scheduling.tests import factories as make
from scheduling.tests import killing, studio
from scheduling.tests.jobs.helpers import horizon, request, weekly
from scheduling.tests.support import processes

# Far ahead: no class of it has begun, whatever a worker's real clock says.
TODAY = date(2040, 1, 2)
BEFORE = [("scheduling", "0022_chargeable")]


@pytest.fixture
def expected(migrate):
    """A studio, and the classes that undisturbed runs store for it."""
    studio.build(slots=24, teachers=4, clashes=1, groups=1)
    for weekday in (1, 2, 3):
        make.schedule(weekday=weekday)
    assert (horizon(TODAY).state, weekly(TODAY).state) == (RunState.SUCCEEDED,) * 2
    classes = killing.stored()
    killing.erase()
    return classes


def leave_half_done():
    """The run of a process that has ended; it had committed the chunks of two teachers of four."""
    teachers = Teacher.objects.order_by("id").values_list("id", flat=True)
    made = horizon(TODAY, teacher_ids=(teachers[0], teachers[2]))
    assert made.classes_created > 0
    run = JobRun.objects.get(pk=made.run_id)
    JobRun.objects.filter(pk=run.pk).update(is_full=True, state=RunState.RUNNING, finished_at=None)
    return run


def divide(models, run):
    """Write ``run`` as the version of migration 0022 had it: its shards know more than its row."""
    here = this_process()
    ended = {"host": here.host, "process": f"{os.getpid()}@0"}
    beat = {"token": uuid.uuid4(), "heartbeat": DatabaseClock(), **ended}
    shard = models.get_model("scheduling", "JobShard").objects.create
    rest = {"spanning": [], "students": [], "teachers": []}
    one = run.classes_created // 3
    shard(
        run_id=run.pk,
        number=1,
        kind="parallel",
        state="succeeded",
        lot={"chunks": [[[1], [], 6]]} | rest,
        chunks_done=1,
        counts={"created": one},
        classes_created=one,
        progress_done=6,
        progress_total=6,
        queries=20,
        **beat,
    )
    shard(
        run_id=run.pk,
        number=2,
        kind="parallel",
        state="running",
        lot={"chunks": [[[2], [], 9], [[3], [], 9]]} | rest,
        chunks_done=1,
        carried={"left": [["recurring_slot", 1]], "left_students": [1], "surveyed": 2},
        counts={"created": run.classes_created - one, "conflict": 12},
        classes_created=run.classes_created - one,
        progress_done=9,
        progress_total=18,
        queries=30,
        **beat,
    )
    shard(run_id=run.pk, number=3, kind="last", state="queued")
    models.get_model("scheduling", "JobRun").objects.filter(pk=run.pk).update(
        shard_count=3,
        options={"weeks": 12, "shards": 2, "today": TODAY.isoformat()},
        counts={"created": one},
        classes_created=one,
        progress_done=6,
        progress_total=24,
        **beat,
    )


def test_a_divided_run_that_was_under_way_and_a_queued_one_are_completed(migrate, expected):
    divided = leave_half_done()
    queued = start(request(Job.WEEKLY, TODAY))
    join_run.enqueue(divided.pk)
    before = migrate(BEFORE)
    divide(before, divided)
    options = {"date": TODAY.isoformat(), **queued.options, "shards": 8}
    before.get_model("scheduling", "JobRun").objects.filter(pk=queued.pk).update(options=options)
    committed = killing.stored()
    assert 0 < len(committed) < len(expected)

    migrate()

    assert killing.stored() == committed
    assert "scheduling_jobshard" not in connection.introspection.table_names()
    divided.refresh_from_db()
    assert divided.classes_created == len(committed)
    assert divided.counts == {"conflict": 12, "created": len(committed)}
    assert (divided.progress_done, divided.progress_total, divided.queries) == (15, 24, 50)
    worker = processes.run(
        "db_worker", "--batch", "--no-startup-delay", env={"TASKS_BACKEND": "database"}
    )
    assert worker.returncode == 0, worker.stderr
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}
    queued.refresh_from_db()
    assert (queued.state, queued.classes_created, queued.error) == (RunState.SUCCEEDED, 3, "")
    following = horizon(TODAY)
    divided.refresh_from_db()
    assert divided.state == RunState.CRASHED
    assert "the next run completes the work" in divided.error
    assert following.state == RunState.SUCCEEDED
    assert killing.stored() == expected
    made = Counter(ScheduledClass.objects.values_list("created_by_run_id", flat=True))
    assert made == {
        divided.pk: len(committed),
        queued.pk: 3,
        following.run_id: len(expected) - len(committed) - 3,
    }
    assert (horizon(TODAY).classes_created, weekly(TODAY).classes_created) == (0, 0)
