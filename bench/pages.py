"""``python -m bench.pages``: pages of ``GET /api/classes`` over a million rows, at any depth.

Server side: the whole request in this process, without a network. Prints a page of Markdown:
medians, 99th percentiles and queries, and ``count(*)`` of the table in the same run.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from . import environment, scratch_database

STUDENTS = 10_000
# Twelve students a teacher, each at a different hour, so that there are no conflicts.
FILL = """
    INSERT INTO classes (student_id, teacher_id, date, start_time, end_time, time_zone,
                         starts_at, ends_at)
    SELECT s.id, t.id, day.date, make_time(hour, 0, 0), make_time(hour, 45, 0), 'UTC',
           day.date + make_time(hour, 0, 0), day.date + make_time(hour, 45, 0)
    FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM scheduling_student) AS s
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM scheduling_teacher) AS t
      ON t.n = s.n / 12
    CROSS JOIN LATERAL (SELECT 8 + (s.n %% 12)::int AS hour) AS at
    CROSS JOIN LATERAL (
        SELECT DATE '2020-01-01' + (k * 3 + (s.n %% 3))::int AS date
        FROM generate_series(0, %s - 1) AS k
    ) AS day
"""


def main() -> None:
    """Fill a temporary database, request pages and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=200, help="pages of each list")
    options = parser.parse_args()
    with scratch_database.postgresql() as url:
        scratch_database.set_up(url)
        try:
            measure(options.rows, options.pages)
        finally:
            from django.db import connections

            connections.close_all()


def measure(rows: int, pages: int) -> None:
    """Time each kind of list."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    settings.API_THROTTLE = "1000000/sec"
    fill(max(1, rows // STUDENTS))
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM classes")
        (stored,) = cursor.fetchone()
    limit = time.perf_counter() - began
    print(environment.heading("Lists of the API", "bench.pages"))
    print(f"{stored:,} classes; `count(*)` takes {limit * 1000:.0f} ms. Milliseconds.\n")
    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    list(turn(client, "/api/classes", 1))  # warm-up: imports and URLs
    middle, last = days(0.5), days(1)
    print("| list | pages turned | median | p99 | queries |\n|---|---|---|---|---|")
    for name, query in (
        ("from the start", ""),
        ("from the end", "ordering=-startsAt"),
        ("from the middle", f"from={middle}"),
        ("the last weeks", f"from={last - timedelta(days=28)}"),
        ("500 a page", "pageSize=500"),
        ("500 a page, from the middle", f"from={middle}&pageSize=500"),
        ("one student", "student=" + str(first_student())),
        ("one month", f"from={middle}&to={middle + timedelta(days=30)}"),
    ):
        turned = list(turn(client, f"/api/classes?{query}", pages))
        times = [seconds for seconds, _queries in turned]
        queries = sorted({count for _seconds, count in turned})
        print(
            f"| {name} | {len(turned)} | {statistics.median(times):.0f} |"
            f" {percentile(times, 99):.0f} | {'/'.join(map(str, queries))} |"
        )


def fill(each: int, students: int = STUDENTS) -> None:
    """Create ``students`` with ``each`` classes, one in three days."""
    from django.db import connection

    from scheduling.models import Student, Teacher

    Teacher.objects.bulk_create(
        [Teacher(name=f"Teacher {n}", time_zone="UTC") for n in range(students // 12 + 1)]
    )
    Student.objects.bulk_create(
        [Student(first_name="Student", last_name=str(n)) for n in range(students)]
    )
    with connection.cursor() as cursor:
        cursor.execute(FILL, [each])
        cursor.execute("VACUUM ANALYZE classes")


def percentile(times: list[float], part: int) -> float:
    """Return the given percentile of ``times``."""
    return sorted(times)[min(len(times) - 1, len(times) * part // 100)]


def days(part: float) -> date:
    """Return the date at the fraction ``part`` between the first class and the last."""
    from django.db.models import Max, Min

    from scheduling.models import ScheduledClass

    first, last = ScheduledClass.objects.aggregate(first=Min("date"), last=Max("date")).values()
    return first + timedelta(days=round((last - first).days * part))


def first_student() -> int:
    """Return the ID of the first student."""
    from scheduling.models import Student

    return Student.objects.earliest("id").pk


def turn(client: Any, address: str | None, most: int) -> Iterator[tuple[float, int]]:
    """Follow ``next`` over up to ``most`` pages; yield the milliseconds and queries of each."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _page in range(most):
        if address is None:
            return
        parts = urlsplit(address)
        with CaptureQueriesContext(connection) as captured:
            began = time.perf_counter()
            response = client.get(f"{parts.path}?{parts.query}", secure=True)
            seconds = time.perf_counter() - began
        assert response.status_code == 200, response.content
        yield seconds * 1000, len(captured)
        address = response.json()["next"]


if __name__ == "__main__":
    main()
