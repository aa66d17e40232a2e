"""Notices to families and teachers about what a person changes in the classes ahead."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from scheduling.jobs.notifications.changes import ClassChange, Place, changes_since
from scheduling.jobs.notifications.notices import (
    Notices,
    notices_about,
    queue_notices,
)
from scheduling.jobs.workers.enqueue import enqueue_delivery
from scheduling.models import NotifyRule, ScheduledClass
from scheduling.selectors.studio import studio


@dataclass(slots=True)
class Notified:
    """The number of messages that were queued, and the students whose families have no address.

    ``known`` are the places of classes before the change, by id.
    """

    queued: int = 0
    without_address: list[str] = field(default_factory=list)
    known: dict[int, Place] = field(default_factory=dict)


def is_offered() -> bool:
    """Return whether the studio notifies anybody of changes."""
    return studio().notify_families != NotifyRule.NEVER


def is_default() -> bool:
    """Return whether the studio notifies unless a person decides otherwise."""
    return studio().notify_families == NotifyRule.ALWAYS


def is_wanted(notify: bool | None) -> bool:
    """Return whether to notify, if a person asks for it, or leaves it to the studio (None)."""
    return is_default() if notify is None else notify and is_offered()


def author_of(user: Any) -> int | None:
    """Return the id of the teacher whose account ``user`` is; None for others."""
    return getattr(getattr(user, "teacher", None), "pk", None)


def reach_of(
    classes: Iterable[ScheduledClass], now: datetime, author_id: int | None = None
) -> Notices:
    """Return the notices that a change of these classes would send; their texts are not known."""
    changes = [ClassChange(row.pk, now, Place.of(row).taking_place(), None) for row in classes]
    return notices_about(changes, now, author_id)


def notify(
    changes: Iterable[ClassChange],
    now: datetime,
    author_id: int | None = None,
    with_families: bool = True,
) -> Notified:
    """Queue the notices about ``changes``; they are delivered once the transaction is committed.

    ``author_id`` is the id of the teacher who makes the changes, if a teacher does. If a family
    makes them, only the teachers are notified.
    """
    found = notices_about(changes, now, author_id, with_families)
    with transaction.atomic():
        queued = queue_notices(found.notices, now)
        if queued:
            enqueue_delivery()
    return Notified(queued, found.without_address)


@contextmanager
def notifying_students(
    student_ids: Iterable[int], is_wanted: bool, now: datetime, author_id: int | None = None
) -> Iterator[Notified]:
    """Notify about what the block changes in the classes ahead of these students.

    The block commits by itself. The result is filled in after it. Without ``is_wanted`` nobody is
    notified.
    """
    notified = Notified()
    if is_wanted:
        ahead = ScheduledClass.objects.filter(
            student_id__among=list(student_ids), starts_at__gt=now
        )
        notified.known = {row.pk: Place.of(row) for row in ahead}
    yield notified
    if notified.known:
        done = notify(changes_since(notified.known, now), now, author_id)
        notified.queued, notified.without_address = done.queued, done.without_address


@contextmanager
def notifying(
    class_ids: Iterable[int], is_wanted: bool, now: datetime, author_id: int | None = None
) -> Iterator[Notified]:
    """Notify about what the block changes in these classes, in one transaction with it.

    The result is filled in after the block. Without ``is_wanted`` nobody is notified.
    """
    notified = Notified()
    if not is_wanted:
        yield notified
        return
    with transaction.atomic():
        rows = ScheduledClass.objects.filter(id__among=list(class_ids)).order_by("pk")
        locked = rows.select_for_update(no_key=True)
        notified.known = {row.pk: Place.of(row) for row in locked}
        yield notified
        done = notify(changes_since(notified.known, now), now, author_id)
        notified.queued, notified.without_address = done.queued, done.without_address
