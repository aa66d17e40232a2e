"""A real web server and its embedded workers, which outlive it and leave no zombie."""

import json
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.contrib.auth.models import User
from django.db import connection
from knox.models import get_token_model

from scheduling.db.advisory_locks import CALENDAR_LOCK
from scheduling.models import ACTIVE_STATES, JobRun, RunState
from scheduling.tests import factories as make
from scheduling.tests.jobs.waiting import wait_until
from scheduling.tests.support import embedded
from scheduling.tests.support.servers.gunicorn import serving

pytestmark = pytest.mark.django_db(transaction=True)

GENERATE = "/api/admin/background-jobs/generate-lessons"


@pytest.fixture
def post():
    token = get_token_model().objects.create(User.objects.create_superuser("teresa"))[1]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call(server):
        body = json.dumps({"background": True}).encode()
        with urlopen(Request(server.url + GENERATE, body, headers), timeout=30) as answer:
            return answer.status, json.load(answer)

    return call


def wait_for_end(run_id):
    wait_until(lambda: not JobRun.objects.filter(pk=run_id, state__in=ACTIVE_STATES).exists())
    return JobRun.objects.get(pk=run_id)


def zombies():
    """Return the ids of all zombie processes."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            stat = (entry / "stat").read_text() if entry.name.isdigit() else ""
        except OSError:
            continue
        if stat and stat.rpartition(")")[2].split()[0] == "Z":
            found.add(int(entry.name))
    return found


def test_server_replies_and_worker_performs_run_and_ends(post):
    make.slot()
    with serving() as server:
        status, answer = post(server)
        run = wait_for_end(answer["runId"])
        assert (status, run.state, run.classes_created) == (202, RunState.SUCCEEDED, 12)
        pid = int(run.process.partition("@")[0])
        wait_until(lambda: pid not in embedded.workers() and pid not in zombies())
        # The worker writes JSON lines with the run's id to the log of the server.
        lines = [json.loads(line) for line in server.lines() if line.startswith("{")]
        assert [line["state"] for line in lines if line.get("runId") == run.pk] == ["succeeded"]


@pytest.mark.postgresql
def test_worker_continues_after_server_ends(post):
    make.slot()
    with connection.cursor() as cursor:
        # While the lock is held, the worker waits in its first chunk.
        cursor.execute("SELECT pg_advisory_lock(%s)", [CALENDAR_LOCK])
    try:
        with serving(keeping_workers=True) as server:
            _status, answer = post(server)
            wait_until(lambda: JobRun.objects.filter(state=RunState.RUNNING).exists())
        run = JobRun.objects.get(pk=answer["runId"])
        pid = int(run.process.partition("@")[0])
        assert embedded.workers() == [pid]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [CALENDAR_LOCK])
    assert wait_for_end(run.pk).state == RunState.SUCCEEDED
    wait_until(lambda: not embedded.workers())
