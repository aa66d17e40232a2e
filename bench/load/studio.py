"""A studio after years of use: people, schedules, a million classes, ten thousand runs.

People and schedules come from the demo, which has no conflicts. On PostgreSQL the classes are
inserted by SQL as the generator would have created them; a generation run then verifies that
nothing is missing.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import StringIO
from random import Random
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.db.models.functions import Mod
from django.utils import timezone

from bench.coverage import vacuum
from scheduling.domain.windows import monday_of
from scheduling.models import (
    Closure,
    FixedSchedule,
    Job,
    JobRun,
    JobRunItem,
    RecurringSlot,
    RunState,
    ScheduledClass,
    Student,
    Teacher,
    Trigger,
)
from scheduling.services.demo.loader import load_demo

STUDENTS_A_TEACHER = 12
ITEMS_A_RUN = 6
BATCH = 2_000
# Past weeks with classes, which results in about 100 classes a student, future ones included.
WEEKS_BACK = 38
# Outcomes of classes that a run created or changed.
CHANGES = {"created", "moved", "removed", "cancelled", "restored"}
# Three years ago; a multiple of every interval of weeks.
EARLIER = timedelta(weeks=156)

_OLDER = """
    UPDATE scheduling_student SET start_date = start_date - %(by)s
     WHERE id > %(students)s AND start_date < %(today)s;
    UPDATE scheduling_recurringslot SET valid_from = valid_from - %(by)s
     WHERE student_id > %(students)s AND valid_from < %(today)s;
"""
# In order of date, as after years of runs. Most past classes took place.
_CLASSES = """
    INSERT INTO classes
        (student_id, teacher_id, room_id, {kind}_id, week, occurrence_date, date, start_time,
         end_time, time_zone, starts_at, ends_at, subject, status, cancelled_by, cancelled_at,
         cancel_reason, attendance, notes, edited_at, created_at, is_shared)
    SELECT student_id, teacher_id, room_id, id, week, day, day, start_time, end_time, zone,
           starts_at, starts_at + (end_time - start_time), subject,
           CASE WHEN called_off THEN 'cancelled' WHEN held THEN 'completed' ELSE 'scheduled' END,
           CASE WHEN called_off THEN 'student' ELSE '' END,
           CASE WHEN called_off THEN starts_at - INTERVAL '3 days' END,
           CASE WHEN called_off THEN 'On a school trip.' ELSE '' END,
           CASE WHEN called_off OR NOT held THEN '' WHEN chance < 12 THEN 'unexcused'
                ELSE 'present' END,
           CASE WHEN held AND chance % 9 = 0 THEN 'Left hand alone, slowly.' ELSE '' END,
           CASE WHEN called_off OR held THEN starts_at - INTERVAL '3 days' END,
           starts_at - INTERVAL '84 days', is_shared
      FROM (
        SELECT series.*, chance < 4 AS called_off,
               chance < 90 AND day < %(today)s AS held,
               (day + start_time) AT TIME ZONE zone AS starts_at
          FROM (
            SELECT one.*, {end_time} AS end_time, COALESCE(teacher.time_zone, %(zone)s) AS zone,
                   COALESCE(one.valid_from, student.start_date) AS since,
                   monday::date AS week, monday::date + weekday - 1 AS day,
                   abs(hashint8(one.id * 1000 + extract(week FROM monday)::int)) % 100 AS chance
              FROM (SELECT id, student_id, teacher_id, room_id, weekday, start_time, subject,
                           is_shared, interval_weeks, valid_from, valid_until, {own}
                      FROM {table} WHERE student_id > %(students)s) AS one
              JOIN scheduling_student AS student ON student.id = student_id
              LEFT JOIN scheduling_teacher AS teacher ON teacher.id = teacher_id
             CROSS JOIN generate_series(%(first)s::date, %(last)s::date, INTERVAL '7 days') monday
          ) AS series
         WHERE day >= since AND day <= COALESCE(valid_until, day) AND {wanted} AND day < %(end)s
           AND (week - date_trunc('week', since)::date) / 7 % interval_weeks = 0
      ) AS wanted
     ORDER BY day, start_time, teacher_id
