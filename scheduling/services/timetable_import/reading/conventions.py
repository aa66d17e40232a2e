"""Detects how a file writes ambiguous values: 3/4/2026, and 4:30 without “am” or “pm”.

The other cells of the file decide, or the user does; nothing is guessed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from scheduling.services.timetable_import.errors import ImportFault, quoted

# Two numbers in either order (day and month), the separator between them, and the year.
NUMERIC_DATE = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
# An hour from 1 to 7 without a leading zero; files with a 24-hour clock have 04:30 for 4:30.
SHORT_HOUR = re.compile(r"([1-7])(?::[0-5][0-9](?::00)?|\.[0-5][0-9])")
_24_HOUR_TIME = re.compile(r"(?:0[0-9]|1[3-9]|2[0-3])[:.][0-5][0-9].*")
_DATES = ("valid_from", "valid_until")
_TIMES = ("start_time", "end_time")


class DateOrder(StrEnum):
    """The first number in 3/4/2026: the day or the month."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class TimeReading(StrEnum):
    """The meaning of 4:30: 04:30, as written, or 16:30."""

    AS_WRITTEN = "as-is"
    AFTERNOON = "afternoon"


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """The first ambiguous cell of a file that has no cell to decide its meaning."""

    line: int
    column: str
    cell: str

    @property
    def question(self) -> str:
        """The name of the answer."""
        return "dates" if self.column in _DATES else "times"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The answers, each with the meaning that it gives the cell."""
        if self.question == "times":
            hour, minutes = re.split("[:.]", self.cell)[:2]
            morning = _("%(time)s, in the morning") % {"time": f"0{hour}:{minutes}"}
            afternoon = _("%(time)s, in the afternoon") % {"time": f"{int(hour) + 12}:{minutes}"}
            return [(TimeReading.AS_WRITTEN, morning), (TimeReading.AFTERNOON, afternoon)]
        found = NUMERIC_DATE.fullmatch(self.cell)
        assert found is not None
        year = int(found[4]) + (2000 if len(found[4]) == 2 else 0)
        first, second = int(found[1]), int(found[3])
        return [
            (DateOrder.DAY_FIRST, date_format(date(year, second, first), "DATE_FORMAT")),
            (DateOrder.MONTH_FIRST, date_format(date(year, first, second), "DATE_FORMAT")),
        ]

    @property
    def sentence(self) -> str:
        """The question as a sentence."""
        if self.question == "dates":
            text = _("%(cell)s can be read with the day or with the month first.")
        else:
            text = _("%(cell)s can be in the morning or in the afternoon.")
        return text % {"cell": quoted(self.cell)}

    @property
    def fault(self) -> ImportFault:
        """The question as a fault, for the command, which can't ask."""
        if self.question == "dates":
            advice = _(
                "Answer with the option --dates for the whole file: “dmy” for day, month, year, "
                "“mdy” for month, day, year."
            )
        else:
            advice = _(
                "Answer with the option --times for the whole file: “as-is” for the morning, "
                "“afternoon” for the afternoon."
            )
        return ImportFault(self.line, self.column, f"{self.sentence} {advice}")


@dataclass(frozen=True, slots=True)
class Conventions:
    """The order of dates and the reading of times in a file; None if ambiguous or not needed."""

    dates: DateOrder | None = None
    times: TimeReading | None = None
    ambiguities: tuple[Ambiguity, ...] = ()


def detect_conventions(
    header: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    dates: DateOrder | None = None,
    times: TimeReading | None = None,
) -> Conventions:
    """Detect the conventions of ``rows``, each with its line; given answers take precedence."""
    columns = [(n, name) for n, name in enumerate(header) if name in (*_DATES, *_TIMES)]
    orders: set[DateOrder] = set()
    ambiguous_date: Ambiguity | None = None
    ambiguous_time: Ambiguity | None = None
    has_24_hour_times = False
    for line, row in rows:
        for position, name in columns:
            cell = row[position].strip() if position < len(row) else ""
            if name in _TIMES:
                has_24_hour_times |= bool(_24_HOUR_TIME.fullmatch(cell))
                if ambiguous_time is None and SHORT_HOUR.fullmatch(cell):
                    ambiguous_time = Ambiguity(line, name, cell)
            elif found := NUMERIC_DATE.fullmatch(cell):
                order = _order(int(found[1]), int(found[3]))
                if order is not None:
                    orders.add(order)
                elif ambiguous_date is None and found[1] != found[3]:
                    ambiguous_date = Ambiguity(line, name, cell)
    if dates is None and len(orders) == 1:
        (dates,) = orders
    if times is None and has_24_hour_times:
        times = TimeReading.AS_WRITTEN
    ambiguities: list[Ambiguity] = []
    if dates is None and ambiguous_date is not None:
        ambiguities.append(ambiguous_date)
    if times is None and ambiguous_time is not None:
        ambiguities.append(ambiguous_time)
    return Conventions(dates, times, tuple(ambiguities))


def _order(first: int, second: int) -> DateOrder | None:
    if first > 12 >= second:
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if second > 12 >= first else None
