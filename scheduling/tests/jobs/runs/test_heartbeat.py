"""Signs of life: a thread with its own connection beats between chunks."""

import logging
import threading
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection

from scheduling.jobs.runs import heartbeat
from scheduling.jobs.runs.claims import claim, release
from scheduling.jobs.runs.heartbeat import Heartbeat
from scheduling.models import Job, JobRun, RunState, Trigger
from scheduling.tests.jobs.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held(monkeypatch):
    monkeypatch.setattr(heartbeat, "BEAT", timedelta(milliseconds=20))
    mine = claim(JobRun(job=Job.HORIZON, trigger=Trigger.COMMAND))
    yield mine
    release(mine)


def last_beat():
    return JobRun.objects.get().heartbeat


def test_heartbeat_lasts_as_long_as_block(held):
    first = last_beat()
    with Heartbeat(held) as heart:
        second = wait_until(lambda: last_beat() > first and last_beat())
        wait_until(lambda: last_beat() > second)
        assert not heart.lost
    assert "heartbeat" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize(
    "values", [{"state": RunState.CRASHED}, {"state": RunState.CANCELLED}, {"token": None}]
)
def test_heartbeat_detects_lost_run(held, values):
    with Heartbeat(held) as heart:
        JobRun.objects.update(**values)
        wait_until(lambda: heart.lost)
    row = JobRun.objects.get()
    assert {name: getattr(row, name) for name in values} == values


@pytest.mark.parametrize("error", [OperationalError("locked"), InterfaceError("closed")])
def test_failed_beat_is_followed_by_next(held, monkeypatch, caplog, error):
    beat, faults = heartbeat.beat, [error] * 3

    def faulty(mine):
        if faults:
            raise faults.pop()
        return beat(mine)

    monkeypatch.setattr(heartbeat, "beat", faulty)
    first = last_beat()
    with caplog.at_level(logging.WARNING), Heartbeat(held) as heart:
        wait_until(lambda: last_beat() > first)
        assert not heart.lost
    assert len([r for r in caplog.records if "heartbeat was missed" in r.message]) == 3


@pytest.mark.postgresql
def test_terminated_session_is_reopened(held):
    with Heartbeat(held) as heart, connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        mine = cursor.fetchone()

        def theirs():
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE query LIKE 'UPDATE%%heartbeat%%'"
                " AND datname = current_database() AND pid <> %s",
                mine,
            )
            return cursor.fetchone()

        (pid,) = wait_until(theirs)
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        first = last_beat()
        wait_until(lambda: last_beat() > first)
        assert not heart.lost


@pytest.mark.sqlite
def test_locked_file_does_not_lose_run(held):
    first = last_beat()
    with Heartbeat(held) as heart:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            threading.Event().wait(0.2)  # several beats long
            cursor.execute("COMMIT")
        wait_until(lambda: last_beat() > first)
        assert not heart.lost
