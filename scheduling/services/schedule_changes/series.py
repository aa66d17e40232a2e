"""Changes of one series: its values, its end, its pauses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from scheduling.domain.recurrence import nearest_day
from scheduling.domain.series import SeriesKey
from scheduling.domain.windows import DAY
from scheduling.models import CancelledBy, Closure
from scheduling.services.schedules.rooms import overfull_rules
from scheduling.services.schedules.working_hours import outside_hours

from .base import ChangeContext, ChangeRecord, is_not_conflict
from .remaining_classes import list_or_cancel_remaining
from .series_rows import (
    Rule,
    end_rule,
    key_of,
    lock_row,
    refuse_no_change,
    series_of,
    set_values,
    state_of,
)
from .successor import ends_before, split_series


@dataclass(frozen=True, slots=True)
class ChangeFromDate:
    """From ``day`` on the series has these ``values``; earlier classes stay as they are.

    At or before the first occurrence the row itself changes; later, a successor is created.
    """

    key: SeriesKey
    day: date
    values: Mapping[str, Any]

    def write(self, context: ChangeContext) -> ChangeRecord:
        if self.day < context.today:
            text = _("Choose today or a later day: past classes stay as they were.")
            raise ValidationError({"day": text}, code="past")
        rule, series = lock_row(self.key), series_of(self.key)
        record = _record_of(rule)
        refuse_no_change(rule, self.values)
        if series.last is not None and self.day > series.last:
            raise ValidationError({"day": ends_before(series.last, self.day)}, code="ended")
        first = nearest_day(series, series.first) if series.first is not None else None
        if first is None or self.day <= first:
            set_values(rule, self.values)
            rule.save()
        else:
            rule, record.warnings = split_series(rule, series, self.day, self.values, context.now)
            record.series = key_of(rule)
        record.warnings += _rule_warnings(rule, context.today)
        return record


@dataclass(frozen=True, slots=True)
class ReplaceFromDate:
    """From ``day`` on the series has exactly these ``values``, including its last day.

    Unlike with ``ChangeFromDate``, the interval is counted from ``day``.
    """

    key: SeriesKey
    day: date
    values: Mapping[str, Any]

    def write(self, context: ChangeContext) -> ChangeRecord:
        rule, series = lock_row(self.key), series_of(self.key)
        record = _record_of(rule)
        if rule.valid_from is not None and rule.valid_from >= self.day:
            set_values(rule, {**self.values, "valid_from": self.day})
            rule.save()
        else:
            new, record.warnings = split_series(
                rule, series, self.day, self.values, context.now, self.day
            )
            record.series = key_of(new)
        return record


@dataclass(frozen=True, slots=True)
class ChangeAllFuture:
    """All future classes have these ``values``; the row itself changes."""

    key: SeriesKey
    values: Mapping[str, Any]

    def write(self, context: ChangeContext) -> ChangeRecord:
        rule = lock_row(self.key)
        record = _record_of(rule)
        refuse_no_change(rule, self.values)
        set_values(rule, self.values)
        rule.save()
        record.warnings += _rule_warnings(rule, context.today)
        return record


@dataclass(frozen=True, slots=True)
class EndSeries:
    """The series ends; ``day`` is the last date with a class.

    Later classes that were edited by hand are named; with ``cancel_rest`` the studio cancels them,
    with this ``reason``.
    """

    key: SeriesKey
    day: date
    cancel_rest: bool = False
    reason: str = ""

    def write(self, context: ChangeContext) -> ChangeRecord:
        rule = lock_row(self.key)
        record = _record_of(rule)
        record.is_reported = is_not_conflict
        if not end_rule(rule, self.day):
            text = _("It already ends on or before that date.")
            raise ValidationError({"day": text}, code="ended")
        cancel = CancelledBy.STUDIO if self.cancel_rest else None
        record.lines = list_or_cancel_remaining(
            {self.key.kind.value: rule},
            context.now,
            first=self.day + DAY,
            cancel=cancel,
            reason=self.reason,
        )
        return record


@dataclass(frozen=True, slots=True)
class PauseSeries:
    """The series has no classes from ``first`` to ``last``, both included.

    Stored as a closure of this series, which cancels its unedited classes until it is deleted.
    """

    key: SeriesKey
    first: date
    last: date
    name: str = ""

    def write(self, context: ChangeContext) -> ChangeRecord:
        rule = lock_row(self.key)
        record = _record_of(rule)
        record.is_reported = is_not_conflict
        if self.last < self.first:
            text = _("The last date is before the first date.")
            raise ValidationError({"last": text}, code="validity")
        if self.last < context.today:
            text = _("These days are over: past classes stay as they are.")
            raise ValidationError({"last": text}, code="past")
        pauses = Closure.objects.filter(**{self.key.kind.value: rule})
        if pauses.filter(first_date__lte=self.first, last_date__gte=self.last).exists():
            raise ValidationError(_("It is paused on these days already."), code="no_change")
        Closure.objects.create(
            name=self.name or pgettext("a closure's name", "Pause"),
            first_date=self.first,
            last_date=self.last,
            student_id=rule.student_id,
            **{self.key.kind.value: rule},
        )
        return record


@dataclass(frozen=True, slots=True)
class ResumeSeries:
    """From ``day`` on the series takes place again; its pauses are shortened or deleted."""

    key: SeriesKey
    day: date

    def write(self, context: ChangeContext) -> ChangeRecord:
        rule = lock_row(self.key)
        record = _record_of(rule)
        pauses = list(
            Closure.objects.filter(**{self.key.kind.value: rule}, last_date__gte=self.day)
        )
        if not pauses:
            text = _("It is not paused on or after that day.")
            raise ValidationError({"day": text}, code="no_change")
        record.before += repr([(pause.pk, pause.first_date, pause.last_date) for pause in pauses])
        for pause in pauses:
            if pause.first_date < self.day:
                pause.last_date = self.day - DAY
                pause.save()
            else:
                pause.delete()
        return record


def _rule_warnings(rule: Rule, today: date) -> list[str]:
    """Return the warnings of the form of a weekly lesson."""
    return [*overfull_rules([rule], today), *outside_hours([rule], today)]


def _record_of(rule: Rule) -> ChangeRecord:
    return ChangeRecord(before=state_of(rule), series=key_of(rule), students={rule.student_id})
