"""``python -m bench.statements``: the statement of a month among a million classes.

Server side: `GET /api/statements` in this process, without a network. The budget is 300 ms. Each
line shows the wall-clock time, and the CPU time of this process and its PostgreSQL backend.
"""

import argparse
import os
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from scheduling.domain.windows import month_of

from . import environment, scratch_database
from .coverage import timed

# Ten in a hundred classes are cancelled and twenty not marked; one in thirteen students is absent.
MARK = """
    UPDATE classes SET
        status = CASE WHEN id %% 10 = 0 THEN 'cancelled' ELSE 'completed' END,
        cancelled_by = CASE WHEN id %% 10 = 0 THEN 'student' ELSE '' END,
        is_chargeable = id %% 20 = 0,
        attendance = CASE WHEN id %% 10 IN (0, 3, 7) THEN ''
                          WHEN id %% 13 = 0 THEN 'unexcused' ELSE 'present' END
    WHERE date BETWEEN %s AND %s
"""

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
    """Fill a temporary database, request statements and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--students", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with scratch_database.postgresql() as url:
        scratch_database.set_up(url)
        try:
            measure(options.rows, options.students, options.rounds)
        finally:
            from django.db import connections

            connections.close_all()


def measure(rows: int, students: int, rounds: int) -> None:
    """Time the statement of a month by each grouping."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    from scheduling.services.statements.definitions import GROUPINGS

    settings.ALLOWED_HOSTS = ["*"]
    settings.API_THROTTLE = "1000000/sec"
    fill(max(1, rows // students), students)
    first, last = month_of(days(0.5))
    add_prices_and_marks(first, last)
    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    print(environment.heading("Statements", "bench.statements"))
    print(f"The statement of a month among {rows:,} classes.\n")
    print("| by | rows | lessons | median | CPU | queries |\n|---|---|---|---|---|---|")
    for by in GROUPINGS:
        address = f"/api/statements?from={first}&to={last}&by={by}"
        answer = client.get(address).json()
        median, cpu_time, queries = timed(_request(client, address), rounds)
        print(
            f"| {by} | {len(answer['results'])} | {answer['totals']['lessons']:,} |"
            f" {median:.0f} ms | {cpu_time:.0f} ms | {queries} |"
        )
    load = os.getloadavg()[0]
    print(f"\nThe load average at the end was {load:.0f}; it affects the median only.")


def fill(each: int, students: int) -> None:
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


def days(part: float) -> date:
    """Return the date at the fraction ``part`` between the first class and the last."""
    from django.db.models import Max, Min

    from scheduling.models import ScheduledClass

    first, last = ScheduledClass.objects.aggregate(first=Min("date"), last=Max("date")).values()
    return first + timedelta(days=round((last - first).days * part))


def _request(client: Any, address: str) -> Callable[[], None]:
    def request() -> None:
        client.get(address)

    return request


def add_prices_and_marks(first: date, last: date) -> None:
    """Give each teacher two prices, and mark the classes of these days."""
    from django.db import connection

    from scheduling.models import LessonDuration, LessonSettings, Teacher

    offers = LessonSettings.objects.bulk_create(
        LessonSettings(teacher=teacher) for teacher in Teacher.objects.all()
    )
    LessonDuration.objects.bulk_create(
        LessonDuration(settings=offer, minutes=45, price=Decimal(price), valid_from=day)
        for offer in offers
        for price, day in (("29.50", date(2020, 1, 1)), ("31.00", first.replace(day=15)))
    )
    with connection.cursor() as cursor:
        cursor.execute(MARK, [first, last])
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
