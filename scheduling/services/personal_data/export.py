"""Everything that is stored about a person, as data for a JSON file.

The data of others is left out: the other students of a group lesson, and, for a teacher, the names
of students and the notes about them.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from auditlog.models import LogEntry
from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localtime
from knox.models import AuthToken

from scheduling.models import (
    CalendarFeed,
    Closure,
    FixedSchedule,
    JobRunItem,
    LessonDuration,
    LessonSettings,
    Message,
    RecurringSlot,
    ScheduledClass,
    StudentGuardian,
    Teacher,
    WorkingHours,
)

from .accounts import sessions_of
from .identity import Person, account_of, identity_of, without_shared
from .traces import (
    addresses_mailed_to,
    log_entries,
    mentions,
    messages_about,
    pending_uploads,
    rows_about,
)

# Columns that mean nothing to a reader, or that open something.
_LEFT_OUT = {"import_key", "import_until", "import_room", "revised_at", "nonce", "created_by_run"}
# Of a class or schedule, what a teacher's export leaves out, and of whom it has the number only.
_ABOUT_STUDENTS = {"notes", "attendance", "cancel_reason", "cancelled_by", "make_up_for"}
# The tables of which a teacher's export has the audit log.
_OF_TEACHERS = (Teacher, WorkingHours, LessonSettings, Closure)
_NAMED = {"student", "teacher", "original_teacher", "guardian", "room", "closure"}


def personal_data(person: Person, now: datetime) -> dict[str, Any]:
    """Return everything about ``person``; keys in snake case, dates and instants in ISO 8601."""
    rows = rows_about(person)
    is_teacher = isinstance(person, Teacher)

    def values(model: type[Model], *related: str) -> list[dict[str, Any]]:
        found = rows.get(model)
        if found is None:
            return []
        return [_values(row, is_teacher) for row in found.select_related(*related).order_by("pk")]

    prices = LessonDuration.objects.filter(settings__in=rows.get(LessonSettings, ()))
    identity = without_shared(identity_of(person), [person])
    entries = log_entries(person).select_related("content_type")
    # The rows that the other sections have.
    known = {model: set(found.values_list("pk", flat=True)) for model, found in rows.items()}
    known[LogEntry] = {entry.pk for entry in entries}
    known[Message] = set(messages_about(person).values_list("message_id", flat=True))
    known[Message] |= set(addresses_mailed_to(person).values_list("pk", flat=True))
    return {
        "exported_at": _plain(now),
        "kind": person._meta.model_name,
        "person": _values(person),
        "account": _account(account_of(person)),
        "family": values(StudentGuardian, "student", "guardian"),
        "lesson_settings": values(LessonSettings),
        "prices": [_values(price) for price in prices],
        "working_hours": values(WorkingHours),
        "fixed_schedules": values(FixedSchedule, "student", "teacher", "room"),
        "recurring_slots": values(RecurringSlot, "student", "teacher", "room"),
        "closures": values(Closure, "student", "teacher"),
        "classes": values(
            ScheduledClass, "student", "teacher", "original_teacher", "room", "closure"
        ),
        "calendar_feeds": values(CalendarFeed, "student", "teacher"),
        "messages": list(_messages(person)),
        "run_results": list(_results(rows.get(JobRunItem, ()))),
        "audit_log": list(_log(person, entries)),
        "uploads": [
            {"file_name": upload.file_name, "uploaded_at": _plain(upload.created_at)}
            for upload in pending_uploads(identity)
        ],
        "mentions": [
            {"table": model._meta.db_table, "row": str(row.pop("pk")), "columns": sorted(row)}
            for model, row in mentions(identity, known)
        ],
    }


def export(person: Person, now: datetime) -> dict[str, Any]:
    """Return everything about ``person``, and write an entry to the audit log."""
    with transaction.atomic():
        LogEntry.objects.log_create(person, force_log=True, action=LogEntry.Action.ACCESS)
        return personal_data(person, now)


def _values(row: Any, is_teacher: bool = False) -> dict[str, Any]:
    """Return the columns of a row; of related people their names, too."""
    found: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        name = field.name
        if name in _LEFT_OUT or (is_teacher and name in _ABOUT_STUDENTS):
            continue
        found[name] = _plain(getattr(row, field.attname))
        if name in _NAMED and found[name] is not None and not (is_teacher and name == "student"):
            found[name] = {"id": found[name], "name": str(getattr(row, name))}
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value) if isinstance(value, Decimal) else value


def _account(user: Any) -> dict[str, Any] | None:
    if user is None:
        return None
    names = ("id", "username", "first_name", "last_name", "email", "is_active")
    tokens = AuthToken.objects.filter(user=user).order_by("created")
    return {
        **{name: getattr(user, name) for name in names},
        "date_joined": _plain(user.date_joined),
        "last_login": _plain(user.last_login),
        "api_tokens": [
            {"created_at": _plain(token.created), "expires_at": _plain(token.expiry)}
            for token in tokens
        ],
        "sessions": len(sessions_of(user)),
    }


def _messages(person: Person) -> Iterator[dict[str, Any]]:
    """Yield the messages to the person, or about a student; the texts if they name no others."""
    addresses = set(addresses_mailed_to(person).values_list("pk", flat=True))
    ids = addresses | set(messages_about(person).values_list("message_id", flat=True))
    rows = Message.objects.filter(id__among=ids).prefetch_related("items")
    kind = person._meta.model_name
    for message in rows.order_by("pk"):
        readers = {item.reader for item in message.items.all()}
        students = {item.student_id for item in message.items.all()}
        is_address = message.pk in addresses
        is_to_person = is_address or kind in readers
        # A teacher's name their students; those about several students are the guardian's own.
        is_about_person = is_address or kind == "guardian"
        is_about_person |= kind == "student" and students == {person.pk}
        found = {
            "kind": message.kind,
            "state": message.state,
            "created_at": _plain(message.created_at),
            "sent_at": _plain(message.sent_at),
        }
        # The address may be that of a guardian or a teacher.
        found |= {"recipient": message.recipient} if is_to_person else {}
        found |= {"subject": message.subject, "text": message.body} if is_about_person else {}
        yield found


def _results(items: Iterable[JobRunItem]) -> Iterator[dict[str, Any]]:
    """Yield the results of runs; their reasons may name others, so only the code is included."""
    for item in items:
        yield {
            "run": item.run_id,
            "outcome": item.outcome,
            "date": _plain(item.date),
            "start_time": _plain(item.start_time),
            "end_time": _plain(item.end_time),
            "code": item.code,
        }


def _log(person: Person, entries: Iterable[LogEntry]) -> Iterator[dict[str, Any]]:
    """Yield the entries of the audit log about the person, and those of a teacher's account."""
    for entry in entries:
        model = entry.content_type.model_class()
        if not isinstance(person, Teacher) or model in _OF_TEACHERS:
            yield _entry(entry) | {"about": entry.object_repr, "changes": entry.changes_dict}
    if (user := account_of(person)) is not None:
        for entry in LogEntry.objects.filter(actor=user).order_by("timestamp", "id"):
            yield _entry(entry) | {"by": user.get_username()}


def _entry(entry: LogEntry) -> dict[str, Any]:
    return {
        "at": _plain(entry.timestamp),
        "action": ("create", "update", "delete", "access")[entry.action],
        "table": entry.content_type.model,
        "row": entry.object_pk,
    }
