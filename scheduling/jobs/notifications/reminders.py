"""Reminders of upcoming classes for students and teachers."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from scheduling.models import (
    ClassStatus,
    MessageItem,
    MessageKind,
    MessageState,
    Recipient,
    ScheduledClass,
)
from scheduling.selectors.studio import studio

from .outbox import queue

# Most reminders per watch; the next watch, a quarter of an hour later, continues.
MOST = 300


def remind(now: datetime) -> int:
    """Queue the reminders that are due at ``now``; return their number."""
    if not studio().reminder_hours:
        return 0
    return sum(queue(MessageKind.REMINDER, reader, lesson, now) for reader, lesson in due(now))


def due(now: datetime) -> list[tuple[Recipient, ScheduledClass]]:
    """Return recipient and class of the reminders due at ``now``, the nearest classes first."""
    until = now + timedelta(hours=studio().reminder_hours)
    found = [
        (reader, lesson)
        for reader in Recipient
        for lesson in _unreminded(reader, _upcoming(now, until))[:MOST]
    ]
    found.sort(key=lambda pair: (pair[1].starts_at, pair[1].pk, pair[0]))
    return found[:MOST]


def _upcoming(now: datetime, until: datetime) -> QuerySet[ScheduledClass]:
    rows = ScheduledClass.objects.filter(
        status=ClassStatus.SCHEDULED, starts_at__gt=now, starts_at__lte=until
    )
    return rows.select_related("student", "teacher").order_by("starts_at", "id")


def _unreminded(reader: Recipient, rows: QuerySet[ScheduledClass]) -> QuerySet[ScheduledClass]:
    person = reader.value
    settings = {f"{person}__reminders": True, f"{person}__is_active": True}
    queued = MessageItem.objects.filter(
        kind=MessageKind.REMINDER,
        reader=reader,
        starts_at=OuterRef("starts_at"),
        student=OuterRef("student"),
    ).exclude(message__state=MessageState.STALE)
    with_teacher = Exists(queued.filter(teacher=OuterRef("teacher")))
    without = Exists(queued.filter(teacher__isnull=True))
    return (
        rows.filter(**settings)
        .exclude(**{f"{person}__email": ""})
        .exclude(Q(teacher__isnull=False) & Q(with_teacher))
        .exclude(Q(teacher__isnull=True) & Q(without))
    )
