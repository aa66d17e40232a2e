"""Types of command-line options. An invalid value is a usage error that names the option."""

import argparse
import math
import re
from collections.abc import Callable
from datetime import date

from scheduling.domain.windows import FIRST_DATE, LAST_DATE
from scheduling.models import Trigger


def iso_date(text: str) -> date:
    """Return the date of a text in the form ``YYYY-MM-DD``."""
    try:
        # fromisoformat also accepts 20260105 and 2026-W02-1.
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"“{text}” is not a date; write it as YYYY-MM-DD, a day that the calendar has"
        ) from None
    if not FIRST_DATE <= day <= LAST_DATE:
        raise argparse.ArgumentTypeError(f"{day} is not between {FIRST_DATE} and {LAST_DATE}")
    return day


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a type for whole numbers from ``least`` to ``most``."""

    def read(text: str) -> int:
        # int also accepts 1_0 and " 10".
        value = int(text) if re.fullmatch(r"-?\d{1,20}", text, re.ASCII) else least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(
                f"“{text}” is not a whole number from {least} to {most}"
            )
        return value

    return read


def seconds(least: float) -> Callable[[str], float]:
    """Return a type for numbers of seconds from ``least`` to a day."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= 86_400:
            raise argparse.ArgumentTypeError(
                f"“{text}” is not a number of seconds from {least:g} to 86400"
            )
        return value

    return read


def add_trigger(parser: argparse.ArgumentParser) -> None:
    """Add ``--trigger``, which crontab entries and the scheduler pass for the history."""
    triggers = (Trigger.COMMAND, Trigger.CRON, Trigger.SCHEDULER)
    parser.add_argument(
        "--trigger",
        choices=[trigger.value for trigger in triggers],
        default=Trigger.COMMAND.value,
        help="the trigger shown in the history",
    )
