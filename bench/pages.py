"""``python -m bench.pages``: every page of the admin, the families' page and the GETs of the API.

Server side: the whole request in this process, without a network, in a studio of 500 students and
in one of 10,000 with a million classes and 10,000 runs. A page may take 100 ms in the small one and
300 ms in the large one, and makes at most fifty queries, as many in both. Each line has the CPU
time of this process and its PostgreSQL backend, its ratio to the limit, the median of the
wall-clock time and the queries. Previews and checks of a whole studio, files and calls of the API
have no limit of time. The exit status is 1 if a page exceeds a limit.

The addresses are those of ``test_query_limits.py``, and further ones of lists and the calendar.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from . import environment, scratch_database
from .coverage import timed

LIMITS_MS = {500: 100, 10_000: 300}
RUNS = {500: 1_000, 10_000: 10_000}
MOST_QUERIES = 50
QUICK = 100
CONFLICTS = 10
FILE = (
    b"email,first_name,last_name,teacher,weekday,start_time,end_time,valid_from\n"
    b"new@example.com,New,Student,,2,15:00,16:00,2026-01-05\n"
)
# They plan the whole studio, and show their progress, or are files.
UNLIMITED = {
    *("a feed", "metrics"),
    *("background_jobs_preview", "preview of the horizon", "check_schedules"),
    *("import_timetable_preview", "export_timetable"),
    *(f"scheduling_{kind}_{page}" for kind in ("student", "guardian", "teacher")
      for page in ("data", "erase")),
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """A page: CPU and wall-clock time in milliseconds, and queries. ``status``: not a page here."""

    name: str
    limit: int
    cpu_time: float = 0
    median: float = 0
    queries: int = 0
    status: int = 200

    @property
    def has_limit(self) -> bool:
        return self.name not in UNLIMITED and not self.name.startswith("GET ")

    @property
    def is_over(self) -> bool:
        return self.has_limit and (
            self.cpu_time > self.limit or self.queries > MOST_QUERIES or self.status != 200
        )

    def __str__(self) -> str:
        if self.status != 200:
            return f"| {self.name} | {self.status} | | | |"
        ratio = f"{self.cpu_time / self.limit:.2f}" if self.has_limit else ""
        return (
            f"| {self.name} | {self.cpu_time:.0f} ms | {ratio} | {self.median:.0f} ms |"
            f" {self.queries} |"
        )


def main() -> None:
    """Fill each studio in a temporary database, request the pages and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite: 500 students only")
    parser.add_argument("--sizes", default="500,10000", help="students")
    parser.add_argument("--times", type=int, default=5, help="requests of each page")
    parser.add_argument("--only", default="", help="pages with this in their names")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} students, one request")
    options = parser.parse_args()
    sizes = list(map(int, options.sizes.split(",")))
    if options.quick:
        sizes, options.times = [QUICK], 1
    elif options.sqlite:
        sizes = sizes[:1]
    database = scratch_database.sqlite if options.sqlite else scratch_database.postgresql
    found: list[Line] = []
    print(environment.heading("Pages", "bench.pages"))
    with database() as url:
        scratch_database.set_up(url)
        from django.db import connection

        with closing(connection):
            before = 0
            for size in sizes:
                fill(size - before, size)
                found += report(size, options.times, options.only)
                before = size
    print(f"\nThe load average at the end was {os.getloadavg()[0]:.0f}.")
    over = [line for line in found if line.is_over]
    print(*(f"over its limit: {line}" for line in over), sep="\n", file=sys.stderr)
    sys.exit(bool(over))


def fill(students: int, size: int) -> None:
    """Add ``students`` to a studio that then has ``size``, with classes, runs and conflicts."""
    from .load import studio

    studio.prepare()
    studio.fill(students, RUNS.get(size, size))
    studio.settle(CONFLICTS)


