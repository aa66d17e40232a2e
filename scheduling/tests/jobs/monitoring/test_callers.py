"""Callers: the jobs that something starts automatically, according to the log."""

from datetime import datetime, timedelta

import pytest

from scheduling.jobs.monitoring.callers import Callers
from scheduling.models import Job, JobRun, RunState, Trigger
from scheduling.tests.factories import moment
from scheduling.tests.support.history import add_run

pytestmark = pytest.mark.django_db
NOW = moment("2026-02-18 21:00")  # a Wednesday
QUARTER = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def studio(settings):
    settings.TIME_ZONE = "UTC"


def store_run(job: Job, text: str, trigger: Trigger = Trigger.CRON, **values) -> None:
    add_run(job, moment(text), trigger=trigger, **values)


def called_jobs(now: datetime = NOW) -> set[Job]:
    callers = Callers(now)
    found = {job for job in (Job.WEEKLY, Job.HORIZON, Job.PRUNE, Job.WATCH) if callers.starts(job)}
    assert {job for job in found if callers.next_run(job)} == found
    return found


ALL = {Job.WEEKLY, Job.HORIZON, Job.PRUNE, Job.WATCH}


def cron_for_a_week() -> None:
    """Store a punctual run of every cron entry of a week."""
    store_run(Job.WEEKLY, "2026-02-16 06:00")
    for day in range(12, 19):
        store_run(Job.HORIZON, f"2026-02-{day} 02:00")
        store_run(Job.WEEKLY, f"2026-02-{day} 02:00")
        store_run(Job.PRUNE, f"2026-02-{day} 03:30")
    store_run(Job.WATCH, "2026-02-18 20:45")


def test_empty_log_has_no_callers():
    assert called_jobs() == set()
    assert Callers(NOW).last_call is None
    assert Callers(NOW).next_run(Job.HORIZON) is None


@pytest.mark.parametrize("trigger", [Trigger.ADMIN, Trigger.COMMAND, Trigger.API, Trigger.CHANGE])
def test_manual_runs_are_no_callers(trigger):
    store_run(Job.HORIZON, "2026-02-18 02:00", trigger)
    assert called_jobs() == set()
    assert Callers(NOW).last_call is None


def test_complete_crontab_calls_every_job():
    cron_for_a_week()
    callers = Callers(NOW)
    assert called_jobs() == ALL
    assert callers.last_call == moment("2026-02-18 20:45")
    assert callers.next_run(Job.HORIZON) == moment("2026-02-19 02:00")
    assert callers.next_run(Job.WEEKLY) == moment("2026-02-23 06:00")
    assert callers.next_run(Job.MISSING) is None


@pytest.mark.parametrize("trigger", [Trigger.CRON, Trigger.SCHEDULER])
def test_first_watch_run_stands_for_every_job(trigger):
    store_run(Job.WATCH, "2026-02-18 20:45", trigger)
    assert called_jobs() == ALL


def test_job_that_misses_its_first_night_is_not_called():
    store_run(Job.WATCH, "2026-02-18 20:45")
    store_run(Job.WATCH, "2026-02-19 09:00")
    assert called_jobs(moment("2026-02-19 09:05")) == {Job.WEEKLY, Job.WATCH}


def test_removed_crontab_calls_no_job():
    cron_for_a_week()
    assert called_jobs(moment("2026-02-18 21:59")) == ALL
    assert called_jobs(moment("2026-02-18 22:00")) == set()


def test_crontab_without_watch_calls_other_jobs():
    """A crontab edited by hand, or the cron of a hosting platform."""
    store_run(Job.HORIZON, "2026-02-18 02:00")
    store_run(Job.WEEKLY, "2026-02-18 02:00")
    assert called_jobs() >= {Job.WEEKLY, Job.HORIZON}
    assert called_jobs(moment("2026-02-19 02:59")) >= {Job.WEEKLY, Job.HORIZON}
    assert called_jobs(moment("2026-02-19 03:00")) == set()


def test_service_that_calls_one_job_calls_no_other():
    store_run(Job.HORIZON, "2026-02-18 02:00", Trigger.HTTP)
    store_run(Job.PRUNE, "2026-02-18 02:00", Trigger.HTTP)
    assert called_jobs() == {Job.HORIZON}
    assert Callers(NOW).only_lessons_called
    store_run(Job.WEEKLY, "2026-02-16 06:00", Trigger.HTTP)
    assert called_jobs() == {Job.HORIZON, Job.WEEKLY}
    assert not Callers(NOW).only_lessons_called


def test_service_replaces_cron():
    cron_for_a_week()
    store_run(Job.HORIZON, "2026-02-25 02:00", Trigger.HTTP)
    assert called_jobs(moment("2026-02-25 21:00")) == {Job.HORIZON}


def test_lessons_alone_requires_recent_calls_of_one_url():
    store_run(Job.HORIZON, "2026-02-18 02:00", Trigger.HTTP)
    assert Callers(NOW).only_lessons_called
    assert not Callers(moment("2026-02-19 21:00")).only_lessons_called
    store_run(Job.WATCH, "2026-02-18 20:45", Trigger.HTTP)
    assert not Callers(NOW).only_lessons_called
    JobRun.objects.all().delete()
    store_run(Job.HORIZON, "2026-02-18 02:00", Trigger.CRON)
    assert not Callers(NOW).only_lessons_called


def test_failed_run_counts_as_called():
    store_run(Job.HORIZON, "2026-02-18 02:00", state=RunState.FAILED)
    assert Job.HORIZON in called_jobs()


def test_run_slightly_before_due_time_counts_as_called():
    store_run(Job.HORIZON, "2026-02-18 01:59:10")
    assert Job.HORIZON in called_jobs()


def test_dated_and_narrowed_runs_do_not_count_as_called():
    store_run(Job.HORIZON, "2026-02-18 02:00", is_dated=True)
    store_run(Job.HORIZON, "2026-02-18 02:00", is_full=False)
    assert called_jobs() == set()


@pytest.mark.usefixtures("one_reading_of_the_studio")
def test_query_count_is_limited(django_assert_max_num_queries):
    cron_for_a_week()
    callers = Callers(NOW)
    with django_assert_max_num_queries(6):
        for job in Job:
            callers.starts(job)
        assert callers.last_call


def test_tick_starts_every_job():
    store_run(Job.WATCH, "2026-02-18 20:45", Trigger.HTTP)
    assert called_jobs() == ALL
    store_run(Job.HORIZON, "2026-02-19 02:00", Trigger.HTTP)
    store_run(Job.WEEKLY, "2026-02-19 02:00", Trigger.HTTP)
    store_run(Job.PRUNE, "2026-02-19 03:30", Trigger.HTTP)
    store_run(Job.WATCH, "2026-02-19 20:45", Trigger.HTTP)
    assert called_jobs(moment("2026-02-19 21:00")) == ALL


def test_daily_tick_starts_daily_jobs():
    for job in (Job.HORIZON, Job.WEEKLY, Job.PRUNE, Job.WATCH):
        store_run(job, "2026-02-18 04:00", Trigger.HTTP)
    assert called_jobs() == ALL - {Job.WATCH}
