"""A student's fixed schedule, written as a whole. Meetings are ended, never deleted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from scheduling.domain.windows import DAY
from scheduling.models import FixedSchedule, Student
from scheduling.selectors.people_lists import not_ended
from scheduling.text.dates import long_day

from .succession import hand_over

REQUIRED = ("weekday", "start_time", "end_time")


class FixedScheduleError(Exception):
    """A written meeting is invalid. ``index`` and ``field`` locate the error."""

    def __init__(self, index: int, name: str, text: str) -> None:
        super().__init__(text)
        self.index, self.field, self.text = index, name, text


@dataclass(slots=True)
class ScheduleWriteResult:
    """The meetings that writing a schedule added, changed and ended."""

    added: list[FixedSchedule] = field(default_factory=list)
    changed: list[FixedSchedule] = field(default_factory=list)
    ended: list[FixedSchedule] = field(default_factory=list)
    # Pairs of an ended meeting and the added one that replaces it.
    successions: list[tuple[FixedSchedule, FixedSchedule]] = field(default_factory=list)

    @property
    def has_changes(self) -> bool:
        return bool(self.added or self.changed or self.ended)


def fixed_schedule(today: date) -> QuerySet[FixedSchedule]:
    """Return the meetings of all students that have not ended, in the order of the week."""
    rows = FixedSchedule.objects.filter(not_ended(today))
    return rows.order_by("weekday", "start_time", "id")


def write_fixed_schedule(
    student: Student, wanted: Sequence[Mapping[str, Any]], today: date, now: datetime
) -> ScheduleWriteResult:
    """Make ``wanted`` the schedule of ``student``, whose row the caller has locked.

    A meeting with an ``id`` changes the given fields of that row. One without an ``id`` matches a
    stored meeting with the same values, or is added. Meetings left out end yesterday; their edited
    classes fulfil the weeks of the meeting that replaces them. Raises FixedScheduleError.
    """
    rows = FixedSchedule.objects.select_for_update(no_key=True).filter(student=student)
    stored = {row.pk: row for row in rows.order_by("id")}
    result, kept = ScheduleWriteResult(), set[int]()
    _change_by_id(stored, wanted, today, result, kept)
    current = [
        row for row in stored.values() if row.valid_until is None or row.valid_until >= today
    ]
    new = _match_without_id(current, wanted, kept)
    result.ended = [row for row in current if row.pk not in kept]
    dropped = [row for row in stored.values() if row.pk not in kept]
    has_replaced = any(_has_begun(row, student, today) for row in dropped)
    for index, meeting in new:
        result.added.append(_new(student, index, meeting, today if has_replaced else None))
    result.successions = _successions(result, dropped)
    _store(result, today, now)
    return result


def _change_by_id(
    stored: Mapping[int, FixedSchedule],
    wanted: Sequence[Mapping[str, Any]],
    today: date,
    result: ScheduleWriteResult,
    kept: set[int],
) -> None:
    """Set the fields of meetings with an ``id``; add them to ``result.changed`` and ``kept``."""
    for index, meeting in enumerate(wanted):
        if "id" in meeting:
            row = _by_id(stored, kept, index, meeting)
            _refuse_ended(index, row, meeting, today)
            kept.add(row.pk)
            if _update(row, meeting):
                result.changed.append(row)
            _check(index, row, meeting)


def _match_without_id(
    current: Sequence[FixedSchedule], wanted: Sequence[Mapping[str, Any]], kept: set[int]
) -> list[tuple[int, Mapping[str, Any]]]:
    """Add rows equal to meetings without an ``id`` to ``kept``; return the new meetings.

    Each new meeting comes with its index in ``wanted``.
    """
    new = []
    for index, meeting in enumerate(wanted):
        if "id" in meeting:
            continue
        if meeting in wanted[:index]:
            raise FixedScheduleError(index, "", _("The same meeting is in the list twice."))
        equal = [row for row in current if row.pk not in kept and _equals(row, meeting)]
        if equal:
            kept.add(equal[0].pk)
        else:
            new.append((index, meeting))
    return new


def end_fixed_schedule(row: FixedSchedule, today: date) -> None:
    """Set the dates of ``row`` so that it has no occurrence from ``today`` on, without saving.

    A meeting that begins later than yesterday gets a single past day on another weekday: valid
    dates without any occurrence.
    """
    last = today - DAY
    if row.valid_from is not None and row.valid_from > last:
        if last.isoweekday() == row.weekday:
            last -= DAY
        row.valid_from = last
    row.valid_until = last


def _by_id(
    stored: Mapping[int, FixedSchedule], kept: Iterable[int], index: int, meeting: Mapping[str, Any]
) -> FixedSchedule:
    row = stored.get(meeting["id"])
    if row is None:
        raise FixedScheduleError(index, "id", _("This student has no meeting with this id."))
    if row.pk in kept:
        raise FixedScheduleError(index, "id", _("The same meeting is in the list twice."))
    return row


def _refuse_ended(index: int, row: FixedSchedule, meeting: Mapping[str, Any], today: date) -> None:
    """Refuse a meeting that has ended since the client read the schedule."""
    if row.valid_until is not None and row.valid_until < today and "valid_until" not in meeting:
        text = _(
            "This meeting ended on %(last)s. Omit its id to add a new one, or set its last "
            "date to resume it."
        )
        raise FixedScheduleError(index, "id", text % {"last": long_day(row.valid_until)})


def _update(row: FixedSchedule, meeting: Mapping[str, Any]) -> bool:
    """Set the values of ``meeting`` on ``row``; return whether that changed it."""
    if _equals(row, meeting):
        return False
    for name, value in meeting.items():
        if name != "id":
            setattr(row, name, value)
    return True


def _equals(row: FixedSchedule, meeting: Mapping[str, Any]) -> bool:
    """Return whether ``row`` has all the values of ``meeting``."""
    return all(
        (getattr(row, f"{name}_id") == (value.pk if value else None))
        if name in ("teacher", "room")
        else getattr(row, name) == value
        for name, value in meeting.items()
    )


def _has_begun(row: FixedSchedule, student: Student, today: date) -> bool:
    first = row.valid_from or student.start_date
    return first is not None and first < today


def _new(
    student: Student, index: int, meeting: Mapping[str, Any], successors_from: date | None
) -> FixedSchedule:
    """Return a new meeting, unsaved.

    One that replaces others begins on ``successors_from``: from the student's start date on, it
    would create past classes that never took place.
    """
    for name in REQUIRED:
        if name not in meeting:
            raise FixedScheduleError(index, name, _("This field is required."))
    row = FixedSchedule(student=student, **meeting)
    if "valid_from" not in meeting and successors_from is not None:
        until = row.valid_until
        row.valid_from = successors_from if until is None else min(successors_from, until)
    _check(index, row, meeting)
    return row


def _successions(
    result: ScheduleWriteResult, dropped: Sequence[FixedSchedule]
) -> list[tuple[FixedSchedule, FixedSchedule]]:
    """Pair each added meeting with the most similar one that ended, the latest first.

    A meeting that ended earlier must have the same weekday and start.
    """
    unpaired = sorted(dropped, key=lambda row: (row not in result.ended, -row.pk))
    found = []
    for new in result.added:
        similarity = {row.pk: _similarity(row, new) for row in unpaired}
        old = max(unpaired, key=lambda row: similarity[row.pk], default=None)
        if old is None:
            break
        is_same_hour = similarity[old.pk] == 2
        is_only_one = len(result.added) == 1 == len(result.ended)
        if is_same_hour or (old in result.ended and (similarity[old.pk] or is_only_one)):
            unpaired.remove(old)
            found.append((old, new))
    return found


def _similarity(row: FixedSchedule, new: FixedSchedule) -> int:
    """Return 2 for the same weekday and start, 1 for the same weekday, else 0."""
    if row.weekday != new.weekday:
        return 0
    return 2 if row.start_time == new.start_time else 1


def _check(index: int, row: FixedSchedule, meeting: Mapping[str, Any]) -> None:
    if row.end_time <= row.start_time:
        name = "end_time" if "end_time" in meeting else "start_time"
        raise FixedScheduleError(index, name, _("The end time must be after the start time."))
    if row.valid_from and row.valid_until and row.valid_until < row.valid_from:
        name = "valid_until" if "valid_until" in meeting else "valid_from"
        raise FixedScheduleError(index, name, _("“Valid until” is before “valid from”."))


def _store(result: ScheduleWriteResult, today: date, now: datetime) -> None:
    for row in result.ended:
        end_fixed_schedule(row, today)
        row.save(update_fields=["valid_from", "valid_until"])
    for row in result.changed:
        row.save()
    for row in result.added:
        row.save()
    for old, new in result.successions:
        hand_over(old, new, max(new.valid_from or today, today), now)
