"""The requests of users and programs, with their weights and credentials."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle
from random import Random
from typing import Any
from urllib.parse import quote

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from knox.models import get_token_model

from scheduling.admin.core.lists.changelist import MAX_COUNTED
from scheduling.models import (
    CalendarFeed,
    Closure,
    JobRun,
    RecurringSlot,
    ScheduledClass,
    Student,
    Teacher,
)
from scheduling.services.calendar_feeds import token_of

JOBS = "/admin/background-jobs/"
TABLES = "/admin/scheduling/"
CALENDAR = "/admin/calendar/"
SOME = 60


@dataclass(slots=True)
class Operation:
    """Requests of the same kind. ``addresses`` are used in turn, ``body`` is JSON for a PATCH."""

    name: str
    weight: int
    addresses: list[str]
    headers: dict[str, str]
    body: str = ""
    fine: int = 200
    queries: list[int] = field(default_factory=list)


class Callers:
    """An administrator with a session, and a program with a token."""

    def __init__(self) -> None:
        user = User.objects.filter(username="bench").first() or User.objects.create_superuser(
            "bench"
        )
        client = Client()
        client.force_login(user)
        name = "sessionid"
        self.person = {"Cookie": f"{name}={client.cookies[name].value}", "Accept": "text/html"}
        token = get_token_model().objects.create(user)[1]
        self.program = {"Authorization": f"Bearer {token}", "Accept": "application/json"}


def operations() -> list[Operation]:
    """Return all operations, with IDs of existing people, classes and runs."""
    callers, now = Callers(), timezone.now()
    today = now.date()
    return [*_pages(callers.person, today), *_calls(callers.program, today)]


def _some(rows: Any, most: int = SOME) -> list[int]:
    """Return a reproducible sample of IDs."""
    ids = list(rows.order_by("id").values_list("id", flat=True))
    return Random(1).sample(ids, min(most, len(ids)))


def _table(name: str, model: Any) -> list[str]:
    """Return the addresses of the first page of a list and of a late one."""
    deep = min(model._default_manager.count(), MAX_COUNTED) // 100
    return [f"{TABLES}{name}/", *([f"{TABLES}{name}/?p={deep}"] if deep > 1 else [])]


def _pages(person: dict[str, str], today: date) -> Iterator[Operation]:
    def page(name: str, weight: int, *addresses: str) -> Operation:
        return Operation(name, weight, list(addresses), person)

    runs = list(JobRun.objects.order_by("id").values_list("id", flat=True))
    students, teachers = _some(Student.objects), _some(Teacher.objects)
    slots, closures = _some(RecurringSlot.objects), _some(Closure.objects)
    ahead = ScheduledClass.objects.filter(date__gte=today, date__lt=today + timedelta(days=14))
    days = [today + timedelta(days=n) for n in range(-200, 60, 7)]
    words = list(Student.objects.filter(id__in=students).values_list("last_name", flat=True))
    parts = [quote(name.split()[-1]) for name in words if name.strip()]
    week, month = timedelta(days=7), timedelta(days=42)
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)

    yield page("first page", 60, "/admin/")
    yield page("background jobs", 40, JOBS)
    yield page(
        "its log, deep", 6, *(f"{JOBS}?before={runs[len(runs) * n // 10]}" for n in range(1, 9))
    )
    yield page("its log, failed runs", 4, f"{JOBS}?outcome=failed")
    yield page("its log, runs that were missed", 2, f"{JOBS}?outcome=missed")
    yield page("a run", 15, *(f"{JOBS}runs/{pk}/" for pk in Random(1).sample(runs, 40)))
    yield page("progress of a run", 20, *(f"{JOBS}runs/{pk}/progress/" for pk in runs[-20:]))
    yield page("job runs as a table", 4, *_table("jobrun", JobRun))
    yield page("conflicts", 10, "/admin/conflicts/")
    yield page("students", 60, *_table("student", Student))
    yield page("students, searched", 40, *(f"{TABLES}student/?q={word}" for word in parts))
    yield page(
        "students, filtered",
        15,
        f"{TABLES}student/?state=active",
        f"{TABLES}student/?state=paused",
        *(f"{TABLES}student/?teacher={pk}" for pk in teachers[:10]),
    )
    yield page("a student", 60, *(f"{TABLES}student/{pk}/change/" for pk in students))
    yield page("a student's history", 5, *(f"{TABLES}student/{pk}/history/" for pk in students))
    yield page("teachers", 25, *_table("teacher", Teacher))
    yield page("a teacher", 25, *(f"{TABLES}teacher/{pk}/change/" for pk in teachers))
    yield page("classes, this week", 60, f"{TABLES}scheduledclass/")
    yield page("classes, from now on", 15, f"{TABLES}scheduledclass/?when=upcoming")
    yield page("classes, any date", 5, f"{TABLES}scheduledclass/?when=all")
    yield page("classes of a date", 30, *(f"{TABLES}scheduledclass/?on={day}" for day in days))
    yield page(
        "classes of a teacher",
        30,
        *(f"{TABLES}scheduledclass/?when=all&teacher={pk}" for pk in teachers),
    )
    yield page("classes, searched", 30, *(f"{TABLES}scheduledclass/?q={word}" for word in parts))
    yield page(
        "classes, attendance missing", 8, f"{TABLES}scheduledclass/?when=all&attendance=missing"
    )
    yield page("classes, edited by hand", 3, f"{TABLES}scheduledclass/?when=all&by_hand=yes")
    yield page("classes, make-up owed", 3, f"{TABLES}scheduledclass/?when=all&make_up=owed")
    yield page("a class", 40, *(f"{TABLES}scheduledclass/{pk}/change/" for pk in _some(ahead)))
    yield page("slots", 15, *_table("recurringslot", RecurringSlot))
    yield page("slots, searched", 8, *(f"{TABLES}recurringslot/?q={word}" for word in parts))
    yield page("a slot", 15, *(f"{TABLES}recurringslot/{pk}/change/" for pk in slots))
    yield page("fixed schedules", 6, f"{TABLES}fixedschedule/")
    yield page("closures", 8, f"{TABLES}closure/")
    yield page("a closure", 4, *(f"{TABLES}closure/{pk}/change/" for pk in closures))
    yield page("calendar", 40, CALENDAR)
    yield page(
        "calendar: a week of all",
        30,
        *(f"{CALENDAR}events/?start={day}&end={day + week}" for day in (monday, monday + week)),
    )
    yield page(
        "calendar: a month of all", 8, f"{CALENDAR}events/?start={first}&end={first + month}"
    )
    yield page(
        "calendar: a month of a teacher",
        20,
        *(f"{CALENDAR}events/?start={first}&end={first + month}&teacher={pk}" for pk in teachers),
    )
    yield page(
        "calendar: a year in numbers",
        4,
        f"{CALENDAR}days/?start={first}&end={first + timedelta(days=364)}",
    )
    yield page(
        "calendar: what is planned, a teacher",
        15,
        *(f"{CALENDAR}planned/?start={monday}&end={monday + week}&teacher={pk}" for pk in teachers),
    )
    yield page(
        "calendar: what is planned, all",
        3,
        f"{CALENDAR}planned/?start={monday}&end={monday + week}",
    )
    yield page("calendar: names", 15, *(f"{CALENDAR}students/?q={word}" for word in parts))
    yield page("calendar: a class", 15, *(f"{CALENDAR}classes/{pk}/" for pk in _some(ahead)))
    yield page(
        "explain a date", 15, *(f"/admin/explain/?student={pk}&date={today}" for pk in students)
    )
    yield page("check of a student", 5, *(f"/admin/check/?student={pk}" for pk in students))
    yield page("check of the whole calendar", 1, "/admin/check/")
    yield page("preview of a weekly run", 1, f"{JOBS}weekly/preview/")
    yield page("preview of a horizon run", 1, f"{JOBS}horizon/preview/")


def _calls(program: dict[str, str], today: date) -> Iterator[Operation]:
    def call(name: str, weight: int, *addresses: str, **more: Any) -> Operation:
        return Operation(name, weight, list(addresses), more.pop("headers", program), **more)

    students, teachers = _some(Student.objects), _some(Teacher.objects)
    runs = list(JobRun.objects.order_by("id").values_list("id", flat=True))
    middle = ScheduledClass.objects.order_by("starts_at")[ScheduledClass.objects.count() // 2]
    held = ScheduledClass.objects.filter(date__lt=today, attendance="").exclude(status="cancelled")
    month = f"from={today}&to={today + timedelta(days=30)}"

    yield call("GET classes", 40, "/api/classes")
    yield call("GET classes, deep", 15, *_deep(program, f"/api/classes?from={middle.date}"))
    yield call(
        "GET classes of a student", 30, *(f"/api/classes?student={pk}&{month}" for pk in students)
    )
    yield call(
        "GET classes of a teacher", 20, *(f"/api/classes?teacher={pk}&{month}" for pk in teachers)
    )
    yield call("GET classes, 500 a page", 5, f"/api/classes?pageSize=500&from={middle.date}")
    yield call(
        "PATCH a class: attendance",
        20,
        *(f"/api/classes/{pk}" for pk in _some(held, 400)),
        body='{"attendance": "present"}',
    )
    yield call("GET students", 20, "/api/students")
    yield call(
        "GET students, searched", 20, *(f"/api/students?search=a&teacher={pk}" for pk in teachers)
    )
    yield call("GET a student", 30, *(f"/api/students/{pk}" for pk in students))
    yield call("GET teachers", 15, "/api/teachers")
    yield call("GET recurring slots", 10, "/api/recurring-slots")
    yield call("GET closures", 4, "/api/closures")
    yield call(
        "GET plan of a student", 10, *(f"/api/plan?job=horizon&student={pk}" for pk in students)
    )
    yield call("GET plan of the studio", 1, "/api/plan?job=horizon")
    yield call("GET explain", 10, *(f"/api/students/{pk}/explain?date={today}" for pk in students))
    yield call("GET how the week stands", 3, "/api/class-tracking/generate-weekly-classes")
    yield call("GET job history", 3, "/api/admin/background-jobs/history")
    yield call("GET a run", 10, *(f"/api/admin/background-jobs/runs/{pk}" for pk in runs[-20:]))
    feeds = [*_feeds("student", students[:20]), *_feeds("teacher", teachers[:20])]
    nobody: dict[str, str] = {}
    yield call("a calendar feed", 20, *feeds, headers=nobody)
    etag = Client().get(feeds[0], secure=True)["ETag"]
    yield call("a feed that is known: 304", 40, feeds[0], headers={"If-None-Match": etag}, fine=304)
    yield call("/healthz", 20, "/healthz", headers=nobody)
    yield call("/readyz", 20, "/readyz", headers=nobody)
    yield call("/metrics", 10, "/metrics", headers=nobody)


def _deep(program: dict[str, str], address: str, pages: int = 30) -> list[str]:
    """Return the addresses of consecutive pages, starting with ``address``."""
    client, found = Client(headers={"Authorization": program["Authorization"]}), []
    while address and len(found) < pages:
        found.append(address)
        following = client.get(address, secure=True).json()["next"]
        address = following and "/" + following.split("/", 3)[3]
    return found


def _feeds(whose: str, ids: list[int]) -> list[str]:
    made = [CalendarFeed.objects.get_or_create(**{f"{whose}_id": pk})[0] for pk in ids]
    return [f"/calendar/{token_of(feed)}.ics" for feed in made]


def in_order(found: list[Operation], count: int, fewest: int = 1) -> list[tuple[int, str]]:
    """Return ``count`` requests, mixed by weight, as pairs of an operation's index and address."""
    total = sum(ask.weight for ask in found)
    order = [
        (place, address)
        for place, ask in enumerate(found)
        for address, _turn in zip(
            cycle(ask.addresses), range(max(fewest, round(count * ask.weight / total)))
        )
    ]
    Random(1).shuffle(order)
    return order
