"""What can be done to one series."""

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

from .base import ChangeContext, ChangeRecord, is_no_clash
from .remaining_classes import list_or_cancel_remaining
from .series_rows import (
    Rule,
    close,
    key_of,
    locked,
    refuse_no_change,
    series_of,
    set_values,
    state_of,
)
from .successor import ends_before, split_series


@dataclass(frozen=True, slots=True)
class ChangeFromDate:
    """From ``day`` on the series has these ``values``; what was before stays as it was.

    At its first occurrence, or before, there is nothing to keep: the row itself changes.
    """

    key: SeriesKey
    day: date
    values: Mapping[str, Any]

    def write(self, moment: ChangeContext) -> ChangeRecord:
        if self.day < moment.today:
            text = _("Choose today or a later day: what has begun stays as it was.")
            raise ValidationError({"day": text}, code="past")
        rule, series = locked(self.key), series_of(self.key)
        written = _written(rule)
        refuse_no_change(rule, self.values)
        if series.last is not None and self.day > series.last:
            raise ValidationError({"day": ends_before(series.last, self.day)}, code="ended")
        first = nearest_day(series, series.first) if series.first is not None else None
        if first is None or self.day <= first:
            set_values(rule, self.values)
            rule.save()
        else:
            new, written.warnings = split_series(rule, series, self.day, self.values, moment.now)
            written.series = key_of(new)
        return written


@dataclass(frozen=True, slots=True)
class ReplaceFromDate:
    """From ``day`` on the series is exactly as ``values`` say, its last day among them.

    As ``ChangeFromDate``, but that nothing is carried over: weeks are counted from ``day``.
    """

    key: SeriesKey
    day: date
    values: Mapping[str, Any]

    def write(self, moment: ChangeContext) -> ChangeRecord:
        rule, series = locked(self.key), series_of(self.key)
        written = _written(rule)
        if rule.valid_from is not None and rule.valid_from >= self.day:
            set_values(rule, {**self.values, "valid_from": self.day})
            rule.save()
        else:
            new, written.warnings = split_series(
                rule, series, self.day, self.values, moment.now, self.day
            )
            written.series = key_of(new)
        return written


@dataclass(frozen=True, slots=True)
class ChangeAllFuture:
    """All that is still to come has these ``values``; the row itself changes."""

    key: SeriesKey
    values: Mapping[str, Any]

    def write(self, moment: ChangeContext) -> ChangeRecord:
        rule = locked(self.key)
        written = _written(rule)
        refuse_no_change(rule, self.values)
        set_values(rule, self.values)
        rule.save()
        return written


@dataclass(frozen=True, slots=True)
class EndSeries:
    """``day`` is the last on which the series asks for a class.

    Classes after it on which a person acted are named; with ``cancel_rest`` they are cancelled by
    the studio, for this ``reason``.
    """

    key: SeriesKey
    day: date
    cancel_rest: bool = False
    reason: str = ""

    def write(self, moment: ChangeContext) -> ChangeRecord:
        rule = locked(self.key)
        written = _written(rule)
        written.reports = is_no_clash
        if not close(rule, self.day):
            text = _("It already ends on or before that date.")
            raise ValidationError({"day": text}, code="ended")
        mine = {self.key.kind.value: rule}
        by = CancelledBy.STUDIO if self.cancel_rest else None
        written.lines = list_or_cancel_remaining(
            mine, moment.now, first=self.day + DAY, cancel=by, reason=self.reason
        )
        return written


@dataclass(frozen=True, slots=True)
class PauseSeries:
    """From ``first`` to ``last``, both included, the series takes no place.

    It is a closure of this one series: its untouched classes are cancelled and come back with it.
    """

    key: SeriesKey
    first: date
    last: date
    name: str = ""

    def write(self, moment: ChangeContext) -> ChangeRecord:
        rule = locked(self.key)
        written = _written(rule)
        written.reports = is_no_clash
        if self.last < self.first:
            text = _("The last date is before the first date.")
            raise ValidationError({"last": text}, code="validity")
        if self.last < moment.today:
            text = _("These days are over: what took place stays as it is.")
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
        return written


@dataclass(frozen=True, slots=True)
class ResumeSeries:
    """From ``day`` on the series takes place again, whatever pauses it had."""

    key: SeriesKey
    day: date

    def write(self, moment: ChangeContext) -> ChangeRecord:
        rule = locked(self.key)
        written = _written(rule)
        pauses = list(
            Closure.objects.filter(**{self.key.kind.value: rule}, last_date__gte=self.day)
        )
        if not pauses:
            text = _("It is not paused on that day, nor later.")
            raise ValidationError({"day": text}, code="no_change")
        written.before += repr([(one.pk, one.first_date, one.last_date) for one in pauses])
        for pause in pauses:
            if pause.first_date < self.day:
                pause.last_date = self.day - DAY
                pause.save()
            else:
                pause.delete()
        return written


def _written(rule: Rule) -> ChangeRecord:
    return ChangeRecord(before=state_of(rule), series=key_of(rule), students={rule.student_id})
