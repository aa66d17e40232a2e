"""Parsers of single cells. They raise CellError with a message for the user.

They are cached: a file of 100,000 rows has a few hundred different times, dates and zones.
"""

import re
from datetime import date, time
from functools import cache, lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Model
from django.utils.translation import gettext as _

from scheduling.domain.typed_text import plain_letters
from scheduling.domain.wallclock import MINUTES_A_DAY, is_zone
from scheduling.domain.windows import FIRST_DATE, LAST_DATE
from scheduling.services.timetable_import.errors import quoted

from .conventions import NUMERIC_DATE, SHORT_HOUR, DateOrder, TimeReading

_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?::00)?")
# 4 PM, 4:00 p.m., 4:00 p. m. (as spreadsheets in Spanish write it)
_HALF_DAY = re.compile(
    r"(1[0-2]|0?[1-9])(?:[:.]([0-5][0-9])(?::00)?)? ?([ap])\.? ?m\.?", re.IGNORECASE
)
# A time as the fraction of a day, as spreadsheets store it in a cell without a format.
_FRACTION = re.compile(r"0?[.,][0-9]{3,17}")
_DATE = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[ T]0?0:00(?::00)?)?")
_DOTTED_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4}|[0-9]{2})")
_DIGITS = re.compile("[0-9]+")
_DAY_SEPARATORS = re.compile(r"[\s,;/+&.]+")
_DAYS = (
    ("monday", "lunes"),
    ("tuesday", "martes"),
    ("wednesday", "miercoles"),
    ("thursday", "jueves"),
    ("friday", "viernes"),
    ("saturday", "sabado"),
    ("sunday", "domingo"),
)
_WEEKDAY_AND_START = re.compile(r"([1-7]) ([0-9]{1,2}:[0-9]{2})")
_NUMBER = re.compile(r"[0-9]{1,6}")
_YES_OR_NO = dict.fromkeys(("yes", "y", "true", "1", "x", "sí", "si", "s", "verdadero"), True)
_YES_OR_NO |= dict.fromkeys(("no", "n", "false", "0", "falso"), False)
_LONGEST_ZONE = 64

# The weekday and start of the replaced rule; empty: no rule.
Replaced = tuple[int, time] | tuple[()]


class CellError(ValueError):
    """The cell can't be parsed; the message says what to write instead."""


def text(cell: str, longest: int) -> str:
    """Return the cell if it has at most ``longest`` characters."""
    if len(cell) > longest:
        raise CellError(
            _("%(value)s has %(length)d characters; shorten it to %(limit)d.")
            % {"value": quoted(cell), "length": len(cell), "limit": longest}
        )
    return cell


@lru_cache(maxsize=4096)
def email(cell: str, longest: int) -> str:
    """Parse an optional e-mail address; in lower case, as providers ignore the case."""
    cell = cell.lower()
    if cell:
        text(cell, longest)
        try:
            validate_email(cell)
        except ValidationError:
            raise CellError(
                _("%(value)s is not an e-mail address; correct it or leave it empty.")
                % {"value": quoted(cell)}
            ) from None
    return cell


@lru_cache(maxsize=1024)
def zone(cell: str) -> str:
    """Parse the name of an IANA time zone."""
    if len(cell) > _LONGEST_ZONE or not is_zone(cell):
        raise CellError(
            _("%(value)s is not a time zone; use an IANA name such as Europe/Madrid.")
            % {"value": quoted(cell)}
        )
    return cell


@lru_cache(maxsize=1024)
def weekdays(cell: str) -> tuple[int, ...]:
    """Parse ISO weekdays as digits, or as full or shortened English or Spanish names."""
    advice = _("Write digits from 1 (Monday) to 7 (Sunday), as in 135, or names of weekdays.")
    found: list[int] = []
    for word in filter(None, _DAY_SEPARATORS.split(plain_letters(cell))):
        if word in ("and", "y", "e"):
            continue
        for name in word if _DIGITS.fullmatch(word) else (word,):
            number = _weekday_names().get(name)
            if number is None:
                value = quoted(name if len(cell) < 8 else cell)
                raise CellError(_("%(value)s is not a weekday.") % {"value": value} + " " + advice)
            if number in found:
                values = {"value": quoted(cell), "day": name}
                text = _("%(value)s has the weekday %(day)s twice.") % values
                raise CellError(text + " " + advice)
            found.append(number)
    if not found:
        raise CellError(_("%(value)s is not a weekday.") % {"value": quoted(cell)} + " " + advice)
    return tuple(found)


