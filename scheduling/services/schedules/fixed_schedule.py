"""A student's fixed schedule, written as a whole: changed, added, ended; never deleted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from scheduling.domain.windows import DAY
from scheduling.models import FixedSchedule, Student
from scheduling.text.dates import long_day

from .succession import hand_over

NEEDED = ("weekday", "start_time", "end_time")


class FixedScheduleError(Exception):
    """A written meeting can't be stored; ``index`` and ``field`` say what is wrong with it."""

    def __init__(self, index: int, name: str, text: str) -> None:
        super().__init__(text)
        self.index, self.field, self.text = index, name, text


@dataclass(slots=True)
class ScheduleWriteResult:
    """What writing a schedule came to."""

    added: list[FixedSchedule] = field(default_factory=list)
    changed: list[FixedSchedule] = field(default_factory=list)
    ended: list[FixedSchedule] = field(default_factory=list)
    # Each added one with that whose place it takes, where there is one.
    successions: list[tuple[FixedSchedule, FixedSchedule]] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        return bool(self.added or self.changed or self.ended)


def not_ended(today: date) -> Q:
    """Which meetings a schedule consists of: those that have not ended before ``today``."""
    return Q(valid_until__isnull=True) | Q(valid_until__gte=today)


def fixed_schedule(today: date) -> QuerySet[FixedSchedule]:
    """The meetings of all students that have not ended, in the order of the week."""
    rows = FixedSchedule.objects.filter(not_ended(today))
    return rows.order_by("weekday", "start_time", "id")


def write_fixed_schedule(
    student: Student, wanted: Sequence[Mapping[str, Any]], today: date, now: datetime
) -> ScheduleWriteResult:
    """Make ``wanted`` the schedule of ``student``, whose row the caller has locked.

    One with an ``id`` is changed as far as it says. One without stands for the stored one that
    equals it in all that it says, or is added. What is left out ended yesterday; the classes of
    it on which a person acted fulfil their weeks for the one that takes its place. Raises
    FixedScheduleError.
    """
    rows = FixedSchedule.objects.select_for_update(no_key=True).filter(student=student)
    stored = {row.pk: row for row in rows.order_by("id")}
    written, kept = ScheduleWriteResult(), set[int]()
    for index, one in enumerate(wanted):
        if "id" in one:
            row = _by_id(stored, kept, index, one)
            _refuse_ended(index, row, one, today)
            kept.add(row.pk)
            if _set(row, one):
                written.changed.append(row)
            _check(index, row, one)
    live = [row for row in stored.values() if row.valid_until is None or row.valid_until >= today]
    new = []
    for index, one in enumerate(wanted):
        if "id" in one:
            continue
        if one in wanted[:index]:
            raise FixedScheduleError(index, "", _("The same meeting is in the list twice."))
        equal = [row for row in live if row.pk not in kept and _equals(row, one)]
        if equal:
            kept.add(equal[0].pk)
        else:
            new.append((index, one))
    written.ended = [row for row in live if row.pk not in kept]
    gone = [row for row in stored.values() if row.pk not in kept]
    replaces = any(_has_begun(row, student, today) for row in gone)
    for index, one in new:
        written.added.append(_new(student, index, one, today if replaces else None))
    written.successions = _successions(written, gone)
    _store(written, today, now)
    return written


def end_fixed_schedule(row: FixedSchedule, today: date) -> None:
    """Let ``row`` ask for nothing from ``today`` on; not stored yet.

    One that has not begun by yesterday gets a day in the past that isn't its weekday: a validity
    without a single occurrence, and one that ends no sooner than it begins.
    """
    last = today - DAY
    if row.valid_from is not None and row.valid_from > last:
        if last.isoweekday() == row.weekday:
            last -= DAY
        row.valid_from = last
    row.valid_until = last


