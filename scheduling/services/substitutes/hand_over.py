"""Gives lessons to substitutes, or back to their regular teachers: all of them, or none."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditlog.context import disable_auditlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from scheduling.db.bulk_insert import insert
from scheduling.domain.series import SeriesKey
from scheduling.jobs.notifications.changes import Place
from scheduling.models import ClassStatus, ScheduledClass, Teacher, audit
from scheduling.services.classes import edit, occurrences

from .candidates import Availability, Candidate
from .lessons import Lesson, lesson_of, may_be_handed_over, parse_reference


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A class with its new teacher. ``former`` gave it before, ``place`` is where it was.

    ``is_new``: it is the first class of its occurrence. ``warning`` is a sentence, or empty.
    """

    row: ScheduledClass
    former: Teacher
    place: Place
    is_new: bool
    warning: str = ""


def field_of(reference: str) -> str:
    """Return the field of a form, and of an error, for the substitute of a lesson."""
    return f"substitute_{reference}"


def hand_over(wanted: Iterable[tuple[str, int]], now: datetime) -> list[HandedOver]:
    """Give lessons, by reference, to teachers, by id. No run changes them afterwards.

    Writes in the current transaction. Raises ValidationError with an error for each lesson that
    is refused, by ``field_of``; then the caller rolls back.
    """
    pairs = dict(wanted)
    try:
        with transaction.atomic():
            return _together(pairs, now)
    except (ValidationError, IntegrityError):
        pass  # One after the other, to find out those that are refused, and why.
    with transaction.atomic():
        found, refused = _lock(pairs, now)
        lessons = [lesson_of(row) for row, _is_new in found.values()]
        availability = Availability(lessons, now, set(pairs.values()))
        candidates = _candidates(found, lessons, pairs, availability)
        for reference, candidate in candidates.items():
            if refusal := _refusal(candidate, availability):
                refused[reference] = [refusal]
        # The students of a group lesson change one after the other, and meet in their room.
        _leave_rooms([row for row, _is_new in found.values() if row.is_shared])
        done = []
        for reference, (row, is_new) in found.items():
            candidate = candidates[reference]
            if reference in refused or candidate is None:
                continue
            try:
                done.append(_give(row, is_new, candidate, now))
            except ValidationError as error:
                refused[reference] = error.messages
        if refused:
            raise ValidationError({field_of(name): texts for name, texts in refused.items()})
    return done


def _together(pairs: dict[str, int], now: datetime) -> list[HandedOver]:
    """Give the lessons in a constant number of queries.

    Raises ValidationError or IntegrityError if one of them is refused, which does not tell the one.
    """
    found, new = _read(sorted(pairs), now)
    lessons = [lesson_of(row) for row in found.values()]
    availability = Availability(lessons, now, set(pairs.values()))
    candidates = _candidates(found, lessons, pairs, availability)
    before = {reference: copy(row) for reference, row in found.items()}
    done = []
    for reference, row in found.items():
        candidate, former = candidates[reference], row.teacher
        if candidate is None or former is None or _refusal(candidate, availability):
            raise ValidationError("")
        for name, value in _values(row, candidate).items():
            setattr(row, name, value)
        place, is_new = Place.of(before[reference]), row.pk in new
        done.append(HandedOver(row, former, place, is_new, _warning(candidate, row)))
    _leave_rooms([row for row in found.values() if row.is_shared])
    edit.save_together(list(found.values()), now)
    entries = audit.entries((None, before[name]) for name, row in found.items() if row.pk in new)
    insert(entries + audit.entries((before[name], row) for name, row in found.items()))
    return done


def _read(references: Iterable[str], now: datetime) -> tuple[dict[str, ScheduledClass], set[int]]:
    """Return the locked classes by reference, and the ids of those written for an occurrence."""
    parsed = {reference: parse_reference(reference) for reference in references}
    places = [place for place in parsed.values() if not isinstance(place, int)]
    written, new = occurrences.write_together(places, now)
    ids = {
        name: place if isinstance(place, int) else written[place] for name, place in parsed.items()
    }
    related = ["student", "teacher", "original_teacher", "room", "closure"]
    # The audit log names the series, too.
    sources = ("fixed_schedule", "recurring_slot")
    related += [f"{source}__{who}" for source in sources for who in ("student", "teacher")]
    rows = ScheduledClass.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related(*related).filter(pk__in=ids.values()).order_by("pk")
    by_id = {row.pk: row for row in rows}
    if len(by_id) < len(ids):
        raise ValidationError("")
    for row in by_id.values():
        _refuse_without_lesson(row)
    return {name: by_id[pk] for name, pk in ids.items()}, new


