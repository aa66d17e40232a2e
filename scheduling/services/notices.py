"""Notices to families and teachers about what a person changes in the classes ahead."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from scheduling.jobs.notifications.changes import (
    ClassChange,
    Place,
    WeekOfSeries,
    changes_since,
    occurrence_of,
)
from scheduling.jobs.notifications.notices import (
    Notices,
    notices_about,
    queue_notices,
)
from scheduling.jobs.notifications.weekly_changes import changes_of_lessons
from scheduling.jobs.notifications.weekly_lessons import (
    WeeklyLessons,
    load_weekly_lessons,
    next_places,
    places_on,
)
from scheduling.jobs.workers.enqueue import enqueue_delivery
from scheduling.models import FixedSchedule, NotifyRule, RecurringSlot, ScheduledClass, Student
from scheduling.selectors.schedules.series import key_of
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
    return notices_about(reach_changes(classes, now), now, author_id)


def reach_changes(classes: Iterable[ScheduledClass], now: datetime) -> list[ClassChange]:
    """Return changes of these classes, with which it is counted who gets a notice."""
    return [ClassChange(row.pk, now, Place.of(row).taking_place(), None) for row in classes]


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


@dataclass(frozen=True, slots=True)
class KnownLessons:
    """What students know before a change: the places of their classes ahead, and their rules."""

    places: dict[int, Place]
    occurrences: dict[int, WeekOfSeries | None]
    weekly: WeeklyLessons


def known_lessons(student_ids: Iterable[int], now: datetime) -> KnownLessons:
    """Return what these students know before their weekly lessons change."""
    of_students = Q(student_id__among=list(student_ids))
    rows = list(ScheduledClass.objects.filter(of_students, starts_at__gt=now))
    return KnownLessons(
        {row.pk: Place.of(row) for row in rows},
        {row.pk: occurrence_of(row) for row in rows},
        load_weekly_lessons(of_students, now),
    )


def notify_of_lessons(known: KnownLessons, now: datetime, author_id: int | None = None) -> Notified:
    """Notify about what has changed in the lessons ahead of some students."""
    stored = changes_since(known.places, now, known.occurrences)
    return notify(changes_of_lessons(known.weekly, stored, now), now, author_id)


def reach_of_closing(
    days: Collection[date], class_ids: Iterable[int], now: datetime, author_id: int | None = None
) -> Notices:
    """Return the notices if these classes, and what is not stored on ``days``, were cancelled."""
    found = reach_changes(ScheduledClass.objects.filter(id__among=list(class_ids)), now)
    found += [ClassChange(None, now, place, None) for place in places_on(days, now)]
    return notices_about(found, now, author_id)


def reach_of_student(student: Student, now: datetime, author_id: int | None = None) -> Notices:
    """Return the notices if all lessons ahead of a student changed; without any, to the family."""
    known = known_lessons([student.pk], now)
    places = [*known.places.values(), *next_places(known.weekly, now).values()]
    return notices_about(_reached(places, student.pk, now), now, author_id)


def reach_of_rule(
    rule: FixedSchedule | RecurringSlot, now: datetime, author_id: int | None = None
) -> Notices:
    """Return the notices that a change of a weekly lesson would send; their texts are not known."""
    weekly = load_weekly_lessons(Q(student_id=rule.student_id), now)
    planned = next_places(weekly, now).get(key_of(rule))
    places = [Place.of(row) for row in rule.classes.filter(starts_at__gt=now)]
    places += [planned] if planned else []
    return notices_about(_reached(places, rule.student_id, now), now, author_id)


def _reached(places: list[Place], student_id: int, now: datetime) -> list[ClassChange]:
    """Return changes of these places; without any, of a lesson that the student may get."""
    soon = now + timedelta(days=1)
    places = places or [Place(student_id, None, soon, soon, studio().time_zone, "")]
    return [ClassChange(None, now, place.taking_place(), None) for place in places]


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
