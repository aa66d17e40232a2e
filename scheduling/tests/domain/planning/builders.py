"""Builders for values of the domain."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from scheduling.domain.closures import Closure
from scheduling.domain.series import Series, SeriesKey, SeriesKind
from scheduling.domain.windows import Window

OLDEST = datetime(2025, 1, 1, tzinfo=UTC)
SLOT, FIXED = SeriesKind.RECURRING_SLOT, SeriesKind.FIXED_SCHEDULE
_closures = count(1)


def day(text):
    return date.fromisoformat(text)


def clock(text):
    return time.fromisoformat(text)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(start, last):
    """Return a window from `start` to `last`, both included."""
    return Window(day(start), day(last) + timedelta(days=1))


def series(number=1, **changes):
    """Return a slot on Mondays 10:00 to 11:00 in Madrid; a smaller number is older."""
    if isinstance(changes.get("start_time"), str):
        changes["start_time"] = clock(changes["start_time"])
    for name in ("first", "last", "anchor"):
        if isinstance(changes.get(name), str):
            changes[name] = day(changes[name])
    values = {
        "kind": SLOT,
        "id": number,
        "student_id": 1,
        "teacher_id": 1,
        "weekday": 1,
        "start_time": time(10),
        "duration_minutes": 60,
        "zone": "Europe/Madrid",
        "created_at": OLDEST + timedelta(days=number),
        "subject": "Piano",
    }
    return Series(**(values | changes))


def slot_key(number):
    return SeriesKey(SLOT, number)


def closure(first, last=None, **scope):
    return Closure(next(_closures), f"Closed {first}", day(first), day(last or first), **scope)
