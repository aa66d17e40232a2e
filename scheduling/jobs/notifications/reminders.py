"""Reminders of upcoming classes for families and teachers."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from scheduling.models import (
    ClassStatus,
    Guardian,
    Message,
    MessageItem,
    MessageKind,
    MessageState,
    Recipient,
    ScheduledClass,
)
from scheduling.selectors.families import guardians_with_address
from scheduling.selectors.studio import studio

from .outbox import queue_reminder
from .texts import Reader, reminder_text, role_of

# Most reminders per watch; the next watch, a quarter of an hour later, continues.
MOST = 300


def remind(now: datetime) -> int:
    """Queue the reminders that are due at ``now``; return their number."""
    if not studio().reminder_hours:
        return 0
    return sum(queue_reminder(reader, lesson, now) for reader, lesson in due(now))


def due(now: datetime) -> list[tuple[Reader, ScheduledClass]]:
    """Return reader and class of the reminders due at ``now``, the nearest classes first.

    Guardians with an address get the reminders instead of the student.
    """
    upcoming = _upcoming(now, now + timedelta(hours=studio().reminder_hours))
    found = [*_of_students(upcoming), *_of_teachers(upcoming), *_of_guardians(upcoming)]
    found.sort(key=lambda pair: (pair[1].starts_at, pair[1].pk, role_of(pair[0]), pair[0].pk))
    return found[:MOST]


def _upcoming(now: datetime, until: datetime) -> QuerySet[ScheduledClass]:
    rows = ScheduledClass.objects.filter(
        status=ClassStatus.SCHEDULED, starts_at__gt=now, starts_at__lte=until
    )
    return rows.select_related("student", "teacher", "room").order_by("starts_at", "id")


def _of_students(upcoming: QuerySet[ScheduledClass]) -> list[tuple[Reader, ScheduledClass]]:
    rows = upcoming.filter(
        ~Exists(guardians_with_address()),
        student__reminders=True,
        student__is_active=True,
    ).exclude(student__email="")
    return [(lesson.student, lesson) for lesson in _unreminded(Recipient.STUDENT, rows)[:MOST]]


def _of_teachers(upcoming: QuerySet[ScheduledClass]) -> list[tuple[Reader, ScheduledClass]]:
    rows = upcoming.filter(teacher__reminders=True, teacher__is_active=True)
    rows = rows.exclude(teacher__email="")
    found = _unreminded(Recipient.TEACHER, rows)[:MOST]
    return [(lesson.teacher, lesson) for lesson in found if lesson.teacher is not None]


def _of_guardians(upcoming: QuerySet[ScheduledClass]) -> list[tuple[Reader, ScheduledClass]]:
    guardian = "student__student_guardians__guardian"
    rows = upcoming.filter(student__is_active=True).annotate(guardian_id=F(guardian))
    rows = rows.filter(
        Exists(
            Guardian.objects.filter(pk=OuterRef("guardian_id"), reminders=True).exclude(email="")
        )
    )
    lessons: list[Any] = list(_unreminded(Recipient.GUARDIAN, rows)[:MOST])
    guardians = Guardian.objects.in_bulk({lesson.guardian_id for lesson in lessons})
    return [(guardians[lesson.guardian_id], lesson) for lesson in lessons]


def _unreminded(role: Recipient, rows: QuerySet[ScheduledClass]) -> QuerySet[ScheduledClass]:
    queued = MessageItem.objects.filter(
        kind=MessageKind.REMINDER,
        reader=role,
        starts_at=OuterRef("starts_at"),
        student=OuterRef("student"),
    ).exclude(message__state=MessageState.STALE)
    if role == Recipient.GUARDIAN:
        queued = queued.filter(guardian=OuterRef("guardian_id"))
    with_teacher = Exists(queued.filter(teacher=OuterRef("teacher")))
    without = Exists(queued.filter(teacher__isnull=True))
    return rows.exclude(Q(teacher__isnull=False) & Q(with_teacher)).exclude(
        Q(teacher__isnull=True) & Q(without)
    )


def render_reminder(message: Message) -> bool:
    """Update recipient, language, subject and body of a reminder to the current data.

    Returns False if it is no longer correct: the lesson was cancelled or moved, or the reader has
    turned reminders off or has no address.
    """
    item = message.items.first()
    if item is None:
        return False
    lessons = ScheduledClass.objects.select_related("student", "teacher", "room").filter(
        student=item.student_id,
        teacher=item.teacher_id,
        starts_at=item.starts_at,
        status=ClassStatus.SCHEDULED,
    )
    lesson = lessons.first()
    reader = _reader_of(item, lesson) if lesson is not None else None
    if lesson is None or reader is None or not reader.email or not _wants_reminder(reader, lesson):
        return False
    message.recipient, message.language = reader.email, reader.language
    message.subject, message.body = reminder_text(reader, lesson)
    return True


def _reader_of(item: MessageItem, lesson: ScheduledClass) -> Reader | None:
    """Return the reader; None for a guardian who no longer looks after the student."""
    if item.reader == Recipient.GUARDIAN:
        return Guardian.objects.filter(pk=item.guardian_id or 0, students=lesson.student_id).first()
    return lesson.student if item.reader == Recipient.STUDENT else lesson.teacher


def _wants_reminder(reader: Reader, lesson: ScheduledClass) -> bool:
    person = lesson.student if isinstance(reader, Guardian) else reader
    return reader.reminders and person.is_active