def report(size: int, times: int, only: str = "") -> list[Line]:
    """Time each page of the studio and print the table."""
    from .load.studio import in_words

    print(f"\n## {size:,} students\n\n{in_words()}.\n")
    print("| page | CPU | of the limit | median | queries |\n|---|---|---|---|---|")
    found = []
    for line in measure(LIMITS_MS.get(size, min(LIMITS_MS.values())), times, only):
        print(line, flush=True)
        found.append(line)
    return found


def measure(limit: int, times: int, only: str) -> Iterator[Line]:
    """Yield each page whose name has ``only`` in it."""
    for name, client, address in requests():
        if only not in name:
            continue
        line = Line(name, limit, status=client.get(address).status_code)
        if line.status == 200:
            again = 1 if name in UNLIMITED or name.startswith("GET plan") else times
            line.median, line.cpu_time, line.queries = timed(partial(read, client, address), again)
        yield line


def read(client: Any, address: str) -> None:
    """Request a page to its last byte."""
    answer = client.get(address)
    if answer.streaming:
        list(answer)


def requests() -> Iterator[tuple[str, Any, str]]:
    """Yield the name of each page, the client of its reader, and its address."""
    from django.test import Client
    from django.utils import timezone

    from scheduling.domain.windows import monday_of
    from scheduling.services.calendar_feeds import page_token_of
    from scheduling.services.roles import OWNER, TEACHER
    from scheduling.tests.support.roles import account
    from scheduling.tests.test_query_limits import admin_addresses, api_addresses

    now = timezone.now()
    rows = sample_rows(now)
    studio: Any = SimpleNamespace(
        rows=rows,
        now=now,
        monday=monday_of(now.date()),
        lesson=rows["scheduling_scheduledclass"],
        run=rows["scheduling_jobrun"],
        slot=rows["scheduling_recurringslot"],
        feed=rows["scheduling_calendarfeed"],
        upload=rows["scheduling_timetableupload"],
        **{
            kind: rows[f"scheduling_{kind}"]
            for kind in ("teacher", "student", "guardian", "room", "closure")
        },
    )
    superuser, owner, teacher, family = (Client() for _number in range(4))
    superuser.force_login(rows["auth_user"])
    owner.force_login(account(OWNER, f"owner{now.timestamp()}"))
    name = f"teacher{now.timestamp()}"
    teacher.force_login(account(TEACHER, name, rows["scheduling_teacher"]))
    for name, address in {**admin_addresses(studio), **more_addresses(rows, now)}.items():
        yield name, superuser, address
    yield "first page of an owner", owner, "/admin/"
    yield "first page of a teacher", teacher, "/admin/"
    yield "calendar of a teacher", teacher, "/admin/calendar/?plain=1"
    yield "classes of a teacher's own", teacher, "/admin/scheduling/scheduledclass/?when=all"
    yield "family's page", family, f"/family/{page_token_of(rows['scheduling_calendarfeed'])}"
    for name, address in api_addresses(studio).items():
        yield name, superuser, address


