"""Whether anything starts the jobs by itself: what the log shows, and what it does not."""

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


def ran(job: Job, text: str, trigger: Trigger = Trigger.CRON, **values) -> None:
    add_run(job, moment(text), trigger=trigger, **values)


def called(now: datetime = NOW) -> set[Job]:
    callers = Callers(now)
    found = {job for job in (Job.WEEKLY, Job.HORIZON, Job.PRUNE, Job.WATCH) if callers.starts(job)}
    assert {job for job in found if callers.next_run(job)} == found
    return found


ALL = {Job.WEEKLY, Job.HORIZON, Job.PRUNE, Job.WATCH}


def cron_for_a_week() -> None:
    """Every entry, as it fell due."""
    ran(Job.WEEKLY, "2026-02-16 06:00")
    for day in range(12, 19):
        ran(Job.HORIZON, f"2026-02-{day} 02:00")
        ran(Job.WEEKLY, f"2026-02-{day} 02:00")
        ran(Job.PRUNE, f"2026-02-{day} 03:30")
    ran(Job.WATCH, "2026-02-18 20:45")


def test_an_empty_log():
    assert called() == set()
    assert Callers(NOW).last_call is None
    assert Callers(NOW).next_run(Job.HORIZON) is None


@pytest.mark.parametrize("trigger", [Trigger.ADMIN, Trigger.COMMAND, Trigger.API, Trigger.CHANGE])
def test_people_are_no_callers(trigger):
    ran(Job.HORIZON, "2026-02-18 02:00", trigger)
    assert called() == set()
    assert Callers(NOW).last_call is None


def test_cron_as_it_should_be():
    cron_for_a_week()
    callers = Callers(NOW)
    assert called() == ALL
    assert callers.last_call == moment("2026-02-18 20:45")
    assert callers.next_run(Job.HORIZON) == moment("2026-02-19 02:00")
    assert callers.next_run(Job.WEEKLY) == moment("2026-02-23 06:00")
    assert callers.next_run(Job.MISSING) is None


@pytest.mark.parametrize("trigger", [Trigger.CRON, Trigger.SCHEDULER])
def test_what_was_installed_a_quarter_of_an_hour_ago(trigger):
    ran(Job.WATCH, "2026-02-18 20:45", trigger)
    assert called() == ALL


def test_what_was_installed_and_misses_its_first_night():
    ran(Job.WATCH, "2026-02-18 20:45")
    ran(Job.WATCH, "2026-02-19 09:00")
    assert called(moment("2026-02-19 09:05")) == {Job.WEEKLY, Job.WATCH}


def test_a_crontab_that_was_taken_out():
    cron_for_a_week()
    assert called(moment("2026-02-18 21:59")) == ALL
    assert called(moment("2026-02-18 22:00")) == set()


def test_a_crontab_without_the_watch():
    """By hand, or a platform's own cron with one line."""
    ran(Job.HORIZON, "2026-02-18 02:00")
    ran(Job.WEEKLY, "2026-02-18 02:00")
    assert called() >= {Job.WEEKLY, Job.HORIZON}
    assert called(moment("2026-02-19 02:59")) >= {Job.WEEKLY, Job.HORIZON}
    assert called(moment("2026-02-19 03:00")) == set()


def test_a_service_that_calls_one_job_calls_no_other():
    ran(Job.HORIZON, "2026-02-18 02:00", Trigger.HTTP)
    ran(Job.PRUNE, "2026-02-18 02:00", Trigger.HTTP)
    assert called() == {Job.HORIZON}
    assert Callers(NOW).only_lessons_called
    ran(Job.WEEKLY, "2026-02-16 06:00", Trigger.HTTP)
    assert called() == {Job.HORIZON, Job.WEEKLY}
    assert not Callers(NOW).only_lessons_called


def test_a_service_took_over_from_cron():
    cron_for_a_week()
    ran(Job.HORIZON, "2026-02-25 02:00", Trigger.HTTP)
    assert called(moment("2026-02-25 21:00")) == {Job.HORIZON}


def test_who_calls_the_tick_as_well_or_nothing_any_more_makes_more_or_less_than_lessons():
    ran(Job.HORIZON, "2026-02-18 02:00", Trigger.HTTP)
    assert Callers(NOW).only_lessons_called
    assert not Callers(moment("2026-02-19 21:00")).only_lessons_called
    ran(Job.WATCH, "2026-02-18 20:45", Trigger.HTTP)
    assert not Callers(NOW).only_lessons_called
    JobRun.objects.all().delete()
    ran(Job.HORIZON, "2026-02-18 02:00", Trigger.CRON)
    assert not Callers(NOW).only_lessons_called


def test_a_run_that_failed_was_called_all_the_same():
    ran(Job.HORIZON, "2026-02-18 02:00", state=RunState.FAILED)
    assert Job.HORIZON in called()


def test_the_clock_of_the_machine_that_calls_may_be_a_little_behind():
    ran(Job.HORIZON, "2026-02-18 01:59:10")
    assert Job.HORIZON in called()


def test_a_run_for_a_named_day_or_for_a_few_people_is_no_sign():
    ran(Job.HORIZON, "2026-02-18 02:00", is_dated=True)
    ran(Job.HORIZON, "2026-02-18 02:00", is_full=False)
    assert called() == set()


@pytest.mark.usefixtures("one_reading_of_the_studio")
def test_it_asks_little(django_assert_max_num_queries):
    cron_for_a_week()
    callers = Callers(NOW)
    with django_assert_max_num_queries(6):
        for job in Job:
            callers.starts(job)
        assert callers.last_call


def test_a_host_that_calls_the_tick_starts_every_job():
    ran(Job.WATCH, "2026-02-18 20:45", Trigger.HTTP)
    assert called() == ALL
    ran(Job.HORIZON, "2026-02-19 02:00", Trigger.HTTP)
    ran(Job.WEEKLY, "2026-02-19 02:00", Trigger.HTTP)
    ran(Job.PRUNE, "2026-02-19 03:30", Trigger.HTTP)
    ran(Job.WATCH, "2026-02-19 20:45", Trigger.HTTP)
    assert called(moment("2026-02-19 21:00")) == ALL


def test_a_host_that_calls_the_tick_once_a_day_starts_what_is_due_once_a_day():
    for job in (Job.HORIZON, Job.WEEKLY, Job.PRUNE, Job.WATCH):
        ran(job, "2026-02-18 04:00", Trigger.HTTP)
    assert called() == ALL - {Job.WATCH}
