"""A studio that stores data about three people in every table, by the product's own acts."""

import json
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.contrib.admin.models import CHANGE
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult
from knox.models import AuthToken

from scheduling.jobs.notifications.outbox import queue_address, queue_alert, queue_reminder
from scheduling.models import (
    ApiTokenDetails,
    CalendarFeed,
    Guardian,
    Incident,
    IncidentKind,
    Job,
    JobRun,
    JobRunItem,
    LessonDuration,
    LessonSettings,
    ScheduledClass,
    Student,
    Teacher,
    WorkingHours,
)
from scheduling.services.accounts import send_link
from scheduling.services.classes.edit import cancellation, manual_edit
from scheduling.services.notices import notifying
from scheduling.services.schedule_changes import ChangeContext
from scheduling.services.timetable_import import uploads
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.services.timetable_import.timetable_files import COLUMNS, csv_bytes

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
TODAY = date(2026, 2, 10)
FILE_NAME = "Zebédea Quillfeather.csv"
# What must not be found once a person is erased, in lower case.
WORDS = {
    Student: ("zebédea", "quillfeather", "zebedea@student.example"),
    Guardian: ("ottoline", "marchbanks", "ottoline@guardian.example", "600 123 456"),
    Teacher: ("thaddeus", "wolverley", "tw@teacher.example"),
}


def context(today: date = TODAY) -> ChangeContext:
    return ChangeContext(today, NOW, "teresa", notify=True)


def timetable(*starts: str) -> bytes:
    """Return a file with lessons of the student and of another one."""
    row = {
        "teacher": "Thaddeus Wolverley",
        "teacher_time_zone": "UTC",
        "subject": "Piano",
        "student_first_name": "Zebédea",
        "student_last_name": "Quillfeather",
        "student_email": "zebedea@student.example",
        "days": "1",
        "valid_from": "2026-01-05",
        "guardian_name": "Ottoline Marchbanks",
        "guardian_email": "ottoline@guardian.example",
    }
    rows = [row | {"start_time": start, "end_time": f"{start[:2]}:45"} for start in starts]
    other = {"student_first_name": "Leo", "student_last_name": "Park", "days": "2"}
    rows.append(rows[0] | other | {"student_email": "leo@example.org"})
    columns = (*COLUMNS, "guardian_name", "guardian_email")
    return csv_bytes(*rows, columns=columns)


def populate(owner: User) -> tuple[Student, Guardian, Teacher]:
    """Fill the studio; return its student, guardian and teacher."""
    make.without_history = nullcontext
    content = timetable("10:00", "17:00")
    upload = uploads.store_upload(content, FILE_NAME, owner, NOW)
    plan = uploads.preview(upload, NOW).plan
    assert plan is not None
    report = uploads.confirm(upload.pk, owner, plan.fingerprint, NOW)
    assert report is not None
    assert report.succeeded
    uploads.store_upload(content, "pending.csv", owner, NOW)
    student = Student.objects.get(first_name="Zebédea")
    guardian = Guardian.objects.get(first_name="Ottoline", students=student)
    teacher = Teacher.objects.get()
    _edit_people(owner, student, guardian, teacher)
    weekly(TODAY, NOW)
    make.slot(teacher, student, start="10:30", valid_from=TODAY)  # clashes
    horizon(TODAY, NOW)
    _edit_classes(student, teacher)
    _write_logs(owner, student, teacher)
    return student, guardian, teacher


