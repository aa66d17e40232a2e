"""The timeline of the last runs of a job, with the runs that were due and missed."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduling.jobs.monitoring.history.run_timeline import MISSED, timeline
from scheduling.models import Job, JobRun, RunState
from scheduling.tests.factories import moment
from scheduling.tests.support.history import add_run

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = moment("2026-02-20 12:00")


@pytest.fixture(autouse=True)
def studio(settings):
    settings.TIME_ZONE = "UTC"
    settings.JOB_LOG_RETENTION_DAYS = 60


def store_runs(*texts: str, job: Job = Job.HORIZON, **values) -> list[JobRun]:
    return [add_run(job, moment(text), **values) for text in texts]


def entries(job: Job = Job.HORIZON, now: datetime = NOW, length: int = 60) -> list[tuple[str, str]]:
    return [(f"{entry.moment:%m-%d %H:%M}", entry.outcome) for entry in timeline(job, now, length)]


def missed(job: Job = Job.HORIZON, now: datetime = NOW) -> list[str]:
    return [when for when, outcome in entries(job, now) if outcome == MISSED]


def test_runs_and_missed_runs_are_in_order_of_time():
    store_runs("2026-02-17 02:00", "2026-02-20 02:00")
    assert entries() == [
        ("02-17 02:00", "succeeded"),
        ("02-18 02:00", "missed"),
        ("02-19 02:00", "missed"),
        ("02-20 02:00", "succeeded"),
    ]


def test_nothing_is_missed_before_first_run():
    store_runs("2026-02-20 10:00")
    assert entries() == [("02-20 10:00", "succeeded")]


def test_timeline_is_empty_before_first_run():
    assert entries() == []


def test_failed_run_is_not_missed():
    store_runs("2026-02-19 02:00")
    store_runs("2026-02-20 02:00", state=RunState.FAILED)
    assert entries()[-1] == ("02-20 02:00", "failed")
    assert missed() == []


def test_late_run_is_not_missed():
    store_runs("2026-02-18 02:00", "2026-02-19 23:50", "2026-02-20 02:00")
    assert missed() == []


def test_run_just_before_due_time_is_not_missed():
    store_runs("2026-02-19 02:00", "2026-02-20 01:59")
    assert missed() == []
    JobRun.objects.all().delete()
    store_runs("2026-02-19 02:00", "2026-02-20 01:50")
    assert missed() == ["02-20 02:00"]


def test_run_is_not_missed_within_grace_period():
    store_runs("2026-02-19 02:00")
    assert missed(now=moment("2026-02-20 02:59")) == []
    assert missed(now=moment("2026-02-20 03:00")) == ["02-20 02:00"]


@pytest.mark.parametrize("values", [{"is_dated": True}, {"is_full": False}])
def test_dated_and_narrowed_runs_do_not_replace_due_run(values):
    store_runs("2026-02-19 02:00")
    store_runs("2026-02-20 02:00", **values)
    assert missed() == ["02-20 02:00"]


def test_narrowed_runs_are_excluded():
    store_runs("2026-02-20 02:00", "2026-02-20 03:00")
    store_runs("2026-02-20 04:00", is_full=False)
    assert len(entries()) == 2


def test_nothing_is_missed_before_retention(settings):
    """Pruning keeps the newest failure but deletes the successes since."""
    settings.JOB_LOG_RETENTION_DAYS = 3
    store_runs("2026-01-05 02:00", state=RunState.FAILED)
    store_runs("2026-02-19 02:00", "2026-02-20 02:00")
    assert entries() == [
        ("01-05 02:00", "failed"),
        ("02-18 02:00", "missed"),
        ("02-19 02:00", "succeeded"),
        ("02-20 02:00", "succeeded"),
    ]


def test_weekly_job_is_due_on_mondays():
    store_runs("2026-02-02 06:00", "2026-02-16 06:00", job=Job.WEEKLY)
    assert missed(Job.WEEKLY) == ["02-09 06:00"]


def test_later_run_of_weekly_job_replaces_missed_monday():
    store_runs("2026-02-02 06:00", "2026-02-10 02:00", "2026-02-16 06:00", job=Job.WEEKLY)
    assert missed(Job.WEEKLY) == []


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_day_of_clock_change_has_one_due_time(settings, day):
    settings.TIME_ZONE = "Europe/Madrid"
    change = moment(f"{day} 00:00")
    store_runs(f"{change - 2 * DAY:%Y-%m-%d} 01:30")
    due = [entry.moment for entry in timeline(Job.HORIZON, change + 2 * DAY + timedelta(hours=12))][
        1:
    ]
    assert [due_time.astimezone(UTC).date() for due_time in due] == [
        (change + n * DAY).date() for n in (-1, 0, 1, 2)
    ]


@pytest.mark.parametrize(
    ("day", "starts"),
    [
        # 02:00 does not exist: cron runs the job at 03:00, which is 01:00 UTC.
        ("2026-03-29", ["03-28 01:00", "03-29 01:00", "03-30 00:00"]),
        # 02:00 exists twice: cron runs it once.
        ("2026-10-25", ["10-24 00:00", "10-25 00:00", "10-26 01:00"]),
    ],
)
def test_punctual_job_misses_nothing_on_clock_change(settings, day, starts):
    settings.TIME_ZONE = "Europe/Madrid"
    store_runs(*(f"2026-{text}" for text in starts))
    assert missed(now=moment(f"{day} 12:00") + DAY) == []


def test_timeline_has_given_length_and_ends_with_newest_run():
    for n in range(10):
        store_runs(f"{NOW - n * DAY:%Y-%m-%d} 02:00")
    assert [when for when, _ in entries(length=3)] == ["02-18 02:00", "02-19 02:00", "02-20 02:00"]


@pytest.mark.usefixtures("one_reading_of_the_studio")
def test_query_count_is_constant(django_assert_num_queries):
    for size in (2, 40):
        for n in range(size):
            store_runs(f"{NOW - n * DAY:%Y-%m-%d} 02:00")
        with django_assert_num_queries(1):
            timeline(Job.HORIZON, NOW)
