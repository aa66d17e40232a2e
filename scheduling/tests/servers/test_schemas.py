"""Two studios in one PostgreSQL database: the test's in `public`, another in `branch`."""

import os
import tempfile

import psycopg
import pytest
from django.db import transaction
from django_tasks import task_backends

from scheduling.db.advisory_locks import LOCK_TIMEOUT, wait_for_other_loads
from scheduling.models import JobRun, ScheduledClass, Student
from scheduling.tests import factories as make
from scheduling.tests.jobs.waiting import wait_until
from scheduling.tests.support import processes

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

GENERATE = ("generate_classes", "--only", "horizon", "--date", "2040-01-02", "--retries", "1")
ENQUEUE = """
from datetime import date
from scheduling.jobs.workers.enqueue import enqueue_run
from scheduling.jobs.runs.request import RunRequest
from scheduling.models import Job, Trigger
enqueue_run(RunRequest(job=Job.HORIZON, today=date(2040, 1, 2), weeks=12, trigger=Trigger.ADMIN))
"""


class Branch:
    """The studio in the schema `branch`."""

    def __init__(self, database):
        self.database = database
        self.url = f"{database}?options=-c%20search_path%3Dbranch"

    def manage(self, *args, timeout=60, **env):
        result = processes.run(*args, env={"DATABASE_URL": self.url} | env, timeout=timeout)
        assert result.returncode == 0, result.stderr
        return result

    def scalar(self, query):
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(query).fetchone()[0]

    def count(self, table):
        return self.scalar(f"SELECT count(*) FROM branch.{table}")


@pytest.fixture(scope="module")
def branch(django_db_setup):
    """Create a studio with five students and the classes of twelve weeks."""
    database = processes.database_url()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA branch")
    studio = Branch(database)
    studio.manage("migrate", "--verbosity", "0")
    studio.manage("load_demo", "--students", "5", "--teachers", "2")
    studio.manage(*GENERATE)
    yield studio
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA branch CASCADE")


def test_neither_studio_sees_the_other(branch):
    make.slot()
    created, runs = branch.count("classes"), branch.count("scheduling_jobrun")
    assert created > 12
    assert processes.run(*GENERATE).returncode == 0
    assert (Student.objects.count(), ScheduledClass.objects.count()) == (1, 12)
    assert JobRun.objects.count() == 1
    assert branch.count("scheduling_student") == 5
    assert (branch.count("classes"), branch.count("scheduling_jobrun")) == (created, runs)


def test_each_schema_has_its_double_booking_constraints(branch):
    guards = "SELECT count(*) FROM pg_constraint WHERE contype = 'x' AND connamespace = "
    assert branch.scalar(f"{guards} 'branch'::regnamespace") == 3


def test_stopped_run_blocks_only_its_own_studio(branch, slow_generation):
    for _ in range(2):
        make.slot()
    slow_generation("fence", "--only", "horizon")
    branch.manage(*GENERATE, timeout=LOCK_TIMEOUT.total_seconds())


def test_import_does_not_block_import_of_other_studio(branch):
    with transaction.atomic():
        wait_for_other_loads()
        branch.manage("load_demo", "--students", "5", "--teachers", "2")


def test_each_studio_has_its_own_embedded_workers(branch, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    busy = [task_backends["default"].slots.take() for _ in range(2)]
    try:
        branch.manage("shell", "--no-imports", "-c", ENQUEUE, TMPDIR=str(tmp_path))
        state = "SELECT state FROM branch.scheduling_jobrun ORDER BY id DESC LIMIT 1"
        wait_until(lambda: branch.scalar(state) == "succeeded")
    finally:
        for slot in busy:
            os.close(slot)