def _edit_people(owner: User, student: Student, guardian: Guardian, teacher: Teacher) -> None:
    client = Client()
    client.force_login(owner)
    user = User.objects.create_user(
        "wolverley1", "tw@teacher.example", first_name="Thaddeus", last_name="Wolverley"
    )
    for address, values in (
        (f"students/{student.pk}", {"lastName": "Quillfeather-Jones"}),
        (f"students/{student.pk}", {"lastName": "Quillfeather"}),
        (f"guardians/{guardian.pk}", {"phone": "+34 600 123 456"}),
        (f"teachers/{teacher.pk}", {"email": "tw@teacher.example", "subjects": ["Piano"]}),
    ):
        answer = client.patch(f"/api/{address}", json.dumps(values), "application/json")
        assert answer.status_code == 200, answer.content
    teacher.refresh_from_db()
    teacher.user = user
    teacher.save()
    send_link(user, lambda path: f"https://example.org{path}", NOW, invites=False)
    token, _secret = AuthToken.objects.create(user)
    ApiTokenDetails.objects.create(token=token, name="Thaddeus Wolverley's phone")
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session.create()
    WorkingHours.objects.create(
        teacher=teacher, weekday=1, start_time=make.at("09:00"), end_time=make.at("19:00")
    )
    prices = LessonSettings.objects.create(teacher=teacher)
    LessonDuration.objects.create(settings=prices, minutes=45, price=30)
    later = NOW + timedelta(days=1)
    feed = CalendarFeed.objects.create(guardian=guardian)
    queue_address(feed, guardian, "https://example.org/family/x/", NOW, later)
    for person in ({"student": student}, {"teacher": teacher}):
        CalendarFeed.objects.create(**person)
        make.closure(f"{next(iter(person.values()))} travels", date(2026, 3, 2), **person)


def _edit_classes(student: Student, teacher: Teacher) -> None:
    rows = ScheduledClass.objects.filter(student=student, starts_at__gt=NOW, status="scheduled")
    noted, cancelled, reminded = rows.order_by("starts_at")[:3]
    noted.notes, noted.edited_at = "QUILLFEATHER, Zebédea:\nwas late for Thaddeus Wolverley", NOW
    noted.save()
    queue_reminder(teacher, reminded, NOW)
    with notifying([cancelled.pk], True, NOW):
        manual_edit(cancelled, cancellation("student", "Zebédea has the flu"), NOW)
    other = ScheduledClass.objects.filter(student__first_name="Leo", starts_at__gt=NOW)
    group = other.exclude(status="cancelled").earliest("starts_at")
    with notifying([group.pk], True, NOW):
        manual_edit(group, {"notes": "Ask Zebédea Quillfeather and Thaddeus Wolverley"}, NOW)
        manual_edit(group, cancellation("teacher", "Thaddeus Wolverley is away"), NOW)


def _write_logs(owner: User, student: Student, teacher: Teacher) -> None:
    """Write what errors, failed logins and Django's own log contain."""
    text = (
        "error: Zebédea Quillfeather, Ottoline Marchbanks (tel. +34600123456), ThaddEus  wolverley"
    )
    run = JobRun.objects.latest("pk")
    JobRun.objects.filter(pk=run.pk).update(error=text, triggered_by="wolverley1")
    JobRunItem.objects.create(
        run=run, outcome="error", code="error", params={"error": text, "list": [text]}
    )
    Incident.objects.create(kind=IncidentKind.FAILED, job=Job.WEEKLY, detail=text, since=NOW)
    queue_alert("tw@teacher.example", "Alert", text, NOW, NOW + timedelta(days=1))
    queue_alert("ops@example.org", "Alert", text, NOW, NOW + timedelta(days=1))
    AccessAttempt.objects.create(
        username="wolverley1", failures_since_start=1, get_data="", post_data="", user_agent=""
    )
    DBTaskResult.objects.create(
        args_kwargs={"args": [text], "kwargs": {}},
        task_path="x",
        backend_name="default",
        queue_name="default",
        run_after=NOW,
        traceback=text,
        exception_class_path="",
    )
    for person in (student, teacher):
        AdminLogEntry.objects.log_actions(
            owner.pk, [person], CHANGE, change_message=f"Changed {person}", single_object=True
        )


def stored_texts() -> Iterator[tuple[str, str]]:
    """Yield the column and the text of every value of every table, decoded, in lower case."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    yield f"{table}.{name}", decoded(value).lower()


def decoded(value: Any) -> str:
    if isinstance(value, (bytes, memoryview)):
        content = bytes(value)
        return zlib.decompress(content).decode() if content else ""
    text = str(value)
    # JSON text within JSON text has escapes of escapes.
    for _layer in range(2):
        text = text.replace("\\\\", "\\").replace("\\u00e9", "é")
    return text


def columns_with(words: tuple[str, ...]) -> set[str]:
    """Return the columns that have one of ``words``."""
    return {column for column, text in stored_texts() if any(word in text for word in words)}
