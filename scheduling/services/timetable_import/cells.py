"""Single cells read into values. Every reader raises CellError with a sentence for people.

Readers are cached: a file of 100,000 rows has a few hundred different times, dates and zones.
"""

import re
from datetime import date, time
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Model
from django.utils.translation import gettext as _

from scheduling.domain.wallclock import MINUTES_A_DAY, is_zone
from scheduling.domain.windows import FIRST_DATE, LAST_DATE

from .faults import shown

_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::00)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLACE = re.compile(r"([1-7]) ([0-9]{1,2}:[0-9]{2})")
_NUMBER = re.compile(r"[0-9]{1,6}")
_YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_LONGEST_ZONE = 64

# Weekday and start of a rule, or no rule at all.
Replaced = tuple[int, time] | tuple[()]


class CellError(ValueError):
    """Why a cell can't be read, and what to write instead."""


def text(cell: str, longest: int) -> str:
    """Text of at most ``longest`` characters, as it is."""
    if len(cell) > longest:
        raise CellError(
            _("%(value)s has %(length)d characters; shorten it to %(limit)d.")
            % {"value": shown(cell), "length": len(cell), "limit": longest}
        )
    return cell


@lru_cache(maxsize=4096)
def email(cell: str, longest: int) -> str:
    """An e-mail address, or nothing: in small letters, as no provider tells by them."""
    cell = cell.lower()
    if cell:
        text(cell, longest)
        try:
            validate_email(cell)
        except ValidationError:
            raise CellError(
                _("%(value)s is not an e-mail address; correct it or leave it empty.")
                % {"value": shown(cell)}
            ) from None
    return cell


@lru_cache(maxsize=1024)
def zone(cell: str) -> str:
    """The name of an IANA time zone."""
    if len(cell) > _LONGEST_ZONE or not is_zone(cell):
        raise CellError(
            _("%(value)s is not a time zone; use an IANA name such as Europe/Madrid.")
            % {"value": shown(cell)}
        )
    return cell


@lru_cache(maxsize=1024)
def weekdays(cell: str) -> tuple[int, ...]:
    """ISO weekdays, a digit each."""
    advice = _("Write digits from 1 (Monday) to 7 (Sunday) without anything between, as in 135.")
    found: list[int] = []
    for sign in cell:
        if sign not in "1234567":
            raise CellError(
                _("%(value)s is not a weekday.") % {"value": shown(sign if len(cell) < 8 else cell)}
                + " "
                + advice
            )
        if int(sign) in found:
            raise CellError(
                _("%(value)s has the weekday %(day)s twice.") % {"value": shown(cell), "day": sign}
                + " "
                + advice
            )
        found.append(int(sign))
    return tuple(found)


@lru_cache(maxsize=4096)
def clock(cell: str) -> time:
    """A time of day, HH:MM."""
    found = _TIME.fullmatch(cell)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return time(int(found[1]), int(found[2]))
    raise CellError(
        _("%(value)s is not a time of day; write it as 09:30 or 17:00.") % {"value": shown(cell)}
    )


@lru_cache(maxsize=4096)
def day(cell: str) -> date:
    """A date, YYYY-MM-DD."""
    if not _DATE.fullmatch(cell):
        raise CellError(
            _("%(value)s is not a date; write it as 2026-01-31.") % {"value": shown(cell)}
        )
    try:
        found = date.fromisoformat(cell)
    except ValueError:
        raise CellError(
            _("%(value)s does not exist in the calendar; correct the date.")
            % {"value": shown(cell)}
        ) from None
    if not FIRST_DATE <= found <= LAST_DATE:
        raise CellError(
            _("%(value)s is too far away; write a date from %(first)s to %(last)s.")
            % {"value": shown(cell), "first": FIRST_DATE, "last": LAST_DATE}
        )
    return found


@lru_cache(maxsize=1024)
def replaced(cell: str) -> Replaced:
    """Weekday and start of the rule that goes on as another; nothing of “none”."""
    if cell.lower() == "none":
        return ()
    found = _PLACE.fullmatch(cell)
    if found is None:
        raise CellError(
            _(
                "%(value)s does not name a rule; write its weekday, a space and its start time, "
                "as in “1 17:00”, or “none”."
            )
            % {"value": shown(cell)}
        )
    return int(found[1]), clock(found[2])


@lru_cache(maxsize=1024)
def minutes(cell: str) -> int:
    """A length in minutes, up to a day."""
    return _number(cell, MINUTES_A_DAY)


@lru_cache(maxsize=64)
def interval(cell: str) -> int:
    """How many weeks lie between two lessons."""
    return _number(cell, 4)


def _number(cell: str, largest: int) -> int:
    if _NUMBER.fullmatch(cell) and 1 <= int(cell) <= largest:
        return int(cell)
    raise CellError(
        _("%(value)s is not a whole number from 1 to %(largest)d; correct it.")
        % {"value": shown(cell), "largest": largest}
    )


def yes_or_no(cell: str) -> bool:
    """Yes or no in any of the usual spellings."""
    found = _YES_OR_NO.get(cell.lower())
    if found is None:
        raise CellError(
            _("%(value)s is neither yes nor no; write one of the two.") % {"value": shown(cell)}
        )
    return found


def longest(model: type[Model], field: str) -> int:
    """How many characters a column of the database holds."""
    return model._meta.get_field(field).max_length  # type: ignore[union-attr,return-value]
