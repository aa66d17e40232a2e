"""Pings to a healthcheck service: start, success and failure of automatic runs."""

import pytest

from scheduling.jobs.execution import runner
from scheduling.jobs.notifications import http_post
from scheduling.models import Job, RunState, Trigger
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import run_job
from scheduling.tests.support.servers.http_listener import listening

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture
def ping_host(settings):
    with listening() as listener:
        settings.PING_URL = f"{listener.url}/ping/secret"
        yield listener


def test_start_and_success_share_run_id(ping_host):
    make.slot()
    run_job(Job.HORIZON, trigger=Trigger.CRON)
    assert ping_host.paths == ["/ping/secret/start", "/ping/secret"]
    ids = {path.partition("?rid=")[2] for path, _body in ping_host.received}
    assert len(ids) == 1
    assert ping_host.received[1][1] == "horizon succeeded: 12 classes created"


def test_failure_is_pinged_with_error(ping_host, monkeypatch):
    def fail(*args):
        raise RuntimeError("broken")

    monkeypatch.setattr(runner, "chunks", fail)
    with pytest.raises(RuntimeError):
        run_job(Job.WEEKLY, trigger=Trigger.SCHEDULER)
    assert ping_host.paths == ["/ping/secret/start", "/ping/secret/fail"]
    assert "broken" in ping_host.received[1][1]


@pytest.mark.parametrize("trigger", [Trigger.ADMIN, Trigger.COMMAND, Trigger.API, Trigger.CHANGE])
def test_manual_run_sends_no_ping(ping_host, trigger):
    run_job(Job.HORIZON, trigger=trigger)
    assert ping_host.received == []


def test_narrowed_and_dated_runs_send_no_ping(ping_host):
    student = make.slot().student
    run_job(Job.HORIZON, trigger=Trigger.CRON, student_ids=(student.pk,))
    run_job(Job.HORIZON, MONDAY, trigger=Trigger.CRON, dated=True)
    assert ping_host.received == []


def test_hanging_ping_host_fails_no_run(ping_host, monkeypatch):
    monkeypatch.setattr(http_post, "SECONDS", 0.2)
    ping_host.silent = True
    make.slot()
    result = run_job(Job.HORIZON, trigger=Trigger.CRON)
    assert (result.state, result.classes_created) == (RunState.SUCCEEDED, 12)


def test_unreachable_ping_host_fails_no_run(settings):
    settings.PING_URL = "http://127.0.0.1:9/ping"
    assert run_job(Job.HORIZON, trigger=Trigger.CRON).state == RunState.SUCCEEDED