def more_addresses(rows: dict[str, Any], now: datetime) -> dict[str, str]:
    """Return the pages that the tests leave out, by name."""
    today, week = now.date(), timedelta(days=7)
    monday = today - timedelta(days=today.weekday())
    classes, calendar = "/admin/scheduling/scheduledclass/", "/admin/calendar/"
    teacher, student = rows["scheduling_teacher"].pk, rows["scheduling_student"].pk
    word = rows["scheduling_student"].last_name.split()[-1]
    pickers = {
        f"picker of {field}": f"/admin/autocomplete/?app_label=scheduling&model_name={model}"
        f"&field_name={field}&term=a"
        for model, field in (
            *(("fixedschedule", "student"), ("fixedschedule", "teacher")),
            ("fixedschedule", "room"),
        )
    }
    return pickers | {
        **{
            f"classes, {when}": f"{classes}?when={when}"
            for when in ("today", "week", "month", "tomorrow", "next", "upcoming")
        },
        "classes of dates": f"{classes}?from={monday - 20 * week}&to={monday}",
        "classes, page 50": f"{classes}?when=all&p=50",
        "classes, not marked": f"{classes}?when=all&attendance=missing",
        "classes, not marked in time": f"{classes}?when=all&attendance=overdue",
        "classes, edited by hand": f"{classes}?when=all&by_hand=yes",
        "classes of a student": f"{classes}?when=all&student={student}",
        "classes, searched by name": f"{classes}?q={quote(word)}",
        "classes, cancelled": f"{classes}?when=all&status=cancelled",
        "students, searched by name": f"/admin/scheduling/student/?q={quote(word)}",
        "students, paused": "/admin/scheduling/student/?state=paused",
        "first page of another day": f"/admin/?day={today - week}",
        "search by name": f"/admin/search/?q={quote(word)}",
        "suggestions by name": f"/admin/search/suggestions/?q={quote(word)}",
        "calendar of another week": f"{calendar}?plain=1&date={monday - week}",
        "another day by teacher": f"{calendar}?plain=1&view=day&date={monday + timedelta(days=9)}",
        "week of a teacher": f"{calendar}?plain=1&teacher={teacher}",
        "events of a day": f"{calendar}events/?start={today}&end={today + timedelta(days=1)}",
        "events of a teacher": f"{calendar}events/?start={monday}&end={monday + week}"
        f"&teacher={teacher}",
        "events of a room": f"{calendar}events/?start={monday}&end={monday + week}"
        f"&room={rows['scheduling_room'].pk}",
        "statement by guardian": "/admin/statement/?by=guardian",
        "statement by room": "/admin/statement/?by=room",
        "week to print": f"/admin/sheets/?whose=teacher:{teacher}&sheet=week",
        "Find a time, every teacher": f"/admin/find/?minutes=45&first={today}&every=1&weeks=12"
        f"&student={student}&earliest=06:00&latest=23:00",
    }


def sample_rows(now: datetime) -> dict[str, Any]:
    """Return a row of each model by ``app_model``; create those that the studio does not have."""
    from auditlog.models import LogEntry
    from django.contrib.auth.models import Group, User
    from knox.models import AuthToken

    from scheduling import models
    from scheduling.jobs.notifications.outbox import queue_reminder
    from scheduling.services.timetable_import.uploads import store_upload
    from scheduling.tests import factories as make

    user = User.objects.create_superuser(f"bench{now.timestamp()}")
    teacher, student = middle(models.Teacher.objects), middle(models.Student.objects)
    student.email = f"{student.pk}@example.org"
    student.save()  # for the audit log
    day = now.date() + timedelta(days=3)
    once = make.lesson(student, day, "03:00", "03:30", teacher)
    queue_reminder(student, once, now)
    return {
        "auditlog_logentry": LogEntry.objects.get_for_object(student).first(),
        "auth_group": Group.objects.first(),
        "auth_user": user,
        "knox_authtoken": AuthToken.objects.create(user)[0],
        "scheduling_calendarfeed": models.CalendarFeed.objects.create(student=student),
        "scheduling_closure": make.closure("Away", day + timedelta(days=60), teacher=teacher),
        "scheduling_fixedschedule": middle(models.FixedSchedule.objects),
        "scheduling_guardian": middle(models.Guardian.objects),
        "scheduling_jobrun": middle(models.JobRun.objects),
        "scheduling_jobrunitem": middle(models.JobRunItem.objects),
        "scheduling_lessonsettings": teacher.lesson_settings,
        "scheduling_message": models.Message.objects.latest("id"),
        "scheduling_recurringslot": middle(models.RecurringSlot.objects),
        "scheduling_room": middle(models.Room.objects),
        "scheduling_scheduledclass": once,
        "scheduling_student": student,
        "scheduling_studio": models.Studio.objects.get(),
        "scheduling_teacher": teacher,
        "scheduling_timetableupload": store_upload(FILE, "a.csv", user, now),
    }


def middle(rows: Any) -> Any:
    """Return the row in the middle of the table."""
    rows = rows.order_by("pk")
    return rows[rows.count() // 2]


if __name__ == "__main__":
    main()
