"""PgBouncer in transaction mode: the product leaves no session state on its connections."""

import json

import pytest
from django.db import connection

from scheduling.models import JobRun, RunState, ScheduledClass
from scheduling.tests.support import processes, studio
from scheduling.tests.support.servers.gunicorn import serving

from . import killing
from .traffic import Traffic

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

SLOTS = 60
WEEKS = 12
BACKGROUND = "/api/admin/background-jobs/generate-lessons"
WORKER = ("db_worker", "--interval", "0.1", "--no-startup-delay")


@pytest.fixture
def lessons():
    """Create a studio with all of its lessons."""
    studio.build(slots=SLOTS, teachers=4)
    assert killing.generate().classes_created == SLOTS * WEEKS


def count_connections():
    """Return the number of other connections to the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def test_eight_clients_read_and_write_during_runs(pooler, lessons, spawn_manage):
    background = {"TASKS_BACKEND": "database", "API_THROTTLE": "100000/min"}
    with serving(workers=2, threads=4, **background) as server:
        traffic = Traffic(server.url)
        worker = spawn_manage(*WORKER, env=background)
        status, answer = traffic.post(BACKGROUND, {"background": True})
        assert status == 202, answer
        run = JobRun.objects.get(pk=json.loads(answer)["runId"])
        command = spawn_manage("generate_classes", "--only", "weekly", "--timeout", "60")

        def has_ended():
            run.refresh_from_db()
            return command.poll() is not None and run.state not in ("queued", "running")

        traffic.run(until=has_ended)
        count = count_connections()
        assert worker.poll() is None
    assert traffic.failures == []
    assert traffic.answers > 8
    assert 1 < count <= pooler.size
    assert command.returncode == 0, command.communicate()
    # The lessons of today's window; those of the fixture are in the far future.
    assert (run.state, run.classes_created) == (RunState.SUCCEEDED, SLOTS * WEEKS)
    worker.terminate()
    worker.wait(timeout=30)
    assert pooler.left_over() == []


@pytest.mark.parametrize(
    "command",
    [
        ("migrate",),
        ("generate_classes", "--timeout", "60"),
        ("check_jobs",),
        ("load_demo", "--students", "5", "--teachers", "1"),
    ],
    ids=lambda command: command[0],
)
def test_command_leaves_no_session_state(pooler, command):
    answer = processes.run(*command)
    assert answer.returncode in (0, 3), answer.stderr
    assert pooler.left_over() == []


def test_timeout_ends_an_attempt_that_waits_for_a_lock(pooler):
    studio.build(slots=1, teachers=1)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE classes IN ACCESS EXCLUSIVE MODE")
        try:
            answer = processes.run(*killing.GENERATE, "--timeout", "1", "--retries", "1")
        finally:
            cursor.execute("ROLLBACK")
    assert answer.returncode == 1
    assert "statement timeout" in answer.stderr
    assert pooler.left_over() == []
    assert not ScheduledClass.objects.exists()
