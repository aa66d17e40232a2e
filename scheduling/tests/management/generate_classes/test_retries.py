"""Database errors: transient ones are retried, permanent ones are reported in one sentence."""

import json
import re
import sqlite3
import subprocess
import sys
import time

import psycopg
import pytest
from django.db import connection

from scheduling.jobs.execution import runner
from scheduling.jobs.generation import generator as generation
from scheduling.management.cli.run_command import statement_timeout
from scheduling.models import JobRun, RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import database_error
from scheduling.tests.management.generating import STAMP, generate
from scheduling.tests.support import processes

QUICK = ("--retry-delay", "0")
MONDAY = ("--date", "2026-01-05", "--weeks", "2")


def failures(log):
    return [line for line in log.splitlines() if "failed:" in line]


def assert_one_sentence(log, attempts):
    assert "Traceback" not in log
    assert len(failures(log)) == attempts
    assert [line for line in log.splitlines() if not STAMP.fullmatch(line)] == []


def fail_chunks(monkeypatch, *errors):
    """Let one chunk fail with each of the errors, and the next ones succeed."""
    apply, remaining = generation.write_plan, list(errors)

    def write_plan(*args):
        if remaining:
            raise remaining.pop(0)
        apply(*args)

    monkeypatch.setattr(generation, "write_plan", write_plan)


TRANSIENT = ["57P01", "57P02", "57P03", "53300", "25P03", "08006", "08001", "08003"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", TRANSIENT)
def test_transient_error_is_retried(monkeypatch, state):
    make.slot()
    fail_chunks(monkeypatch, database_error(state))
    answer = generate("--only", "horizon", "--json", *MONDAY, *QUICK)
    assert answer.status == 0
    assert [text for text in answer.texts if "attempt" in text] == [
        "Lessons for the next 12 weeks: start, attempt 1/3",
        "Lessons for the next 12 weeks: start, attempt 2/3",
    ]
    assert [run.state for run in JobRun.objects.order_by("id")] == ["failed", "succeeded"]
    assert ScheduledClass.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_retries_option_limits_attempts(monkeypatch):
    make.slot()
    fail_chunks(monkeypatch, *[database_error("57P01")] * 9)
    answer = generate("--only", "horizon", "--retries", 4, "--json", *MONDAY, *QUICK)
    assert answer.status == 1
    assert_one_sentence(answer.log, attempts=4)
    (run,) = answer.json["runs"]
    assert (run["state"], run["classesCreated"]) == ("failed", 0)
    assert run["runId"] == JobRun.objects.latest("id").pk
    assert run["windowStart"] == "2026-01-05"
    assert len(run["errors"]) == 1
    assert {row.state for row in JobRun.objects.all()} == {RunState.FAILED}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["53100", "42P01", "28P01", "XX002"])
def test_permanent_error_is_not_retried(monkeypatch, state):
    make.slot()
    fail_chunks(monkeypatch, *[database_error(state)] * 9)
    answer = generate("--only", "horizon", "--json", *MONDAY, *QUICK)
    assert answer.status == 1
    assert_one_sentence(answer.log, attempts=1)


@pytest.mark.django_db(transaction=True)
def test_failed_job_logs_its_duration(monkeypatch):
    make.slot()
    fail_chunks(monkeypatch, database_error("XX002"))
    answer = generate("--only", "horizon", *MONDAY, *QUICK)
    assert answer.texts[-3:-1] == ["classes created: 0", "students processed: 0"]
    assert re.fullmatch(
        r"failed in \d+\.\d\d s, 0 classes per second, [1-9]\d* queries", answer.texts[-1], re.I
    )


@pytest.mark.django_db(transaction=True)
def test_failed_claim_has_a_duration(monkeypatch):
    def slow(*args):
        time.sleep(0.2)
        raise database_error("XX002")

    monkeypatch.setattr(runner, "claim", slow)
    answer = generate("--only", "horizon", "--json", *MONDAY, *QUICK)
    assert answer.json["runs"][0]["durationSeconds"] >= 0.2


@pytest.mark.django_db(transaction=True)
def test_other_job_runs_after_a_failed_one(monkeypatch):
    make.schedule()
    make.slot()
    fail_chunks(monkeypatch, database_error("XX002"))
    answer = generate("--json", "--date", "2026-01-05", *QUICK)
    assert answer.status == 1
    assert [run["state"] for run in answer.json["runs"]] == ["failed", "succeeded"]


