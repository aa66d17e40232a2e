"""``python -m bench.jobs_page``: the background jobs' page with 10,000 runs and a million classes.

Server side: the whole request in this process, without a network, on a temporary PostgreSQL.
Prints the median, the slowest and the number of queries of each page. The budget is 300 ms.
"""

import argparse
import statistics
import time
from datetime import datetime, timedelta
from random import Random
from typing import Any

from . import scratch_database
from .pages import STUDENTS, fill

BUDGET_MS = 300
ITEMS_A_RUN = 6
BATCH = 2_000


def main() -> None:
    """Fill a temporary database, open the pages and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="classes")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=15, help="requests of each page")
    options = parser.parse_args()
    with scratch_database.postgresql() as url:
        scratch_database.set_up(url)
        try:
            measure(options.rows, options.runs, options.times)
        finally:
            from django.db import connections

            connections.close_all()


def measure(rows: int, runs: int, times: int) -> None:
    """Time each page."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client
    from django.utils import timezone

    from scheduling.models import JobRun, JobRunItem, ScheduledClass

    settings.ALLOWED_HOSTS = ["*"]
    fill(max(1, rows // STUDENTS))
    now = timezone.now()
    fill_log(runs, now)
    make_week(now)
    print(
        f"{ScheduledClass.objects.count():,} classes, {JobRun.objects.count():,} runs, "
        f"{JobRunItem.objects.count():,} results, {STUDENTS:,} students with a fixed schedule"
    )
    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    jobs = "/admin/background-jobs/"
    middle = JobRun.objects.order_by("id")[runs // 2].pk
    print(f"{'page':52}{'median':>10}{'slowest':>10}{'queries':>9}")
    for name, address in (
        ("the page", jobs),
        ("its log, half way down", f"{jobs}?before={middle}"),
        ("its log, failed runs", f"{jobs}?outcome=failed"),
        ("its log, runs that were missed", f"{jobs}?outcome=missed"),
        ("a run", f"{jobs}runs/{middle}/"),
        ("progress of a run", f"{jobs}runs/{middle}/progress/"),
        ("the admin's first page", "/admin/"),
    ):
        report(name, *opened(client, address, times))
    lose_week(now, 1_000)
    report("the page, 1,000 classes of this week missing", *opened(client, jobs, times))
    lose_week(now, STUDENTS)
    report("the page, all of this week missing", *opened(client, jobs, times))


def fill_log(runs: int, now: datetime) -> None:
    """Create runs over the retention of logs, each with some results."""
    from django.db import connection

    from scheduling.models import Job, JobRun, JobRunItem, RunState, Trigger

    random = Random(1)
    step = timedelta(days=29) / runs
    jobs = (Job.HORIZON, Job.WEEKLY, Job.WATCH, Job.HORIZON)
    for first in range(0, runs, BATCH):
        made = []
        for number in range(first, min(runs, first + BATCH)):
            began = now - step * (runs - number)
            job = jobs[number % len(jobs)]
            done = random.random() < 0.97
            made.append(
                JobRun(
                    job=job,
                    trigger=random.choice((Trigger.CRON, Trigger.CHANGE, Trigger.ADMIN)),
                    triggered_by="bench",
                    is_full=number % 20 == 0,
                    state=RunState.SUCCEEDED if done else RunState.FAILED,
                    window_start=began.date(),
                    window_end=began.date() + timedelta(weeks=12),
                    counts={"created": 20, "exists": 9_000, "conflict": number % 3},
                    classes_created=20,
                    created_at=began,
                    started_at=began,
                    finished_at=began + timedelta(seconds=random.random()),
                )
            )
        JobRun.objects.bulk_create(made)
        items = [
            JobRunItem(run=run, outcome="conflict", code="error", params={"error": "No room."})
            for run in made
            for _ in range(ITEMS_A_RUN)
        ]
        JobRunItem.objects.bulk_create(items)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE scheduling_jobrun SET created_at = started_at")
        cursor.execute("VACUUM ANALYZE")


def make_week(now: datetime) -> None:
    """Create a fixed schedule for each student, and its class of this week."""
    from django.core.management import call_command
    from django.db import connection

    from scheduling.models import FixedSchedule, Student

    day = (now - timedelta(days=400)).date()
    Student.objects.update(start_date=day)
    students = Student.objects.order_by("id").values_list("id", flat=True)
    FixedSchedule.objects.bulk_create(
        [
            FixedSchedule(
                student_id=student,
                weekday=number % 7 + 1,
                start_time="06:00",
                end_time="06:45",
                created_at=now,
            )
            for number, student in enumerate(students)
        ]
    )
    call_command("generate_classes", only="weekly", json=True, stdout=_NullOutput())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


class _NullOutput:
    def write(self, text: str) -> None:
        """Discard the text."""

    def flush(self) -> None:
        """Nothing to flush."""


def lose_week(now: datetime, count: int) -> None:
    """Delete ``count`` of this week's classes."""
    from scheduling.domain.windows import monday_of
    from scheduling.models import ScheduledClass

    week = ScheduledClass.objects.filter(
        fixed_schedule__isnull=False, week=monday_of(now.date())
    ).order_by()
    lost = ScheduledClass.objects.filter(id__in=list(week.values_list("id", flat=True)[:count]))
    lost._raw_delete(lost.db)


def opened(client: Any, address: str, times: int) -> tuple[list[float], list[int]]:
    """Return the milliseconds of each request, after a warm-up, and the queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    durations, queries = [], []
    for number in range(times + 1):
        began = time.perf_counter()
        response = client.get(address, secure=True)
        milliseconds = (time.perf_counter() - began) * 1000
        assert response.status_code == 200, response.content
        if number:
            durations.append(milliseconds)
    with CaptureQueriesContext(connection) as captured:
        client.get(address, secure=True)
    queries.append(len(captured))
    return durations, queries


def report(name: str, durations: list[float], queries: list[int]) -> None:
    """Print a line of the table."""
    median = statistics.median(durations)
    mark = "" if median <= BUDGET_MS else f"  over {BUDGET_MS} ms"
    print(f"{name:52}{median:9.1f}m{max(durations):9.1f}m{queries[0]:9}{mark}")


if __name__ == "__main__":
    main()
