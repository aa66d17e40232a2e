"""Methods that create the classes of a window: our runner, and common alternatives.

Each takes the date and the maximum number of slots.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from bench.environment import WEEKS, clock_of
from scheduling.domain.recurrence import occurrences
from scheduling.domain.series import Series, SeriesKind
from scheduling.domain.wallclock import from_epoch
from scheduling.domain.windows import horizon_window, monday_of
from scheduling.jobs.execution.runner import RunOptions, run
from scheduling.jobs.generation.class_insert import _COLUMNS as COLUMNS
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.runs.result import RunResult
from scheduling.models import Job, RecurringSlot, Student, Trigger
from scheduling.selectors.schedules.series import load_series

from . import cloned_tables

# The fastest of none, 100, 500, 1,000, 2,000 and 5,000.
PEER_BATCH = 2_000
# Values of the fields with database defaults.
DEFAULTS = {
    "status": "scheduled",
    "cancelled_by": "",
    "cancel_reason": "",
    "attendance": "",
    "notes": "",
}


def unload_ours() -> None:
    """Empty all our caches, as a process started by cron has none."""
    for name, module in list(sys.modules.items()):
        if name.startswith("scheduling."):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def ours(today: date) -> RunResult:
    """Perform a complete run, as the command does: claim, heartbeat, log and chunks."""
    request = RunRequest(
        job=Job.HORIZON, today=today, weeks=WEEKS, trigger=Trigger.COMMAND, dated=True
    )
    return run(request, RunOptions(clock=lambda: clock_of(today)))


def _slots(limit: int | None = None) -> list[Series]:
    return load_series(SeriesKind.RECURRING_SLOT, Q())[:limit]


def _objects(
    model: Any, today: date, slots: list[Series], *, spelled_out: bool = True
) -> Iterator[Any]:
    """Yield the classes of the window as instances of ``model``, expanded by our domain code.

    ``spelled_out``: with values for fields with database defaults, which take Django four times
    as long.
    """
    window = horizon_window(today, WEEKS)
    now = timezone.now()
    values = DEFAULTS | {"created_at": now, "updated_at": now} if spelled_out else {}
    for series in slots:
        planned = occurrences(series, window)
        for day, starts in zip(planned.days, planned.starts, strict=True):
            yield model(
                student_id=series.student_id,
                teacher_id=series.teacher_id,
                room_id=series.room_id,
                recurring_slot_id=series.id,
                week=monday_of(day),
                occurrence_date=day,
                date=day,
                start_time=series.start_time,
                end_time=series.end_time,
                time_zone=series.zone,
                starts_at=from_epoch(starts),
                ends_at=from_epoch(starts + series.duration_minutes * 60),
                subject=series.subject,
                is_shared=series.is_shared,
                **values,
            )


def rows_of(table: str) -> int:
    """Return the number of rows of a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def ignore_conflicts(today: date, limit: int | None, *, spelled_out: bool) -> None:
    """Build every class and insert all, letting the database ignore existing ones."""
    model = cloned_tables.model_of(cloned_tables.PEER)
    lessons = _objects(model, today, _slots(limit), spelled_out=spelled_out)
    with transaction.atomic():
        model.objects.bulk_create(lessons, batch_size=PEER_BATCH, ignore_conflicts=True)


def per_lesson(today: date, limit: int | None) -> None:
    """Check for each class whether it exists, and insert it if not.

    With a transaction per slot, which is faster than the usual autocommit.
    """
    model = cloned_tables.model_of(cloned_tables.PEER)
    for series in _slots(limit):
        with transaction.atomic():
            for lesson in _objects(model, today, [series]):
                found = model.objects.filter(recurring_slot_id=series.id, week=lesson.week)
                if not found.exists():
                    lesson.save(force_insert=True)


def per_student(today: date, limit: int | None) -> None:
    """For each student, read the student, slots and existing classes, and insert the others."""
    model = cloned_tables.model_of(cloned_tables.PEER)
    window = horizon_window(today, WEEKS)
    by_student = defaultdict(list)
    for series in _slots(limit):
        by_student[series.student_id].append(series)
    for pk, series in by_student.items():
        Student.objects.get(pk=pk)
        list(RecurringSlot.objects.filter(student_id=pk, status="active"))
        existing = set(
            model.objects.filter(
                student_id=pk, date__gte=window.start, date__lt=window.end
            ).values_list("recurring_slot_id", "week")
        )
        new = [
            lesson
            for lesson in _objects(model, today, series)
            if (lesson.recurring_slot_id, lesson.week) not in existing
        ]
        if new:
            model.objects.bulk_create(new)


