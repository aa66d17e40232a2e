"""Cancellations by a family, as far as the studio's rules allow.

In time, ``cancel_notice_hours`` before the start, a cancellation is free of charge. Later it is
possible only if students earn make-ups by cancelling in time (``MakeUpRule.NOTICE``); it is then
charged, and earns none. In other studios a family asks the studio.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from scheduling.domain.wallclock import to_epoch
from scheduling.jobs.notifications.changes import ClassChange, Place
from scheduling.models import CancelledBy, ClassStatus, MakeUpRule, ScheduledClass, Student
from scheduling.selectors.studio import studio
from scheduling.services.classes import edit, occurrences
from scheduling.services.classes.occurrences.edit import lock_class
from scheduling.services.notices import notify

from .errors import FamilyActError
from .lessons import FamilyLesson


@dataclass(frozen=True, slots=True)
class CancelTerms:
    """What a cancellation at this moment means."""

    is_charged: bool
    earns_make_up: bool


def cancel_terms(lesson: FamilyLesson, now: datetime) -> CancelTerms:
    """Return what it means to cancel ``lesson`` at ``now``.

    Raises FamilyActError: "cancelled", "begun", or "late" if only the studio can cancel it.
    """
    if lesson.is_cancelled:
        raise FamilyActError("cancelled")
    return _terms(lesson.starts_at, now)


def _terms(starts_at: datetime, now: datetime) -> CancelTerms:
    if starts_at <= now:
        raise FamilyActError("begun")
    rules = studio()
    earns_make_up = rules.makeup_rule == MakeUpRule.NOTICE
    if now <= starts_at - timedelta(hours=rules.cancel_notice_hours):
        return CancelTerms(is_charged=False, earns_make_up=earns_make_up)
    if not earns_make_up:
        raise FamilyActError("late")
    return CancelTerms(is_charged=True, earns_make_up=False)


def cancel(lesson: FamilyLesson, shown_start: int, is_charged: bool, now: datetime) -> None:
    """Cancel ``lesson``, which the family has seen on these terms, and notify its teacher.

    ``shown_start`` is the start that it has seen, in epoch seconds. A lesson that is cancelled
    already stays as it is. Raises FamilyActError: "changed" if its start or the terms are others by
    now, "begun" or "late".
    """
    with transaction.atomic():
        # Two parents at once: the second one sees what the first one did.
        Student.objects.select_for_update(no_key=True).get(pk=lesson.student.pk)
        row = _lock(lesson)
        if row is not None and row.status == ClassStatus.CANCELLED:
            return
        starts_at = row.starts_at if row is not None else lesson.starts_at
        if to_epoch(starts_at) != shown_start:
            raise FamilyActError("changed")
        terms = _terms(starts_at, now)
        if terms.is_charged and not is_charged:
            raise FamilyActError("changed")
        before = Place.of(row) if row is not None else None
        cancelled = _cancel(lesson, row, terms, now)
        before = before or Place.of(cancelled).taking_place()
        change = ClassChange(cancelled.pk, cancelled.updated_at, before, Place.of(cancelled))
        notify([change], now, with_families=False)


def _lock(lesson: FamilyLesson) -> ScheduledClass | None:
    if lesson.key is not None and lesson.day is not None:
        return lock_class(lesson.key, lesson.day)
    rows = ScheduledClass.objects.select_for_update(no_key=True)
    return rows.filter(pk=lesson.class_id or 0).first()


def _cancel(
    lesson: FamilyLesson, row: ScheduledClass | None, terms: CancelTerms, now: datetime
) -> ScheduledClass:
    by, charged = CancelledBy.STUDENT, terms.is_charged
    if row is not None:
        return edit.cancel(row.pk, by=by, chargeable=charged, now=now)
    if lesson.key is None or lesson.day is None:
        raise FamilyActError("changed")  # a one-off was deleted
    try:
        return occurrences.cancel(lesson.key, lesson.day, by=by, chargeable=charged, now=now)
    except ValidationError as error:  # the weekly lesson has changed
        raise FamilyActError("changed") from error
