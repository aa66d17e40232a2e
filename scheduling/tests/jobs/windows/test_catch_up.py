"""Catch-up of missed Mondays: the weekly run covers at most four earlier weeks."""

from datetime import date, timedelta

import pytest

from scheduling.models import JobRun, RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import dates, horizon, weekly

pytestmark = pytest.mark.django_db


def weeks_later(n):
    return MONDAY + timedelta(weeks=n)


@pytest.fixture(autouse=True)
def _fixed_schedule():
    make.schedule(weekday=2)


def created_dates(result):
    return dates(ScheduledClass.objects.filter(created_by_run_id=result.run_id))


def test_first_run_does_not_catch_up():
    result = weekly()
    assert result.catch_up_from is None
    assert created_dates(result) == ["2026-01-06"]


def test_run_without_missed_week_does_not_catch_up():
    weekly()
    result = weekly(weeks_later(1))
    assert result.catch_up_from is None
    assert created_dates(result) == ["2026-01-13"]


def test_missed_week_is_caught_up():
    weekly()
    result = weekly(weeks_later(2))
    assert result.catch_up_from == weeks_later(1)
    assert created_dates(result) == ["2026-01-13", "2026-01-20"]
    run = JobRun.objects.get(pk=result.run_id)
    assert (run.window_start, run.window_end) == (weeks_later(2), weeks_later(3))
    assert run.catch_up_from == weeks_later(1)


def test_run_of_later_week_does_not_prevent_catch_up():
    """The clock was six weeks ahead during one run."""
    weekly()
    weekly(weeks_later(6))
    assert weekly(weeks_later(2)).catch_up_from == weeks_later(1)


def test_at_most_four_weeks_are_caught_up():
    weekly()
    result = weekly(weeks_later(10))
    assert result.catch_up_from == weeks_later(6)
    assert created_dates(result) == [str(weeks_later(n) + timedelta(1)) for n in range(6, 11)]


def test_caught_up_weeks_are_not_caught_up_again():
    weekly()
    weekly(weeks_later(3))
    assert weekly(weeks_later(3)).catch_up_from is None
    assert weekly(weeks_later(4)).catch_up_from is None


def test_dated_run_does_not_catch_up():
    weekly()
    result = weekly(weeks_later(3), dated=True)
    assert result.catch_up_from is None
    assert created_dates(result) == ["2026-01-27"]


def test_dated_run_does_not_count_as_last_run():
    weekly()
    weekly(weeks_later(2), dated=True)
    assert weekly(weeks_later(3)).catch_up_from == weeks_later(1)


def test_future_dated_run_does_not_count_as_last_run():
    weekly()
    weekly(weeks_later(30), now=MONDAY, dated=True)
    assert weekly(weeks_later(2)).catch_up_from == weeks_later(1)


def test_narrowed_run_neither_counts_nor_catches_up():
    weekly()
    narrowed = weekly(weeks_later(2), student_ids=(ScheduledClass.objects.get().student_id,))
    assert narrowed.catch_up_from is None
    assert weekly(weeks_later(3)).catch_up_from == weeks_later(1)


@pytest.mark.parametrize(
    ("state", "counted"),
    [
        (RunState.SUCCEEDED, True),
        (RunState.PARTIAL, True),
        (RunState.FAILED, False),
        (RunState.CANCELLED, False),
        (RunState.CRASHED, False),
    ],
)
def test_only_completed_run_counts_as_last_run(state, counted):
    weekly()
    last = weekly(weeks_later(2))
    JobRun.objects.filter(pk=last.run_id).update(state=state)
    assert weekly(weeks_later(3)).catch_up_from == (None if counted else weeks_later(1))


def test_run_of_other_job_does_not_count_as_last_run():
    weekly()
    horizon(weeks_later(2))
    assert weekly(weeks_later(3)).catch_up_from == weeks_later(1)


def test_missed_horizon_runs_are_not_caught_up():
    make.slot(weekday=3)
    horizon(weeks=2)
    result = horizon(weeks_later(5), weeks=2)
    assert result.catch_up_from is None
    assert created_dates(result) == ["2026-02-11", "2026-02-18"]


def test_catch_up_crosses_new_year():
    weekly(date(2026, 12, 21))
    result = weekly(date(2027, 1, 6))
    assert result.catch_up_from == date(2026, 12, 28)
    assert created_dates(result) == ["2026-12-29", "2027-01-05"]