@cache
def _weekday_names() -> dict[str, int]:
    """Return the weekdays by digit, name and unambiguous prefix of a name."""
    numbers: dict[str, set[int]] = {}
    for number, names in enumerate(_DAYS, 1):
        for name in names:
            for length in range(2, len(name) + 1):
                numbers.setdefault(name[:length], set()).add(number)
            if not name.endswith("s"):
                numbers.setdefault(f"{name}s", set()).add(number)
    known = {name: days.pop() for name, days in numbers.items() if len(days) == 1}
    return known | {str(number): number for number in range(1, 8)}


@lru_cache(maxsize=4096)
def clock(cell: str, times: TimeReading | None = None) -> time:
    """Parse a time of day: 16:00, 16.00, 4:00 PM, or the fraction of a day.

    ``times`` decides whether an ambiguous hour from 1 to 7 is in the morning or the afternoon.
    """
    if found := _TIME.fullmatch(cell):
        hour, minute = int(found[1]), int(found[2])
        if times is TimeReading.AFTERNOON and SHORT_HOUR.fullmatch(cell):
            hour += 12
        if hour < 24 and minute < 60:
            return time(hour, minute)
    elif found := _HALF_DAY.fullmatch(cell):
        half = 12 if found[3].lower() == "p" else 0
        return time(int(found[1]) % 12 + half, int(found[2] or 0))
    elif _FRACTION.fullmatch(cell):
        minutes = float(cell.replace(",", ".")) * MINUTES_A_DAY
        if round(minutes) < MINUTES_A_DAY and abs(minutes - round(minutes)) < 0.02:
            return time(round(minutes) // 60, round(minutes) % 60)
    raise CellError(
        _("%(value)s is not a time of day; write it as 09:30 or 17:00.") % {"value": quoted(cell)}
    )


@lru_cache(maxsize=4096)
def day(cell: str, dates: DateOrder | None = None) -> date:
    """Parse a date: 2026-01-31, 31.1.2026, or 31/1/2026 and 1/31/2026 by ``dates``.

    Years of two digits are in this century.
    """
    if found := _DATE.fullmatch(cell):
        year, month, day_number = found[1], found[2], found[3]
    elif found := _DOTTED_DATE.fullmatch(cell):
        day_number, month, year = found[1], found[2], found[3]
    elif found := NUMERIC_DATE.fullmatch(cell):
        day_number, month, year = found[1], found[3], found[4]
        # An unambiguous date is read as such, whatever the order of the file.
        if int(month) > 12 or (dates is DateOrder.MONTH_FIRST and int(day_number) <= 12):
            day_number, month = month, day_number
    else:
        raise CellError(
            _("%(value)s is not a date; write it as 2026-01-31.") % {"value": quoted(cell)}
        )
    try:
        found_day = date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day_number))
    except ValueError:
        raise CellError(
            _("%(value)s does not exist in the calendar; correct the date.")
            % {"value": quoted(cell)}
        ) from None
    if not FIRST_DATE <= found_day <= LAST_DATE:
        raise CellError(
            _("%(value)s is too far away; write a date from %(first)s to %(last)s.")
            % {"value": quoted(cell), "first": FIRST_DATE, "last": LAST_DATE}
        )
    return found_day


@lru_cache(maxsize=1024)
def replaced(cell: str) -> Replaced:
    """Parse the weekday and start of the replaced rule; return an empty tuple for “none”."""
    if cell.lower() == "none":
        return ()
    found = _WEEKDAY_AND_START.fullmatch(cell)
    if found is None:
        raise CellError(
            _(
                "%(value)s does not name a rule; write its weekday, a space and its start time, "
                "as in “1 17:00”, or “none”."
            )
            % {"value": quoted(cell)}
        )
    return int(found[1]), clock(found[2])


@lru_cache(maxsize=1024)
def minutes(cell: str) -> int:
    """Parse a length in minutes, up to a day."""
    return _number(cell, MINUTES_A_DAY)


@lru_cache(maxsize=64)
def interval(cell: str) -> int:
    """Parse the number of weeks from one lesson to the next."""
    return _number(cell, 4)


def _number(cell: str, largest: int) -> int:
    if _NUMBER.fullmatch(cell) and 1 <= int(cell) <= largest:
        return int(cell)
    raise CellError(
        _("%(value)s is not a whole number from 1 to %(largest)d; correct it.")
        % {"value": quoted(cell), "largest": largest}
    )


def yes_or_no(cell: str) -> bool:
    """Parse yes or no in any of the usual spellings."""
    found = _YES_OR_NO.get(cell.lower())
    if found is None:
        raise CellError(
            _("%(value)s is neither yes nor no; write one of the two.") % {"value": quoted(cell)}
        )
    return found


def max_length(model: type[Model], field: str) -> int:
    """Return the maximum length of a model field."""
    return model._meta.get_field(field).max_length  # type: ignore[union-attr,return-value]
