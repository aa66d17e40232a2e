"""The backlog: missing classes are an incident; conflicts, mail and the queue are warnings."""

import io
import json
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scheduling.db.clock import database_now
from scheduling.jobs.execution.runner import run
from scheduling.jobs.monitoring.alerting.incidents import current_incidents
from scheduling.jobs.monitoring.backlog import backlog
from scheduling.models import (
    Incident,
    IncidentKind,
    Job,
    JobRun,
    Message,
    MessageKind,
    MessageState,
    RunState,
    ScheduledClass,
    Trigger,
)
from scheduling.tests import factories as make
from scheduling.tests.factories import moment
from scheduling.tests.jobs.helpers import horizon, request, run_options, weekly
from scheduling.tests.support.history import add_run
from scheduling.tests.support.servers.http_listener import listening

pytestmark = pytest.mark.django_db
# A Wednesday. The daily job was due at 02:00, the weekly one on Monday at 06:00.
NOW = moment("2026-02-18 12:00")
LAST_RUN = moment("2026-02-18 02:00")


@pytest.fixture(autouse=True)
def _studio(settings):
    settings.TIME_ZONE = "UTC"


@pytest.fixture
def slot():
    """Return a slot whose classes cron created last night."""
    slot = make.slot(weekday=4)
    run_both()
    return slot


def run_both() -> None:
    """Run both jobs as cron does, at ``LAST_RUN``."""
    for job in (weekly, horizon):
        result = job(LAST_RUN.date(), LAST_RUN, trigger=Trigger.CRON)
        JobRun.objects.filter(pk=result.run_id).update(started_at=LAST_RUN, created_at=LAST_RUN)
    add_run(Job.WATCH, NOW - timedelta(minutes=15))


def undelivered_message() -> Message:
    return Message.objects.create(
        kind=MessageKind.REMINDER,
        state=MessageState.REFUSED,
        recipient="ana@example.org",
        language="en",
        message_id="<1@example.org>",
        created_at=NOW,
        next_try=NOW,
        expires_at=NOW,
    )


def incidents() -> list[tuple[IncidentKind, Job, int]]:
    found = current_incidents(NOW, backlog(NOW).missing)
    return [(one.kind, one.job, one.missing) for one in found]


def check(*options: str) -> tuple[int, str]:
    output, status = io.StringIO(), 0
    with time_machine.travel(NOW, tick=False):
        try:
            call_command("check_jobs", *options, stdout=output)
        except SystemExit as ended:
            status = ended.code
    return status, output.getvalue()


def jobs_health() -> tuple[int, list[str]]:
    with time_machine.travel(NOW, tick=False):
        response = Client().get("/healthz/jobs")
    return response.status_code, [one["kind"] for one in response.json()["incidents"]]


def watch(now=NOW):
    return run(request(Job.WATCH, now.date()), run_options(now))


@pytest.mark.usefixtures("slot")
def test_complete_calendar_has_no_backlog():
    assert list(backlog(NOW).warnings()) == []
    assert incidents() == []
    assert check()[0] == 0


@pytest.mark.usefixtures("slot")
def test_deleted_classes_are_an_incident():
    ScheduledClass.objects.filter(date__gt=NOW.date() + timedelta(days=30)).delete()
    missing = backlog(NOW).missing[Job.HORIZON]
    assert missing > 1
    assert incidents() == [(IncidentKind.MISSING, Job.HORIZON, missing)]
    status, text = check()
    assert status == 3
    assert f"Lessons for the next 12 weeks: {missing} classes are missing." in text


def test_new_series_is_no_incident_before_its_first_due_time(slot):
    make.slot(weekday=4, created_at=NOW - timedelta(hours=1))
    assert incidents() == []
    make.slot(weekday=4, created_at=LAST_RUN - timedelta(hours=1))
    assert incidents() == [(IncidentKind.MISSING, Job.HORIZON, 12)]


def test_new_day_is_no_incident_before_nightly_run():
    """Nothing starts the jobs, so that the day is missing at midnight."""
    make.slot(weekday=3)
    run_both()
    JobRun.objects.update(trigger=Trigger.ADMIN)
    midnight = moment("2026-02-19 00:05")
    assert backlog(midnight).missing == {}
    assert backlog(midnight + timedelta(hours=3)).missing == {Job.HORIZON: 1}


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.CRASHED, RunState.RUNNING])
def test_missing_classes_are_not_reported_beside_their_cause(slot, state):
    ScheduledClass.objects.all().delete()
    add_run(Job.HORIZON, NOW - timedelta(minutes=1), state=state, heartbeat=database_now())
    assert IncidentKind.MISSING not in [kind for kind, _job, _missing in incidents()]


@pytest.mark.usefixtures("slot")
def test_conflicts_mail_and_queue_are_warnings():
    rival = make.slot(make.teacher("Marta Gil"), weekday=4)
    make.slot(rival.teacher, weekday=4)
    undelivered_message()
    add_run(Job.MISSING, NOW, state=RunState.QUEUED, started_at=None, heartbeat=database_now())
    run_both()
    assert incidents() == []
    status, text = check()
    assert status == 0
    warnings = [
        "1 clash of lessons to resolve.",
        "1 e-mail may not have arrived.",
        "1 run waits for a worker.",
    ]
    assert text.splitlines()[1:4] == warnings
    document = json.loads(check("--json")[1])
    assert (document["success"], document["warnings"]) == (True, warnings)
    assert document["counts"] == {
        "missingClasses": 0,
        "conflicts": 12,
        "undeliveredMessages": 1,
        "waitingMessages": 0,
        "queuedRuns": 1,
        "openIncidents": 0,
    }


def test_watch_reports_missing_classes_once_with_the_warnings(slot, settings):
    settings.ALERT_EMAILS = ["teresa@example.org"]
    undelivered_message()
    ScheduledClass.objects.all().delete()
    assert jobs_health() == (200, [])
    with listening() as listener:
        settings.ALERT_WEBHOOK_URL = listener.url
        assert watch().incidents == 1
        assert listener.json()["warnings"] == ["1 e-mail may not have arrived."]
    settings.ALERT_WEBHOOK_URL = ""
    watch(NOW + timedelta(minutes=15))
    (message,) = mail.outbox
    assert message.subject == "Class Tracker: Lessons for the next 12 weeks: incomplete"
    assert "12 classes are missing." in message.body
    assert message.body.endswith("1 e-mail may not have arrived.")
    assert jobs_health() == (503, ["missing"])
    assert json.loads(check("--json")[1])["counts"]["openIncidents"] == 1
    run_both()
    watch(NOW + timedelta(minutes=30))
    assert Incident.objects.get().over_at == NOW + timedelta(minutes=30)
    assert mail.outbox[1].subject.endswith("no longer incomplete")
    assert jobs_health() == (200, [])


def test_query_count_is_constant():
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            backlog(NOW)
        return len(captured)

    make.slot(weekday=1)
    make.schedule(weekday=2)
    few = queries()
    for _number in range(20):
        make.slot(weekday=3)
        make.schedule(weekday=4)
    assert queries() == few