def _by_id(
    stored: Mapping[int, FixedSchedule], kept: Iterable[int], index: int, one: Mapping[str, Any]
) -> FixedSchedule:
    row = stored.get(one["id"])
    if row is None:
        raise FixedScheduleError(index, "id", _("This student has no meeting with this number."))
    if row.pk in kept:
        raise FixedScheduleError(index, "id", _("The same meeting is in the list twice."))
    return row


def _refuse_ended(index: int, row: FixedSchedule, one: Mapping[str, Any], today: date) -> None:
    """A list that is not of today may still name a meeting that has ended since."""
    if row.valid_until is not None and row.valid_until < today and "valid_until" not in one:
        text = _(
            "This meeting ended on %(last)s. Leave its number out to add a new one, or say until "
            "when it is valid to take it up again."
        )
        raise FixedScheduleError(index, "id", text % {"last": long_day(row.valid_until)})


def _set(row: FixedSchedule, one: Mapping[str, Any]) -> bool:
    """Whether writing ``one`` into ``row`` changes it."""
    if _equals(row, one):
        return False
    for name, value in one.items():
        if name != "id":
            setattr(row, name, value)
    return True


def _equals(row: FixedSchedule, one: Mapping[str, Any]) -> bool:
    """Whether ``row`` is as ``one`` says, as far as it says anything."""
    return all(
        (row.teacher_id == (value.pk if value else None))
        if name == "teacher"
        else getattr(row, name) == value
        for name, value in one.items()
    )


def _has_begun(row: FixedSchedule, student: Student, today: date) -> bool:
    first = row.valid_from or student.start_date
    return first is not None and first < today


def _new(
    student: Student, index: int, one: Mapping[str, Any], successors_from: date | None
) -> FixedSchedule:
    """A meeting to add. One that takes the place of others begins when they have ended:
    from the student's start date it would write a past that there never was."""
    for name in NEEDED:
        if name not in one:
            raise FixedScheduleError(index, name, _("This field is required."))
    row = FixedSchedule(student=student, **one)
    if "valid_from" not in one and successors_from is not None:
        until = row.valid_until
        row.valid_from = successors_from if until is None else min(successors_from, until)
    _check(index, row, one)
    return row


def _successions(
    written: ScheduleWriteResult, gone: Sequence[FixedSchedule]
) -> list[tuple[FixedSchedule, FixedSchedule]]:
    """Whose place each added meeting takes: that of the one most like it, the latest ended first.

    One that ended earlier has to have been at the same hour of the week.
    """
    left = sorted(gone, key=lambda row: (row not in written.ended, -row.pk))
    found = []
    for new in written.added:
        likeness = {row.pk: _likeness(row, new) for row in left}
        old = max(left, key=lambda row: likeness[row.pk], default=None)
        if old is None:
            break
        is_same_hour = likeness[old.pk] == 2
        is_only_one = len(written.added) == 1 == len(written.ended)
        if is_same_hour or (old in written.ended and (likeness[old.pk] or is_only_one)):
            left.remove(old)
            found.append((old, new))
    return found


def _likeness(row: FixedSchedule, new: FixedSchedule) -> int:
    """2: on the same weekday at the same hour. 1: on the same weekday."""
    if row.weekday != new.weekday:
        return 0
    return 2 if row.start_time == new.start_time else 1


def _check(index: int, row: FixedSchedule, one: Mapping[str, Any]) -> None:
    if row.end_time <= row.start_time:
        name = "end_time" if "end_time" in one else "start_time"
        raise FixedScheduleError(index, name, _("The end time must be after the start time."))
    if row.valid_from and row.valid_until and row.valid_until < row.valid_from:
        name = "valid_until" if "valid_until" in one else "valid_from"
        raise FixedScheduleError(index, name, _("“Valid until” is before “valid from”."))


def _store(written: ScheduleWriteResult, today: date, now: datetime) -> None:
    for row in written.ended:
        end_fixed_schedule(row, today)
        row.save(update_fields=["valid_from", "valid_until"])
    for row in written.changed:
        row.save()
    for row in written.added:
        row.save()
    for old, new in written.successions:
        hand_over(old, new, max(new.valid_from or today, today), now)
