"""When a job that has never run is late, and who hears of it: not a studio that is being set up."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from scheduling.jobs.monitoring.health import overdue_jobs
from scheduling.jobs.monitoring.incidents import current_incidents
from scheduling.jobs.monitoring.run_history import HistoryFilter, history
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


def late(text: str) -> list[Job]:
    return overdue_jobs(moment(text))


def test_an_empty_studio_is_never_late():
    assert late("2026-06-01 12:00") == []


def test_the_daily_job_is_late_an_hour_after_the_first_night():
    make.slot(created_at=TUESDAY)
    assert late("2026-01-06 10:01") == []
    assert late("2026-01-07 02:59") == []
    assert late("2026-01-07 03:00") == [Job.HORIZON]


def test_the_weekly_job_is_late_an_hour_after_the_first_monday():
    make.schedule(created_at=TUESDAY)
    assert late("2026-01-12 06:59") == []
    assert late("2026-01-12 07:00") == [Job.WEEKLY]


def test_what_was_entered_just_after_a_due_time_is_not_late_by_that_one():
    make.slot(created_at=moment("2026-01-06 02:00") + MINUTE)
    assert late("2026-01-06 23:00") == []
    make.slot(created_at=moment("2026-01-06 02:00"))
    assert late("2026-01-06 03:00") == [Job.HORIZON]


@pytest.mark.parametrize(
    "values",
    [
        {"status": "paused"},
        {"status": "cancelled"},
        {"valid_until": day("2026-01-05")},
        {"valid_from": day("2026-06-01")},
    ],
)
def test_rules_that_ask_for_nothing_make_no_job_late(values):
    make.slot(created_at=TUESDAY, **values)
    assert late("2026-01-08 12:00") == []


def test_people_who_are_not_here_make_no_job_late():
    make.slot(make.teacher(is_active=False), created_at=TUESDAY)
    make.slot(who=make.student(is_active=False), created_at=TUESDAY)
    make.schedule(make.student(start=None), created_at=TUESDAY)
    assert late("2026-01-20 12:00") == []


def test_a_run_that_a_person_started_is_a_run():
    make.slot(created_at=TUESDAY)
    add_run(Job.HORIZON, moment("2026-01-07 02:30"), trigger=Trigger.ADMIN)
    assert late("2026-01-07 12:00") == []
    assert late("2026-01-08 03:00") == [Job.HORIZON]


def test_runs_that_fail_are_no_run():
    make.slot(created_at=TUESDAY)
    add_run(Job.HORIZON, moment("2026-01-07 02:00"), state=RunState.FAILED)
    assert late("2026-01-07 03:00") == [Job.HORIZON]


def test_by_the_studios_clock(settings):
    settings.TIME_ZONE = "Pacific/Kiritimati"
    make.slot(created_at=moment("2026-01-06 11:30"))  # half past one in the night of the 7th
    assert late("2026-01-06 12:59") == []
    assert late("2026-01-06 13:00") == [Job.HORIZON]


def seen_at(now: datetime) -> tuple[list[tuple[IncidentKind, Job]], int, int]:
    """The troubles that check_jobs and the watch tell, readyz's status, the gauge of metrics."""
    client = Client()
    with time_machine.travel(now, tick=False):
        found = [(one.kind, one.job) for one in current_incidents(now)]
        ready = client.get("/readyz").status_code
        text = client.get("/metrics").content.decode()
    line = 'classtracker_job_overdue{job="horizon"} '
    return found, ready, int(float(text.split(line)[1].split("\n")[0]))


def test_monitors_hear_of_it_and_no_balancer_takes_the_server_away():
    make.slot(created_at=TUESDAY)
    assert seen_at(TUESDAY + MINUTE) == ([], 200, 0)
    assert seen_at(moment("2026-01-07 03:00")) == ([(IncidentKind.LATE, Job.HORIZON)], 200, 1)


def test_the_runs_that_were_missed_are_in_the_history():
    make.slot(created_at=TUESDAY)
    now = moment("2026-01-09 12:00")
    (row,) = history(HistoryFilter(outcome="missed"), now).rows
    assert (row.job, row.times, row.moment) == ("horizon", 3, moment("2026-01-09 02:00"))