def _lock(
    references: Iterable[str], now: datetime
) -> tuple[dict[str, tuple[ScheduledClass, bool]], dict[str, list[str]]]:
    """Return the classes, locked, and whether each is new; and the refused references."""
    found: dict[str, tuple[ScheduledClass, bool]] = {}
    refused: dict[str, list[str]] = {}
    rows = ScheduledClass.objects.select_for_update(no_key=True)
    # In one order, so that two acts wait for each other.
    for reference in sorted(references):
        try:
            parsed = parse_reference(reference)
            if isinstance(parsed, int):
                row, is_new = rows.get(pk=parsed), False
            else:
                row, is_new = _class_of(*parsed, now)
            _refuse_without_lesson(row)
        except ScheduledClass.DoesNotExist:
            refused[reference] = [_("There is no such class any more.")]
        except ValidationError as error:
            refused[reference] = error.messages
        else:
            found[reference] = (row, is_new)
    return found, refused


def _class_of(key: SeriesKey, day: Any, now: datetime) -> tuple[ScheduledClass, bool]:
    row, is_new = occurrences.change_or_write(key, day, {}, now)
    return row, is_new


def _refuse_without_lesson(row: ScheduledClass) -> None:
    if row.teacher_id is None:
        raise ValidationError(_("This class has no teacher."), code="no_teacher")
    if not may_be_handed_over(row):
        text = _("This class is cancelled. Restore it first.")
        raise ValidationError(text, code="cancelled")


def _candidates(
    found: Iterable[str],
    lessons: Sequence[Lesson],
    pairs: dict[str, int],
    availability: Availability,
) -> dict[str, Candidate | None]:
    """Return the candidate for each reference; None where the teacher cannot be one."""
    return {
        reference: next(
            (each for each in availability.of(lesson) if each.teacher.pk == pairs[reference]), None
        )
        for reference, lesson in zip(found, lessons, strict=True)
    }


def _refusal(candidate: Candidate | None, availability: Availability) -> str:
    if candidate is None:
        return _("Choose an active teacher who does not give this class already.")
    obstacle = candidate.obstacle
    if obstacle is None or obstacle.booking is None:
        return ""
    names = {"teacher": candidate.teacher, "reason": availability.text(obstacle)}
    return _("%(teacher)s is not free: %(reason)s.") % names


def _leave_rooms(group: Sequence[ScheduledClass]) -> None:
    """Take the rooms from the rows of these classes; they return with their next change."""
    with_room = [row.pk for row in group if row.room_id is not None]
    if len(with_room) > 1:
        ScheduledClass.objects.filter(pk__in=with_room).update(room=None)


def _give(row: ScheduledClass, is_new: bool, candidate: Candidate, now: datetime) -> HandedOver:
    before, former = copy(row), row.teacher
    assert former is not None
    with disable_auditlog():
        edit.manual_edit(row, _values(row, candidate), now)
    # Logged here: the stored row may have left its room for a moment.
    insert(audit.entries([(before, row)]))
    return HandedOver(row, former, Place.of(before), is_new, _warning(candidate, row))


def _values(row: ScheduledClass, candidate: Candidate) -> dict[str, Any]:
    """Return the values of the class with its new teacher."""
    values: dict[str, Any] = {"teacher": candidate.teacher}
    if row.original_teacher_id is None:
        values["original_teacher"] = row.teacher
    if row.status == ClassStatus.CANCELLED:
        values["status"] = ClassStatus.SCHEDULED
    return values


def _warning(candidate: Candidate, row: ScheduledClass) -> str:
    names: dict[str, object] = {"teacher": candidate.teacher, "lesson": row}
    if candidate.obstacle is not None and candidate.obstacle.closure is not None:
        names["closure"] = candidate.obstacle.closure.name
        return _("%(lesson)s: closed for %(teacher)s (%(closure)s).") % names
    if candidate.is_inside_hours is False:
        return _("%(lesson)s: outside the working hours of %(teacher)s.") % names
    if candidate.is_inside_hours is None:
        return _("The working hours of %(teacher)s are not known.") % names
    return ""
