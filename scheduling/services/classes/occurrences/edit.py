"""A person acts on an occurrence before any run has stored it: its row is written now, touched."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from scheduling.domain.recurrence import day_in_week, nearest_day
from scheduling.domain.series import Series, SeriesKey, SeriesKind
from scheduling.domain.windows import monday_of, week_number
from scheduling.models import CancelledBy, ClassStatus, ScheduledClass, Teacher
from scheduling.selectors.schedules.series import load_by_key
from scheduling.services.classes.edit import cancellation, manual_edit, moved_to, save_manual_edit
from scheduling.services.classes.validation import keeping_duration
from scheduling.text.dates import day_and_hours, long_day, with_dates_written_out
from scheduling.text.reasons import reason_text


class OccurrenceError(ValidationError):
    """There is no such occurrence to act on; the sentence names the nearest one."""


def cancel(
    key: SeriesKey,
    day: date,
    *,
    by: CancelledBy,
    reason: str = "",
    chargeable: bool = False,
    now: datetime,
) -> ScheduledClass:
    """Cancel the occurrence of ``key`` on ``day``: no run makes it from now on."""
    return change(key, day, cancellation(by, reason, chargeable), now)


def move(
    key: SeriesKey,
    day: date,
    *,
    to_date: date | None = None,
    start_time: time | None = None,
    end_time: time | None = None,
    teacher: Teacher | None = None,
    now: datetime,
) -> ScheduledClass:
    """Move the occurrence of ``key`` on ``day``; what is not given stays as the rule has it.

    It fulfils its week wherever it goes. Raises DoubleBookedError where its place is taken.
    """
    values = moved_to(to_date=to_date, start_time=start_time, end_time=end_time, teacher=teacher)
    return change(key, day, values, now)


def change(key: SeriesKey, day: date, values: Mapping[str, Any], now: datetime) -> ScheduledClass:
    """Give the occurrence of ``key`` on ``day`` these values: its row, where it has one by now.

    Raises OccurrenceError where the series asks for nothing on ``day``, DoubleBookedError where
    the place is taken; then nothing is written.
    """
    return change_or_write(key, day, values, now)[0]


def change_or_write(
    key: SeriesKey, day: date, values: Mapping[str, Any], now: datetime
) -> tuple[ScheduledClass, bool]:
    """``change``, and whether it wrote a row that was not there before."""
    series = _series(key)
    with transaction.atomic():
        one = stored(key, day)
        if one is None:
            one = _new(series, day)
            for name, value in keeping_duration(one, values).items():
                setattr(one, name, value)
            try:
                with transaction.atomic():
                    save_manual_edit(one, now)
                return one, True
            except (IntegrityError, ValidationError):
                # Has a run, or somebody else, stored it in the meantime?
                one = stored(key, day)
                if one is None:
                    raise
        _refuse_other_date(series, one, day, now)
        manual_edit(one, values, now)
        return one, False


def stored(key: SeriesKey, day: date) -> ScheduledClass | None:
    """The class that fulfils the week of ``day`` for a series; to be changed, so it is locked."""
    source = {f"{key.kind.value}_id": key.id}
    rows = ScheduledClass.objects.select_for_update(no_key=True)
    return rows.filter(week=monday_of(day), **source).first()


def _series(key: SeriesKey) -> Series:
    for series in load_by_key([key]):
        return series
    raise OccurrenceError(_("There is no such schedule."), code="no_series")


def _refuse_other_date(series: Series, one: ScheduledClass, day: date, now: datetime) -> None:
    """A week's class that has begun, or that a person moved, is no other date's occurrence."""
    if one.occurrence_date == day:
        return
    if day_in_week(series, week_number(day)) != day:
        raise OccurrenceError(_no_occurrence(series, day), code="no_occurrence")
    if one.edited_at is not None or one.starts_at <= now:
        text = _("The class of that week is the one on %(when)s.")
        when = day_and_hours(one.date, one.hours, one.time_zone)
        raise OccurrenceError(text % {"when": when}, code="week_fulfilled")


def _new(series: Series, day: date) -> ScheduledClass:
    """The row of an occurrence, as its rule has it."""
    stopped = series.error or (series.suspension and series.suspension.reason)
    if stopped:
        text = _("This schedule asks for no classes: %(reason)s.")
        why = with_dates_written_out(reason_text(stopped.code, stopped.params))
        raise OccurrenceError(text % {"reason": why}, code="no_occurrence")
    if day_in_week(series, week_number(day)) != day:
        raise OccurrenceError(_no_occurrence(series, day), code="no_occurrence")
    fixed = series.kind is SeriesKind.FIXED_SCHEDULE
    return ScheduledClass(
        student_id=series.student_id,
        teacher_id=series.teacher_id,
        fixed_schedule_id=series.id if fixed else None,
        recurring_slot_id=None if fixed else series.id,
        week=monday_of(day),
        occurrence_date=day,
        date=day,
        start_time=series.start_time,
        end_time=series.end_time,
        time_zone=series.zone,
        subject=series.subject,
        is_shared=series.is_shared,
        status=ClassStatus.SCHEDULED,
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
