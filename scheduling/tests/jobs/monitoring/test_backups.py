"""Backups as a job of the log: one that fails or is late is an incident, none at all is not."""

import io
import json
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client

from scheduling.jobs.execution.runner import run
from scheduling.jobs.monitoring.alerting.incidents import current_incidents
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.monitoring.coverage import coverage
from scheduling.jobs.monitoring.health import health
from scheduling.jobs.monitoring.status import status
from scheduling.models import IncidentKind, Job, RunState, Trigger
from scheduling.tests.factories import moment
from scheduling.tests.jobs.helpers import request, run_options
from scheduling.tests.support.history import add_run

pytestmark = pytest.mark.django_db
NIGHT = moment("2026-02-18 01:30")
MORNING = moment("2026-02-19 04:00")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _studio(settings):
    settings.TIME_ZONE = "UTC"


def backup(started=NIGHT, state=RunState.SUCCEEDED, trigger=Trigger.CRON, **values):
    return add_run(Job.BACKUP, started, state=state, trigger=trigger, **values)


def incidents(now):
    return [(one.kind, one.job, one.since) for one in current_incidents(now)]


def check(now):
    texts = []
    for options in ([], ["--json"]):
        output, exit_status = io.StringIO(), 0
        with time_machine.travel(now, tick=False):
            try:
                call_command("check_jobs", *options, stdout=output)
            except SystemExit as ended:
                exit_status = ended.code
        texts.append(output.getvalue())
    return exit_status, texts[0], json.loads(texts[1])["backup"]


def statements(now):
    return [statement.text for statement in status(now, coverage(now)).needs]


def issues(now):
    return health(now, coverage(now)).issues


def test_studio_without_backups_has_no_incident():
    assert incidents(MORNING) == []
    exit_status, text, document = check(MORNING)
    assert exit_status == 0
    assert text.count("Backup: none yet.") == 1
    assert set(document.values()) == {None}
    assert [issue for issue in issues(MORNING) if "backup" in issue] == []


def test_late_backup_is_an_incident_two_hours_after_a_day():
    backup()
    assert incidents(NIGHT + DAY + timedelta(hours=2)) == []
    late = NIGHT + DAY + timedelta(hours=2, minutes=1)
    assert incidents(late) == [(IncidentKind.LATE, Job.BACKUP, NIGHT + DAY)]
    exit_status, text, document = check(late)
    assert exit_status == 3
    assert "Backup: late. It was due on 19 February 2026 01:30" in text
    assert "Backup: the newest copy is of 18 February 2026 01:30." in text
    assert document == {
        "lastState": "succeeded",
        "lastRun": NIGHT.isoformat(),
        "lastSuccess": NIGHT.isoformat(),
        "ageSeconds": 26 * 3600 + 60,
    }
    sentence = "The last backup is 1 day old."
    assert sentence in statements(late)
    assert sentence in issues(late)
    backup(late)
    assert incidents(late + timedelta(minutes=1)) == []


def test_single_backup_by_hand_is_never_late():
    backup(trigger=Trigger.COMMAND)
    assert incidents(NIGHT + 90 * DAY) == []
    assert check(NIGHT + 90 * DAY)[:1] == (0,)


def test_backup_by_hand_counts_beside_scheduled_ones():
    backup()
    backup(NIGHT + timedelta(hours=12), trigger=Trigger.COMMAND)
    assert incidents(MORNING) == []


def test_failed_backup_is_an_incident_until_one_succeeds():
    backup()
    failed = backup(NIGHT + DAY, RunState.FAILED, error="no space left on device")
    assert incidents(MORNING) == [(IncidentKind.FAILED, Job.BACKUP, failed.started_at)]
    exit_status, text, document = check(MORNING)
    assert exit_status == 3
    assert "no space left on device" in text
    assert (document["lastState"], document["lastSuccess"]) == ("failed", NIGHT.isoformat())
    assert "The last backup is 1 day old." in statements(MORNING)
    backup(MORNING)
    assert incidents(MORNING + timedelta(minutes=1)) == []


def test_backup_in_the_future_does_not_count():
    backup()
    backup(NIGHT + 30 * DAY)
    assert incidents(MORNING) == [(IncidentKind.LATE, Job.BACKUP, NIGHT + DAY)]
    assert check(MORNING)[2]["lastSuccess"] == NIGHT.isoformat()


def test_monitors_and_mail_report_late_backup(settings):
    settings.ALERT_EMAILS = ["teresa@example.org"]
    backup()
    with time_machine.travel(MORNING, tick=False):
        response = Client().get("/healthz/jobs")
        metrics = Client().get("/metrics").content.decode()
    assert response.status_code == 503
    assert response.json()["incidents"][0]["jobName"] == "Backup"
    assert 'classtracker_job_overdue{job="backup"} 1.0' in metrics
    assert "classtracker_backup_age_seconds 95400.0" in metrics
    run(request(Job.WATCH, MORNING.date()), run_options(MORNING))
    (message,) = mail.outbox
    assert message.subject == "Class Tracker: Backup: late"
    assert "generate_classes" not in message.body


def test_backup_does_not_prove_that_jobs_are_started():
    backup(MORNING)
    assert Callers(MORNING).last_call is None


@pytest.mark.parametrize(
    ("scheduled", "texts"),
    [
        (False, ["Not set up; docs/deploy.md describes it", "has not run yet"]),
        (True, ["Every day, started by a program of its own", "classtracker-20260218.dump"]),
    ],
)
def test_page_of_background_jobs_shows_backups(admin_client, scheduled, texts):
    if scheduled:
        backup(options={"file": "classtracker-20260218.dump", "bytes": 1})
    with time_machine.travel(NIGHT + timedelta(hours=1), tick=False):
        page = admin_client.get("/admin/background-jobs/").content.decode()
    assert [text for text in texts if text not in page] == []
