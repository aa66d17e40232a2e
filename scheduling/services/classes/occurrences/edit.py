"""Manual edits of planned occurrences: the row is created now, marked as edited."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from scheduling.domain.recurrence import day_in_week, nearest_day
from scheduling.domain.series import Series, SeriesKey, SeriesKind
from scheduling.domain.windows import monday_of, week_number
from scheduling.jobs.notifications.changes import ClassChange, Place
from scheduling.jobs.notifications.notices import Notices, notices_about
from scheduling.models import CancelledBy, ClassStatus, Room, ScheduledClass, Teacher
from scheduling.selectors.classes import series_key
from scheduling.selectors.schedules.series import load_by_key
from scheduling.services.classes.edit import (
    KEEP,
    cancellation,
    manual_edit,
    moved_to,
    save_manual_edit,
    save_together,
)
from scheduling.services.classes.validation import keeping_duration
from scheduling.services.notices import Notified, notifying
from scheduling.text.dates import day_and_hours, long_day, with_dates_written_out
from scheduling.text.reasons import reason_text


class OccurrenceError(ValidationError):
    """The series has no such occurrence; the message names the nearest one."""


def cancel(
    key: SeriesKey,
    day: date,
    *,
    by: CancelledBy,
    reason: str = "",
    chargeable: bool = False,
    now: datetime,
) -> ScheduledClass:
    """Cancel the occurrence of ``key`` on ``day``; no run creates it from now on."""
    return change(key, day, cancellation(by, reason, chargeable), now)


def move(
    key: SeriesKey,
    day: date,
    *,
    to_date: date | None = None,
    start_time: time | None = None,
    end_time: time | None = None,
    teacher: Teacher | None = None,
    room: Room | None = KEEP,
    now: datetime,
) -> ScheduledClass:
    """Move the occurrence of ``key`` on ``day``; None leaves a value as the series has it.

    The class still fulfils its original week. Raises DoubleBookedError if the time is taken.
    """
    values = moved_to(
        to_date=to_date, start_time=start_time, end_time=end_time, teacher=teacher, room=room
    )
    return change(key, day, values, now)


@contextmanager
def notifying_occurrence(
    key: SeriesKey, day: date, is_wanted: bool, now: datetime, author_id: int | None = None
) -> Iterator[Notified]:
    """Notify about the change of an occurrence, like ``notifying`` about those of classes."""
    with notifying([], is_wanted, now, author_id) as notified:
        before = _place(key, day) if is_wanted else None
        yield notified
        stored = lock_class(key, day) if before is not None else None
        if before is not None and stored is not None:
            notified.known[stored.pk] = before


def reach_of_occurrence(
    key: SeriesKey, day: date, now: datetime, author_id: int | None = None
) -> Notices:
    """Return the notices that a change of the occurrence would send; their texts are not known."""
    with transaction.atomic():
        place = _place(key, day).taking_place()
    return notices_about([ClassChange(0, now, place, None)], now, author_id)


def _place(key: SeriesKey, day: date) -> Place:
    return Place.of(class_or_new(key, day))


def class_or_new(key: SeriesKey, day: date) -> ScheduledClass:
    """Return the class of ``lock_class``, or else an unsaved one as the series makes it.

    Raises OccurrenceError if the series has no occurrence on ``day``.
    """
    scheduled_class = lock_class(key, day)
    if scheduled_class is None:
        scheduled_class = _new(_series(key), day)
        scheduled_class.derive_instants()
    return scheduled_class


def change(key: SeriesKey, day: date, values: Mapping[str, Any], now: datetime) -> ScheduledClass:
    """Set these values on the occurrence of ``key`` on ``day``, or on its row if it has one now.

    Raises OccurrenceError if the series has no occurrence on ``day``, DoubleBookedError if the
    time is taken; then nothing is written.
    """
    return change_or_write(key, day, values, now)[0]


def change_or_write(
    key: SeriesKey, day: date, values: Mapping[str, Any], now: datetime
) -> tuple[ScheduledClass, bool]:
    """Like ``change``; also return whether a row was created."""
    series = _series(key)
    with transaction.atomic():
        scheduled_class = lock_class(key, day)
        if scheduled_class is None:
            scheduled_class = _new(series, day)
            for name, value in keeping_duration(scheduled_class, values).items():
                setattr(scheduled_class, name, value)
            try:
                with transaction.atomic():
                    save_manual_edit(scheduled_class, now)
                return scheduled_class, True
            except (IntegrityError, ValidationError):
                # A run or another person may have stored it in the meantime.
                scheduled_class = lock_class(key, day)
                if scheduled_class is None:
                    raise
        _refuse_other_date(series, scheduled_class, day, now)
        manual_edit(scheduled_class, values, now)
        return scheduled_class, False


def write_together(
    wanted: Collection[tuple[SeriesKey, date]], now: datetime
) -> tuple[dict[tuple[SeriesKey, date], int], set[int]]:
    """Return the id of the class of each occurrence, and the ids of those that are new.

    Like ``change_or_write`` without values, in a constant number of queries, and without the audit
    log. Raises ValidationError or IntegrityError if one of them is refused; then nothing is
    written.
    """
    if not wanted:
        return {}, set()
    by_key = {series.key: series for series in load_by_key({key for key, _day in wanted})}
    weeks = [Q(week=monday_of(day), **{f"{key.kind.value}_id": key.id}) for key, day in wanted]
    rows = ScheduledClass.objects.select_for_update(no_key=True).filter(reduce(or_, weeks))
    stored = {
        (series_key(row.fixed_schedule_id, row.recurring_slot_id), row.week): row
        for row in rows.order_by("pk")
    }
    found, new = {}, []
    for key, day in wanted:
        if key not in by_key:
            raise OccurrenceError(_("There is no such schedule."), code="no_series")
        row = stored.get((key, monday_of(day)))
        if row is None:
            row = _new(by_key[key], day)
            new.append(row)
        else:
            _refuse_other_date(by_key[key], row, day, now)
        found[key, day] = row
    if new:
        save_together(new, now)
    return {place: row.pk for place, row in found.items()}, {row.pk for row in new}


def lock_class(key: SeriesKey, day: date) -> ScheduledClass | None:
    """Return the class that fulfils the week of ``day`` for a series, locked for an edit."""
    source = {f"{key.kind.value}_id": key.id}
    rows = ScheduledClass.objects.select_for_update(no_key=True)
    return rows.filter(week=monday_of(day), **source).first()


def _series(key: SeriesKey) -> Series:
    for series in load_by_key([key]):
        return series
    raise OccurrenceError(_("There is no such schedule."), code="no_series")


def _refuse_other_date(
    series: Series, scheduled_class: ScheduledClass, day: date, now: datetime
) -> None:
    """Raise OccurrenceError unless the class of that week may stand for ``day``.

    An unedited future class may: the next run moves it to the series' day.
    """
    if scheduled_class.occurrence_date == day:
        return
    if day_in_week(series, week_number(day)) != day:
        raise OccurrenceError(_no_occurrence(series, day), code="no_occurrence")
    if scheduled_class.edited_at is not None or scheduled_class.starts_at <= now:
        text = _("The class of that week is the one on %(when)s.")
        when = day_and_hours(scheduled_class.date, scheduled_class.hours, scheduled_class.time_zone)
        raise OccurrenceError(text % {"when": when}, code="week_fulfilled")


def _new(series: Series, day: date) -> ScheduledClass:
    """Return an unsaved row of an occurrence. Raises OccurrenceError."""
    stop_reason = series.error or (series.suspension and series.suspension.reason)
    if stop_reason:
        text = _("This schedule creates no classes: %(reason)s.")
        reason = with_dates_written_out(reason_text(stop_reason.code, stop_reason.params))
        raise OccurrenceError(text % {"reason": reason}, code="no_occurrence")
    if day_in_week(series, week_number(day)) != day:
        raise OccurrenceError(_no_occurrence(series, day), code="no_occurrence")
    is_fixed = series.kind is SeriesKind.FIXED_SCHEDULE
    return ScheduledClass(
        student_id=series.student_id,
        teacher_id=series.teacher_id,
        fixed_schedule_id=series.id if is_fixed else None,
        recurring_slot_id=None if is_fixed else series.id,
        week=monday_of(day),
        occurrence_date=day,
        date=day,
        start_time=series.start_time,
        end_time=series.end_time,
        time_zone=series.zone,
        subject=series.subject,
        is_shared=series.is_shared,
        room_id=series.room_id,
        status=ClassStatus.SCHEDULED,
        cancelled_by="",
        cancel_reason="",
        attendance="",
        notes="",
    )


def _no_occurrence(series: Series, day: date) -> str:
    nearest = nearest_day(series, day)
    if nearest is None:
        return _("This schedule has no class on %(day)s, nor on any other day.") % {
            "day": long_day(day)
        }
    return _("This schedule has no class on %(day)s. The nearest one is on %(nearest)s.") % {
        "day": long_day(day),
        "nearest": long_day(nearest),
    }