# PostgreSQL takes the second of two ambiguous instants, while we take the first, one hour earlier.
# (Wrong for zones whose clocks go back by less than an hour.)
_PURE_SQL = f"""
    INSERT INTO {cloned_tables.COPIED} ({COLUMNS})
    SELECT l.student_id, l.teacher_id, l.room_id, NULL, l.id, l.week, l.day, l.day, l.start_time,
           l.start_time + l.length, l.time_zone, l.starts, l.starts + l.length, l.subject,
           l.is_shared, NULL
    FROM (
        SELECT s.*, t.time_zone, make_interval(mins => s.duration_minutes) AS length,
               d.day::date AS day, date_trunc('week', d.day)::date AS week,
               CASE WHEN timezone(t.time_zone, a.instant - interval '1 hour') = d.day + s.start_time
                    THEN a.instant - interval '1 hour' ELSE a.instant END AS starts
        FROM scheduling_recurringslot AS s
        JOIN scheduling_teacher AS t ON t.id = s.teacher_id AND t.is_active
        JOIN scheduling_student AS p ON p.id = s.student_id AND p.is_active
        CROSS JOIN LATERAL generate_series(
            %(start)s::timestamp + make_interval(
                days => (s.weekday - extract(isodow FROM %(start)s::date)::int + 7) %% 7),
            %(last)s::timestamp, interval '7 days') AS d (day)
        CROSS JOIN LATERAL (
            SELECT timezone(t.time_zone, d.day + s.start_time) AS instant) AS a
        WHERE s.status = 'active'
          AND d.day >= coalesce(greatest(s.valid_from, p.start_date), d.day)
          AND d.day <= coalesce(least(s.valid_until, p.end_date), d.day)
          AND (s.interval_weeks = 1
               OR ((d.day::date - DATE '0001-01-01') / 7
                   - (coalesce(s.valid_from, p.start_date) - DATE '0001-01-01') / 7)
                  %% s.interval_weeks = 0)
    ) AS l
    WHERE NOT EXISTS (
        SELECT FROM {cloned_tables.COPIED} AS c WHERE c.recurring_slot_id = l.id AND c.week = l.week
    )
    ORDER BY l.teacher_id, l.starts
"""


def pure_sql(today: date, _limit: int | None) -> None:
    """Insert with one statement: rules expanded by ``generate_series``, except existing classes."""
    window = horizon_window(today, WEEKS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PURE_SQL, {"start": str(window.start), "last": str(window.last)})


class Scheduler:
    """django-scheduler: events with a weekly rule, whose occurrences are saved individually."""

    def __init__(self, limit: int | None) -> None:
        from datetime import datetime
        from zoneinfo import ZoneInfo

        from schedule.models import Calendar, Event, Occurrence, Rule

        from bench.environment import START

        Occurrence.objects.all().delete()
        Event.objects.all().delete()
        calendar, _made = Calendar.objects.get_or_create(name="bench", slug="bench")
        rule, _made = Rule.objects.get_or_create(name="weekly", frequency="WEEKLY")
        self.events = []
        for series in _slots(limit):
            zone = ZoneInfo(series.zone)
            day = occurrences(series, horizon_window(START, 1)).days[0]
            start = datetime.combine(day, series.start_time, zone)
            end = datetime.combine(day, series.end_time, zone)
            event = Event(title=series.subject, start=start, end=end, rule=rule, calendar=calendar)
            event.save()
            self.events.append((event.pk, zone))

    def __call__(self, today: date, _limit: int | None) -> None:
        from datetime import datetime, time

        from schedule.models import Event

        window = horizon_window(today, WEEKS)
        for pk, zone in self.events:
            event = Event.objects.select_related("rule").get(pk=pk)
            start = datetime.combine(window.start, time(), zone)
            end = datetime.combine(window.end, time(), zone)
            for occurrence in event.get_occurrences(start, end):
                if occurrence.pk is None:
                    occurrence.save()