@pytest.mark.django_db(transaction=True)
def test_timeout_ends_attempt_between_two_chunks():
    make.slot()
    answer = generate("--only", "horizon", "--timeout", "0.001", "--retries", 2, *MONDAY, *QUICK)
    assert answer.status == 1
    assert_one_sentence(answer.log, attempts=2)
    assert "took longer than 0.001 seconds" in failures(answer.log)[0]
    assert {run.state for run in JobRun.objects.all()} == {RunState.FAILED}
    assert "took longer" in JobRun.objects.first().error


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_timeout_ends_attempt_that_waits_for_lock():
    make.slot()
    params = connection.get_connection_params()
    where = {name: params[name] for name in ("host", "port", "user", "password", "dbname")}
    with psycopg.connect(**where) as other:
        other.execute("LOCK TABLE classes IN ACCESS EXCLUSIVE MODE")
        answer = generate("--only", "horizon", "--timeout", "1", "--retries", 2, *MONDAY, *QUICK)
    assert answer.status == 1
    assert_one_sentence(answer.log, attempts=2)
    assert "statement timeout" in failures(answer.log)[0]
    assert {run.state for run in JobRun.objects.all()} == {RunState.FAILED}


@pytest.mark.django_db(transaction=True)
def test_statement_timeout_applies_during_attempt():
    query = "SHOW statement_timeout" if connection.vendor == "postgresql" else "PRAGMA busy_timeout"

    def timeout() -> str:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return str(cursor.fetchone()[0])

    before = timeout()
    with statement_timeout(7):
        assert timeout() in ("7s", "7000")
    with statement_timeout(None):
        assert timeout() == before
    assert timeout() == before


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_full_disk_is_reported_and_not_retried():
    for _ in range(40):
        make.slot()
    with connection.cursor() as cursor:
        # Free the pages of rows that earlier tests deleted.
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    try:
        answer = generate("--only", "horizon", "--weeks", 104, "--json", *QUICK)
    finally:
        # A new connection does not have this limit.
        connection.close()
    assert answer.status == 1
    assert_one_sentence(answer.log, attempts=1)
    (error,) = answer.json["runs"][0]["errors"]
    assert error.startswith("The disk of the database is full: database or disk is full. ")
    run = JobRun.objects.get()
    assert (run.state, run.error, run.classes_created) == (RunState.FAILED, error, 0)
    assert generate("--only", "horizon", "--weeks", 2).status == 0
    assert ScheduledClass.objects.count() == 80


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_locked_file_is_reported_after_retries():
    make.slot()
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = generate_hastily("--only", "horizon", "--json", "--retries", "2", *MONDAY, *QUICK)
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert answer.returncode == 1
    assert_one_sentence(answer.stderr, attempts=2)
    (error,) = json.loads(answer.stdout)["runs"][0]["errors"]
    assert error.startswith("The database is locked by another program: database is locked. ")
    assert not ScheduledClass.objects.exists()


HASTY = """
import os, sys
from sqlite3 import dbapi2
from django.core.management import execute_from_command_line

connect = dbapi2.connect
dbapi2.connect = lambda *args, **options: connect(*args, **(options | {"timeout": 0.1}))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "classtracker.settings")
execute_from_command_line(["manage.py", "generate_classes", *sys.argv[1:]])
"""


def generate_hastily(*args):
    """Run generate_classes in a process that waits 0.1 seconds for a locked file."""
    return subprocess.run(
        [sys.executable, "-c", HASTY, *args], env=processes.environment(), cwd=processes.ROOT,
        text=True, capture_output=True, timeout=60,
    )  # fmt: skip


def test_unreachable_server_is_reported_after_retries(manage):
    env = {"DATABASE_URL": "postgresql://nobody:secret@127.0.0.1:1/nothing"}
    answer = manage("generate_classes", "--json", "--retries", "2", *QUICK, env=env)
    assert answer.returncode == 1
    assert_one_sentence(answer.stderr, attempts=4)  # of two jobs
    document = json.loads(answer.stdout)
    assert [run["state"] for run in document["runs"]] == ["failed", "failed"]
    (error,) = document["runs"][0]["errors"]
    assert "The database is unreachable or closed the connection: " in error
    assert "Check DATABASE_URL" in error
    assert "secret" not in answer.stdout + answer.stderr


def test_missing_tables_are_reported(manage, tmp_path):
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"}
    answer = manage("generate_classes", "--only", "weekly", *QUICK, env=env)
    assert answer.returncode == 1
    assert_one_sentence(answer.stderr, attempts=1)
    assert "manage.py migrate" in answer.stderr


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_session_ended_during_chunk_is_retried(monkeypatch):
    make.slot()
    apply, calls = generation.write_plan, []

    def end_session(*args):
        calls.append(args)
        if len(calls) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        apply(*args)

    monkeypatch.setattr(generation, "write_plan", end_session)
    answer = generate("--only", "horizon", *MONDAY, *QUICK)
    assert answer.status == 0
    assert len(failures(answer.log)) == 1
    assert [run.state for run in JobRun.objects.order_by("id")] == ["failed", "succeeded"]
    assert ScheduledClass.objects.count() == 2
