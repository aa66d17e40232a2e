"""Splits a series at a date: ends its row and creates a successor with its later classes."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from scheduling.domain.recurrence import day_in_week
from scheduling.domain.series import Series
from scheduling.domain.windows import DAY, monday_of, monday_of_number, week_number
from scheduling.models import ClassStatus, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED
from scheduling.selectors.schedules.series import key_of
from scheduling.services.schedules.succession import hand_over_pauses
from scheduling.text.dates import long_day

from .series_rows import CHANGEABLE, Rule, series_of, set_values

_COPIED = ("student", "valid_until", "status")


def split_series(
    rule: Rule,
    series: Series,
    day: date,
    values: Mapping[str, Any],
    now: datetime,
    first: date | None = None,
) -> tuple[Rule, list[str]]:
    """End ``rule`` the day before ``day`` and create its successor with ``values``.

    ``first`` is the successor's first day; None: computed from the interval.

    Classes of ``day`` and later, and pauses, are handed over. An edited class, or one that has
    begun, fulfils its week; the planner moves the others instead of deleting and creating them.
    Returns the successor, and warnings about the week of the change. Raises ValidationError.
    """
    new = _successor(rule, series, day, values, first)
    rule.valid_until = day - DAY
    rule.save()
    new.save()
    source = key_of(rule).kind.value
    ahead = ScheduledClass.objects.filter(**{source: rule}, occurrence_date__gte=day)
    ahead.update(**{source: new})
    hand_over_pauses(rule, new, day)
    is_fulfilled = _has_fixed_class(ScheduledClass.objects.filter(**{source: new}), day, now)
    return new, _warnings(series, series_of(key_of(new)), day, is_fulfilled)


def _successor(
    rule: Rule, series: Series, day: date, values: Mapping[str, Any], first: date | None
) -> Rule:
    names = (*CHANGEABLE[key_of(rule).kind], *_COPIED)
    new = type(rule)(**{name: getattr(rule, name) for name in names if hasattr(rule, name)})
    new.valid_from = first or _first_day(series, day, values)
    if "valid_until" in values:
        new.valid_until = values["valid_until"]
    if new.valid_until is not None and new.valid_until < new.valid_from:
        raise ValidationError(ends_before(new.valid_until, day), code="ended")
    set_values(new, values)
    return new


def ends_before(last: date, day: date) -> str:
    """Return the error text for a series that ends before ``day``."""
    text = _("This schedule ends on %(last)s: there is nothing to change from %(day)s on.")
    return text % {"last": long_day(last), "day": long_day(day)}


def _first_day(series: Series, day: date, values: Mapping[str, Any]) -> date:
    """Return the successor's first day, from whose week its interval is counted.

    An unchanged interval continues in the same weeks. A new one starts on the first new date.
    """
    interval = values.get("interval_weeks", series.interval_weeks)
    if interval == 1:
        return day
    if interval != series.interval_weeks:
        weekday = values.get("weekday", series.weekday)
        return day + timedelta((weekday - day.isoweekday()) % 7)
    anchor = series.anchor or series.first or day
    weeks = (week_number(anchor) - week_number(day)) % interval
    return monday_of_number(week_number(day) + weeks) if weeks else day


def _has_fixed_class(classes: QuerySet[ScheduledClass], day: date, now: datetime) -> bool:
    """Return whether a class in the week of ``day`` stays: edited, or begun."""
    active = classes.filter(week=monday_of(day)).exclude(status=ClassStatus.CANCELLED)
    return active.filter(~NOT_EDITED | Q(starts_at__lte=now)).exists()


def _warnings(old: Series, new: Series, day: date, is_fulfilled: bool) -> list[str]:
    """Warn where the week of the change has a class of both rules, or of neither.

    ``is_fulfilled``: a class that was handed over fulfils that week.
    """
    number = week_number(day)
    before, after = day_in_week(old, number), day_in_week(new, number)
    values = {"monday": long_day(monday_of(day))}
    if before is not None and before < day and after is not None:
        values |= {"old": long_day(before), "new": long_day(after)}
        text = _("The week of %(monday)s has two classes: one on %(old)s and one on %(new)s.")
        return [text % values]
    if before is not None and before >= day and after is None and not is_fulfilled:
        text = _("The week of %(monday)s has no class: its new day would be before that date.")
        return [text % values]
    return []
