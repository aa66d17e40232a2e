"""The days of the measurement: far ahead, so that nothing depends on when it is taken."""

from datetime import UTC, date, datetime, time, timedelta

START = date(2040, 1, 2)
NEXT = START + timedelta(days=1)
WEEKS = 12
STEPS = ("first", "again", "next", "changed", "healed")


def today_of(step: str) -> date:
    """The day of a step: after the first two, the day after."""
    return START if step in ("first", "again") else NEXT


def clock_of(today: date) -> datetime:
    """The real clock of a run on ``today``."""
    return datetime.combine(today, time(0, 5), UTC)
