"""Reads, locks and changes the stored row of a series."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.domain.series import Series, SeriesKey, SeriesKind
from scheduling.domain.windows import DAY
from scheduling.models import RecurringSlot, SlotStatus
from scheduling.selectors.schedules.series import MODELS, key_of, load_by_key
from scheduling.services.schedules.fixed_schedule import end_fixed_schedule
from scheduling.services.schedules.succession import Rule

_NO_ROOM = (("room_id", None), ("import_room", ""))
_COMMON = ("teacher", "room", "weekday", "start_time", "interval_weeks", "subject", "is_shared")
# The fields that a change may set. The student stays the same.
CHANGEABLE = {
    SeriesKind.FIXED_SCHEDULE: (*_COMMON, "end_time"),
    SeriesKind.RECURRING_SLOT: (*_COMMON, "duration_minutes"),
}


def lock_row(key: SeriesKey) -> Rule:
    """Return the row of ``key``, locked until the transaction ends. Raises ValidationError."""
    rows: Any = MODELS[key.kind]._default_manager.select_for_update(no_key=True)
    row: Rule | None = rows.filter(pk=key.id).first()
    if row is None:
        raise ValidationError(_("There is no such schedule."), code="no_series")
    return row


def series_of(key: SeriesKey) -> Series:
    """Return the series of an existing row."""
    return load_by_key([key])[0]


def state_of(rule: Rule) -> str:
    """Return all field values of the row as text, for the plan's fingerprint.

    A rule without a room has the same text as before rooms existed.
    """
    values = [(field.attname, getattr(rule, field.attname)) for field in rule._meta.fields]
    return repr([pair for pair in values if pair not in _NO_ROOM])


def refuse_no_change(rule: Rule, values: Mapping[str, Any]) -> None:
    """Raise ValidationError if the row already has these values."""
    kind = key_of(rule).kind
    if unknown := set(values) - set(CHANGEABLE[kind]):
        raise ValueError(f"{sorted(unknown)} can't be changed")
    if all(getattr(rule, name) == value for name, value in values.items()):
        raise ValidationError(_("No change: the values are the same."), code="no_change")


def set_values(rule: Rule, values: Mapping[str, Any]) -> None:
    """Set and validate these values, without saving. Raises ValidationError."""
    for name, value in values.items():
        setattr(rule, name, value)
    rule.full_clean(validate_unique=False)


def end_rule(rule: Rule, last: date) -> bool:
    """Save ``rule`` without occurrences after ``last``; return False if it has none already."""
    if rule.valid_until is not None and rule.valid_until <= last:
        return False
    if rule.valid_from is None or rule.valid_from <= last:
        rule.valid_until = last
    elif isinstance(rule, RecurringSlot):
        if rule.status == SlotStatus.CANCELLED:
            return False
        rule.status = SlotStatus.CANCELLED
    else:
        end_fixed_schedule(rule, last + DAY)
    rule.save()
    return True
