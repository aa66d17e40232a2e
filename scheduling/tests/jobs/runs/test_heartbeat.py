"""The heartbeat: a thread with its own connection that beats between chunks."""

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
def held_claim(monkeypatch):
    monkeypatch.setattr(heartbeat, "BEAT", timedelta(milliseconds=20))
    own_claim = claim(JobRun(job=Job.HORIZON, trigger=Trigger.COMMAND))
    yield own_claim
    release(own_claim)


def last_beat():
    return JobRun.objects.get().heartbeat


def test_heartbeat_lasts_as_long_as_block(held_claim):
    first = last_beat()
    with Heartbeat(held_claim) as heart:
        second = wait_until(lambda: last_beat() > first and last_beat())
        wait_until(lambda: last_beat() > second)
        assert not heart.lost
    assert "heartbeat" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize(
    "values", [{"state": RunState.CRASHED}, {"state": RunState.CANCELLED}, {"token": None}]
)
def test_heartbeat_detects_lost_run(held_claim, values):
    with Heartbeat(held_claim) as heart:
        JobRun.objects.update(**values)
        wait_until(lambda: heart.lost)
    row = JobRun.objects.get()
    assert {name: getattr(row, name) for name in values} == values


@pytest.mark.parametrize("error", [OperationalError("locked"), InterfaceError("closed")])
def test_failed_beat_is_followed_by_next(held_claim, monkeypatch, caplog, error):
    beat, errors = heartbeat.beat, [error] * 3

    def failing(own_claim):
        if errors:
            raise errors.pop()
        return beat(own_claim)

    monkeypatch.setattr(heartbeat, "beat", failing)
    first = last_beat()
    with caplog.at_level(logging.WARNING), Heartbeat(held_claim) as heart:
        wait_until(lambda: last_beat() > first)
        assert not heart.lost
    assert (
        len([record for record in caplog.records if "heartbeat was missed" in record.message]) == 3
    )


@pytest.mark.postgresql
def test_terminated_session_is_reopened(held_claim):
    with Heartbeat(held_claim) as heart, connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own_pid = cursor.fetchone()

        def heartbeat_pid():
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE query LIKE 'UPDATE%%heartbeat%%'"
                " AND datname = current_database() AND pid <> %s",
                own_pid,
            )
            return cursor.fetchone()

        (pid,) = wait_until(heartbeat_pid)
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        first = last_beat()
        wait_until(lambda: last_beat() > first)
        assert not heart.lost


@pytest.mark.sqlite
def test_locked_file_does_not_lose_run(held_claim):
    first = last_beat()
    with Heartbeat(held_claim) as heart:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            threading.Event().wait(0.2)  # several beats long
            cursor.execute("COMMIT")
        wait_until(lambda: last_beat() > first)
        assert not heart.lost
