"""The run history: runs in pages, with the missed runs between them."""

from datetime import timedelta

import pytest

from scheduling.jobs.monitoring.history.run_history import HistoryFilter, history
from scheduling.models import Job, JobRun, RunState, Trigger
from scheduling.tests.factories import moment
from scheduling.tests.support.history import add_run, make_history

pytestmark = pytest.mark.django_db
NOW = moment("2026-02-20 12:00")


@pytest.fixture(autouse=True)
def studio(settings):
    settings.TIME_ZONE = "UTC"
    settings.JOB_LOG_RETENTION_DAYS = 90


def row_texts(
    history_filter: HistoryFilter | None = None, before: int | None = None, size: int = 25
) -> list[str]:
    page = history(history_filter or HistoryFilter(), NOW, before, size)
    return [
        f"{row.moment:%m-%d} {row.run.state if row.run else f'missed {row.times}'}"
        for row in page.rows
    ]


def store_daily_runs(*days: int, **values) -> list[JobRun]:
    return [add_run(Job.HORIZON, moment(f"2026-02-{day:02} 02:00"), **values) for day in days]


def test_consecutive_missed_runs_share_row():
    store_daily_runs(14, 18, 20)
    assert row_texts() == [
        "02-20 succeeded",
        "02-19 missed 1",
        "02-18 succeeded",
        "02-17 missed 3",
        "02-14 succeeded",
    ]
    span = history(HistoryFilter(), NOW).rows[3]
    assert span.first == moment("2026-02-15 02:00")


def test_run_of_other_job_does_not_split_missed_runs():
    store_daily_runs(17)
    add_run(Job.WEEKLY, moment("2026-02-18 12:00"))
    add_run(Job.HORIZON, moment("2026-02-18 13:00"), is_full=False, trigger=Trigger.CHANGE)
    store_daily_runs(20)
    assert row_texts() == [
        "02-20 succeeded",
        "02-19 missed 2",
        "02-18 succeeded",
        "02-18 succeeded",
        "02-17 succeeded",
    ]


def test_pages_contain_every_run_and_missed_run_once():
    make_history(NOW, days=60)
    texts = row_texts(size=1000)
    paged, before = [], None
    while True:
        page = history(HistoryFilter(), NOW, before, 7)
        paged += page.rows
        before = page.older
        if before is None:
            break
    runs = [row.run.pk for row in paged if row.run]
    assert sorted(runs) == sorted(JobRun.objects.values_list("pk", flat=True))
    assert len(runs) == len(set(runs))
    complete = history(HistoryFilter(), NOW, None, 1000).rows
    assert sum(row.times for row in paged if not row.run) == sum(
        row.times for row in complete if not row.run
    )
    assert any("missed" in text for text in texts)


def test_filters_narrow_history():
    store_daily_runs(17, 18)
    store_daily_runs(19, state=RunState.FAILED)
    store_daily_runs(20, trigger=Trigger.ADMIN)
    add_run(Job.WEEKLY, moment("2026-02-16 06:00"))
    assert row_texts(HistoryFilter(outcome="failed")) == ["02-19 failed"]
    assert row_texts(HistoryFilter(trigger="admin")) == ["02-20 succeeded"]
    assert row_texts(HistoryFilter(job="weekly")) == ["02-16 succeeded"]
    JobRun.objects.filter(state=RunState.FAILED).delete()
    assert row_texts(HistoryFilter(outcome="missed")) == ["02-19 missed 1"]
    assert row_texts(HistoryFilter(outcome="missed", job="weekly")) == []
    assert "02-19 missed 1" in row_texts(HistoryFilter(job="horizon"))


def test_watch_is_shown_if_failed_or_filtered_for():
    add_run(Job.WATCH, moment("2026-02-20 11:00"))
    add_run(Job.WATCH, moment("2026-02-20 11:15"), state=RunState.FAILED)
    assert row_texts() == ["02-20 failed"]
    assert row_texts(HistoryFilter(job="watch")) == ["02-20 failed", "02-20 succeeded"]


@pytest.mark.parametrize(
    "history_filter",
    [HistoryFilter(), HistoryFilter(outcome="missed"), HistoryFilter(job="horizon")],
)
@pytest.mark.usefixtures("one_reading_of_the_studio")
def test_query_count_is_constant(history_filter, django_assert_max_num_queries):
    for days in (3, 50):
        JobRun.objects.all().delete()
        for n in range(days):
            add_run(Job.HORIZON, NOW - timedelta(days=n, hours=10))
        with django_assert_max_num_queries(6):
            history(history_filter, NOW)
