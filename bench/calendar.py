"""``python -m bench.calendar``: the calendar over a year of a studio of 500 students.

Server side: the whole request in this process, without a network. Two weekly lessons a student,
made by the real runner: 52,000 classes, a few conflicts aside. Prints medians, the slowest answer,
queries and sizes.
"""

import argparse
import statistics
import time
from datetime import date, timedelta
from typing import Any

from . import environment, scratch_database

STUDENTS, TEACHERS, WEEKS = 500, 50, 52
TODAY = date(2026, 1, 5)


def main() -> None:
    """Fill a database made for it, open the calendar, say how long that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
    parser.add_argument("--times", type=int, default=9, help="how often to ask for each")
    asked = parser.parse_args()
    with scratch_database.sqlite() if asked.sqlite else scratch_database.postgresql() as url:
        scratch_database.set_up(url)
        try:
            measure(asked.times)
        finally:
            from django.db import connections

            connections.close_all()


def measure(times: int) -> None:
    """Ask for what the page asks for, and for a whole year of single classes."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    from scheduling.models import Student, Teacher

    settings.ALLOWED_HOSTS = ["*"]
    stored = fill()
    print(environment.heading("The calendar", "bench.calendar"))
    print(f"{stored:,} classes of {STUDENTS} students. Milliseconds; sizes compressed.\n")
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(User.objects.create_superuser("bench"))
    week = f"start={TODAY}&end={TODAY + timedelta(days=7)}"
    beyond = TODAY + timedelta(weeks=WEEKS)
    ahead = f"start={beyond}&end={beyond + timedelta(days=7)}"
    month = f"start={TODAY}&end={TODAY + timedelta(days=42)}"
    year = f"start={TODAY}&end={TODAY + timedelta(days=364)}"
    teacher = Teacher.objects.earliest("id").pk
    student = Student.objects.earliest("id").pk
    print("| what is asked for | median | slowest | queries | kB |\n|---|---|---|---|---|")
    for name, address in (
        ("the page", ""),
        ("its week", f"events/?{week}"),
        ("its week, what is planned", f"planned/?{week}"),
        ("a week that is all planned", f"planned/?{ahead}"),
        ("a week of one teacher, planned", f"planned/?{ahead}&teacher={teacher}"),
        ("a month", f"events/?{month}"),
        ("a year in numbers, as the page shows it", f"days/?{year}"),
        ("a year of one teacher", f"events/?{year}&teacher={teacher}"),
        ("a year of one student", f"events/?{year}&student={student}"),
        ("a year, class by class", f"events/?{year}"),
        ("a year, class by class, in their own zones", f"events/?{year}&zone=own"),
        ("a week as a plain list", "?plain=1&date=2026-01-05"),
    ):
        report(name, [ask(client, address) for _time in range(times)])


def report(name: str, asked: list[tuple[float, int, int]]) -> None:
    """A line of the table."""
    seconds = [one[0] * 1000 for one in asked]
    _seconds, queries, size = asked[-1]
    print(
        f"| {name} | {statistics.median(seconds):.0f} | {max(seconds):.0f} | {queries} |"
        f" {size / 1000:.0f} |"
    )


def ask(client: Any, address: str) -> tuple[float, int, int]:
    """Seconds, queries and bytes of one answer."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        began = time.perf_counter()
        answer = client.get(f"/admin/calendar/{address}", secure=True)
        seconds = time.perf_counter() - began
    assert answer.status_code == 200, answer.content
    return seconds, len(captured), len(answer.content)


def fill() -> int:
    """The studio, and a year of its classes by the runner; how many there are."""
    from django.db import connection

    from scheduling.models import Job, RecurringSlot, ScheduledClass, Student
    from scheduling.tests.jobs.helpers import run_job
    from scheduling.tests.support import studio

    studio.build(STUDENTS * 2, TEACHERS)
    # Two slots a student: its own and another's. A few meet, as in life, and are conflicts.
    students = list(Student.objects.order_by("id").values_list("id", flat=True))
    slots = list(RecurringSlot.objects.order_by("id"))
    for slot in slots:
        slot.student_id = students[students.index(slot.student_id) % STUDENTS]
    RecurringSlot.objects.bulk_update(slots, ["student_id"], batch_size=1000)
    run_job(Job.HORIZON, TODAY, weeks=WEEKS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return ScheduledClass.objects.count()


if __name__ == "__main__":
    main()
