"""Lateness of jobs that have never run, and its reports."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from scheduling.jobs.monitoring.alerting.incidents import current_incidents
from scheduling.jobs.monitoring.health import overdue_jobs
from scheduling.jobs.monitoring.history.run_history import HistoryFilter, history
from scheduling.models import IncidentKind, Job, RunState, Trigger
from scheduling.tests import factories as make
from scheduling.tests.factories import day, moment
from scheduling.tests.support.history import add_run

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
# The daily job is due at 02:00, the weekly one on Mondays at 06:00; 2026-01-05 is a Monday.
TUESDAY = moment("2026-01-06 10:00")


@pytest.fixture(autouse=True)
def studio(settings):
    settings.TIME_ZONE = "UTC"


def late_jobs(text: str) -> list[Job]:
    return overdue_jobs(moment(text))


def test_empty_studio_is_never_late():
    assert late_jobs("2026-06-01 12:00") == []


def test_daily_job_is_late_an_hour_after_first_due_time():
    make.slot(created_at=TUESDAY)
    assert late_jobs("2026-01-06 10:01") == []
    assert late_jobs("2026-01-07 02:59") == []
    assert late_jobs("2026-01-07 03:00") == [Job.HORIZON]


def test_weekly_job_is_late_an_hour_after_first_due_time():
    make.schedule(created_at=TUESDAY)
    assert late_jobs("2026-01-12 06:59") == []
    assert late_jobs("2026-01-12 07:00") == [Job.WEEKLY]


def test_series_entered_after_due_time_is_due_next_time():
    make.slot(created_at=moment("2026-01-06 02:00") + MINUTE)
    assert late_jobs("2026-01-06 23:00") == []
    make.slot(created_at=moment("2026-01-06 02:00"))
    assert late_jobs("2026-01-06 03:00") == [Job.HORIZON]


@pytest.mark.parametrize(
    "values",
    [
        {"status": "paused"},
        {"status": "cancelled"},
        {"valid_until": day("2026-01-05")},
        {"valid_from": day("2026-06-01")},
    ],
)
def test_series_without_occurrences_make_no_job_late(values):
    make.slot(created_at=TUESDAY, **values)
    assert late_jobs("2026-01-08 12:00") == []


def test_inactive_people_make_no_job_late():
    make.slot(make.teacher(is_active=False), created_at=TUESDAY)
    make.slot(student=make.student(is_active=False), created_at=TUESDAY)
    make.schedule(make.student(start=None), created_at=TUESDAY)
    assert late_jobs("2026-01-20 12:00") == []


def test_manual_run_counts():
    make.slot(created_at=TUESDAY)
    add_run(Job.HORIZON, moment("2026-01-07 02:30"), trigger=Trigger.ADMIN)
    assert late_jobs("2026-01-07 12:00") == []
    assert late_jobs("2026-01-08 03:00") == [Job.HORIZON]


def test_failed_run_does_not_count():
    make.slot(created_at=TUESDAY)
    add_run(Job.HORIZON, moment("2026-01-07 02:00"), state=RunState.FAILED)
    assert late_jobs("2026-01-07 03:00") == [Job.HORIZON]


def test_due_times_are_in_studio_zone(settings):
    settings.TIME_ZONE = "Pacific/Kiritimati"
    make.slot(created_at=moment("2026-01-06 11:30"))  # 01:30 on the 7th in Kiritimati
    assert late_jobs("2026-01-06 12:59") == []
    assert late_jobs("2026-01-06 13:00") == [Job.HORIZON]


def reports_at(now: datetime) -> tuple[list[tuple[IncidentKind, Job]], int, int]:
    """Return the current incidents, the status of /readyz and the gauge of /metrics."""
    client = Client()
    with time_machine.travel(now, tick=False):
        found = [(incident.kind, incident.job) for incident in current_incidents(now)]
        ready = client.get("/readyz").status_code
        text = client.get("/metrics").content.decode()
    line = 'classtracker_job_overdue{job="horizon"} '
    return found, ready, int(float(text.split(line)[1].split("\n")[0]))


def test_late_job_is_reported_and_server_stays_ready():
    make.slot(created_at=TUESDAY)
    assert reports_at(TUESDAY + MINUTE) == ([], 200, 0)
    assert reports_at(moment("2026-01-07 03:00")) == ([(IncidentKind.LATE, Job.HORIZON)], 200, 1)


def test_missed_runs_are_in_history():
    make.slot(created_at=TUESDAY)
    now = moment("2026-01-09 12:00")
    (row,) = history(HistoryFilter(outcome="missed"), now).rows
    assert (row.job, row.times, row.moment) == ("horizon", 3, moment("2026-01-09 02:00"))
