"""A clock that was ahead during one run: the run is in the future and does not count."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from scheduling.jobs.monitoring.alerting.incidents import current_incidents
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.monitoring.health import overdue_jobs
from scheduling.jobs.monitoring.history.missed_runs import missed_runs
from scheduling.jobs.monitoring.history.run_timeline import MISSED, timeline
from scheduling.jobs.workers.tick import SCHEDULED, due_jobs
from scheduling.models import IncidentKind, Job
from scheduling.selectors.metrics import last_successes
from scheduling.tests import factories as make
from scheduling.tests.factories import moment
from scheduling.tests.support.history import add_run

pytestmark = pytest.mark.django_db
# A Wednesday. The daily job was due at 02:00, the weekly one on Monday at 06:00.
NOW = moment("2026-02-18 21:00")


@pytest.fixture(autouse=True)
def _studio(settings):
    settings.TIME_ZONE = "UTC"
    long_ago = NOW - timedelta(days=60)
    make.slot(created_at=long_ago)
    make.schedule(created_at=long_ago)


@pytest.fixture(params=[timedelta(minutes=2), timedelta(hours=4), timedelta(days=30)], ids=str)
def runs_in_future(request):
    """Store runs of every job from a week ago, and then one of each that began after ``NOW``."""
    last = [add_run(job, NOW - timedelta(days=7)) for job in SCHEDULED]
    for job in SCHEDULED:
        add_run(job, NOW + request.param)
    return last


@pytest.mark.usefixtures("runs_in_future")
def test_jobs_are_late():
    assert overdue_jobs(NOW) == [Job.WEEKLY, Job.HORIZON]
    assert [(one.kind, one.job) for one in current_incidents(NOW)] == [
        (IncidentKind.LATE, Job.WEEKLY),
        (IncidentKind.LATE, Job.HORIZON),
    ]
    assert set(due_jobs(NOW)) == set(SCHEDULED)


@pytest.mark.usefixtures("runs_in_future")
def test_missed_runs_are_shown():
    entries = timeline(Job.HORIZON, NOW)
    missed = [entry.moment for entry in entries if entry.outcome == MISSED]
    assert missed[-1] == moment("2026-02-18 02:00")
    assert missed_runs(
        Job.WEEKLY, [NOW + timedelta(days=2)], NOW - timedelta(days=7), NOW, NOW
    ) == [moment("2026-02-16 06:00")]


def test_nothing_is_promised(runs_in_future):
    callers = Callers(NOW)
    assert callers.last_call == runs_in_future[0].started_at
    assert [job for job in SCHEDULED if callers.next_run(job)] == []


def test_last_success_is_in_the_past(runs_in_future):
    successes = {one.job: one.finished_at for one in last_successes(list(SCHEDULED), NOW)}
    assert successes == {run.job: run.finished_at for run in runs_in_future}


@pytest.mark.usefixtures("runs_in_future")
def test_jobs_health_reports_late_jobs():
    with time_machine.travel(NOW, tick=False):
        response = Client().get("/healthz/jobs")
    assert response.status_code == 503
    assert [one["kind"] for one in response.json()["incidents"]] == ["late", "late"]


def test_run_dated_by_slightly_fast_clock_counts():
    for job in SCHEDULED:
        add_run(job, NOW + timedelta(seconds=30))
    assert (overdue_jobs(NOW), due_jobs(NOW)) == ([], [])
    assert Callers(NOW).starts(Job.WATCH)