"""
KINDS: tuple[dict[str, str], ...] = (
    {
        "kind": "recurring_slot",
        "table": "scheduling_recurringslot",
        "own": "duration_minutes, status",
        "end_time": "start_time + duration_minutes * INTERVAL '1 minute'",
        "wanted": "(status = 'active' OR day < %(today)s)",
    },
    {
        "kind": "fixed_schedule",
        "table": "scheduling_fixedschedule",
        "own": "end_time AS own_end",
        "end_time": "own_end",
        # The weekly job creates only this week's, and none for students who are away or have left.
        "wanted": """week <= %(monday)s
           AND NOT EXISTS (SELECT FROM scheduling_closure AS away
                            WHERE away.student_id = series.student_id
                              AND day BETWEEN away.first_date AND away.last_date)
           AND NOT EXISTS (SELECT FROM scheduling_student AS gone
                            WHERE gone.id = series.student_id AND gone.end_date < day)""",
    },
)


def fill(students: int, runs: int) -> None:
    """Add students with schedules and classes, and runs to the log."""
    before = Student.objects.order_by("-id").values_list("id", flat=True).first() or 0
    now = timezone.now()
    load_demo(students, max(2, students // STUDENTS_A_TEACHER), before + 1, now)
    if connection.vendor == "postgresql":
        _classes(before, now.date())
    else:
        _classes_by_runs(now)
    fill_log(runs, now)
    vacuum()


def fill_log(runs: int, now: datetime) -> None:
    """Create runs over the retention of logs, each with some results."""
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
    JobRun.objects.update(created_at=F("started_at"))


def _classes(before: int, today: date) -> None:
    """Insert the classes of the students with IDs above ``before``."""
    monday = monday_of(today)
    values = {
        "students": before,
        "today": today,
        "by": EARLIER,
        "monday": monday,
        "first": monday - timedelta(weeks=WEEKS_BACK),
        "last": monday + timedelta(weeks=13),
        "end": today + timedelta(weeks=12),
        "zone": "UTC",
    }
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        with _unguarded(cursor):
            for statement in _OLDER.split(";")[:-1]:
                cursor.execute(statement, values)
            for kind in KINDS:
                cursor.execute(_CLASSES.replace("% ", "%% ").format(**kind), values)
        cursor.execute("RESET synchronous_commit")


def _classes_by_runs(now: datetime) -> None:
    """Create the classes of all students by runs: SQLite has no time zones."""
    first = monday_of(now.date()) - timedelta(weeks=WEEKS_BACK)
    Student.objects.filter(start_date__lt=now).update(start_date=first)
    RecurringSlot.objects.filter(valid_from__lt=now).update(valid_from=first)
    weeks = str(WEEKS_BACK + 13)
    for options in (["horizon", "--date", str(first), "--weeks", weeks], ["missing"], ["weekly"]):
        call_command("generate_classes", "--json", "--only", *options, stdout=StringIO())
    past = ScheduledClass.objects.filter(ends_at__lt=now).annotate(chance=Mod("id", 100))
    past.filter(chance__lt=4).update(
        status="cancelled", cancelled_by="student", cancelled_at=now, edited_at=now
    )
    past.filter(chance__range=(4, 90)).update(
        status="completed", attendance="present", edited_at=now
    )


@contextmanager
def _unguarded(cursor: Any) -> Iterator[None]:
    """Drop the indexes and exclusion constraints of classes, and create them again at the end."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'classes'::regclass AND contype = 'x'"
    )
    guards = cursor.fetchall()
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'classes'"
        " AND indexname <> ALL (SELECT conname::text FROM pg_constraint)"
    )
    indexes = cursor.fetchall()
    for name, _definition in guards:
        cursor.execute(f"ALTER TABLE classes DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute("SET maintenance_work_mem = '256MB'")
    for _name, definition in indexes:
        cursor.execute(definition)
    for name, definition in guards:
        cursor.execute(f"ALTER TABLE classes ADD CONSTRAINT {name} {definition}")
    cursor.execute("RESET maintenance_work_mem")


def settle(clashes: int) -> None:
    """Verify the classes by running the jobs, add irregularities and run the jobs again.

    The irregularities are conflicting slots, past holidays, and teachers who are away next week.
    """
    changes = [count for run in run_jobs() for name, count in run.items() if name in CHANGES]
    if any(changes):
        raise SystemExit(f"The classes differ from those of the generator: {changes}")
    today = timezone.now().date()
    slots = RecurringSlot.objects.filter(status="active", is_shared=False).order_by("-id")
    for slot in slots.select_related("student")[:clashes]:
        person = Student.objects.create(
            first_name="Late", last_name=slot.student.last_name, start_date=today
        )
        slot.pk, slot.student, slot.import_key, slot.valid_from = None, person, None, today
        slot.created_at = slot.booked_at = timezone.now()
        slot.save(force_insert=True)
    weeks = [today - timedelta(weeks=n) for n in range(1, 40)]
    Closure.objects.bulk_create(
        Closure(name="Holiday", first_date=day, last_date=day) for day in weeks[::4]
    )
    away = Teacher.objects.order_by("id").values_list("id", flat=True)[:clashes]
    first = today + timedelta(days=7)
    Closure.objects.bulk_create(
        Closure(name="Away", first_date=first, last_date=first, teacher_id=pk) for pk in away
    )
    run_jobs()
    vacuum()


def run_jobs() -> list[dict[str, int]]:
    """Run both jobs and return their counts of outcomes."""
    counts = []
    for only in ("weekly", "horizon"):
        output = StringIO()
        call_command("generate_classes", only=only, json=True, stdout=output, stderr=StringIO())
        run = json.loads(output.getvalue())["runs"][0]
        counts.append(run["counts"])
    return counts


def prepare() -> None:
    """Allow unlimited requests to this process."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.API_THROTTLE = "1000000/sec"
    settings.SECURE_SSL_REDIRECT = False


def in_words() -> str:
    """Return the size of the studio as text."""
    parts = (
        (ScheduledClass, "classes"),
        (Student, "students"),
        (Teacher, "teachers"),
        (RecurringSlot, "slots"),
        (FixedSchedule, "fixed schedules"),
        (JobRun, "runs"),
        (JobRunItem, "results"),
    )
    return ", ".join(f"{model._default_manager.count():,} {name}" for model, name in parts)
