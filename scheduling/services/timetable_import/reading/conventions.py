"""How a file writes what can be read in two ways: 3/4/2026, and 4:30 without “am” or “pm”.

The other cells of the file say which is meant, or a person does; it is never guessed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from scheduling.services.timetable_import.errors import ImportFault, shown

# Day and month, or month and day, and the year, with the sign between them.
NUMERIC_DATE = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
# An hour from 1 to 7 as nobody writes it on a clock of 24 hours, where 4:30 is 04:30.
SHORT_HOUR = re.compile(r"([1-7])(?::[0-5][0-9](?::00)?|\.[0-5][0-9])")
_OF_24_HOURS = re.compile(r"(?:0[0-9]|1[3-9]|2[0-3])[:.][0-5][0-9].*")
_DATES = ("valid_from", "valid_until")
_TIMES = ("start_time", "end_time")


class Dates(StrEnum):
    """What comes first in 3/4/2026: the day, or the month."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class Times(StrEnum):
    """What 4:30 is: half past four in the morning, as it is written, or in the afternoon."""

    AS_WRITTEN = "as-is"
    AFTERNOON = "afternoon"


@dataclass(frozen=True, slots=True)
class Doubt:
    """The first cell that can be read in two ways, and nothing in the file says which."""

    line: int
    column: str
    cell: str

    @property
    def question(self) -> str:
        """What is asked: the name of the answer."""
        return "dates" if self.column in _DATES else "times"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The answers: what each is called, and what the cell is by it."""
        if self.question == "times":
            hour, minutes = re.split("[:.]", self.cell)[:2]
            return [
                (Times.AS_WRITTEN, _("%(time)s, in the morning") % {"time": f"0{hour}:{minutes}"}),
                (
                    Times.AFTERNOON,
                    _("%(time)s, in the afternoon") % {"time": f"{int(hour) + 12}:{minutes}"},
                ),
            ]
        found = NUMERIC_DATE.fullmatch(self.cell)
        assert found is not None
        year = int(found[4]) + (2000 if len(found[4]) == 2 else 0)
        orders = ((Dates.DAY_FIRST, found[3], found[1]), (Dates.MONTH_FIRST, found[1], found[3]))
        return [
            (order, date_format(date(year, int(month), int(day)), "DATE_FORMAT"))
            for order, month, day in orders
        ]

    @property
    def sentence(self) -> str:
        """The doubt, for people."""
        if self.question == "dates":
            text = _("%(cell)s can be read with the day or with the month first.")
        else:
            text = _("%(cell)s can be in the morning or in the afternoon.")
        return text % {"cell": shown(self.cell)}

    @property
    def fault(self) -> ImportFault:
        """The question as a fault of the file: a command can't wait for an answer."""
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
    """How dates and times of a file are read; where there is a doubt about one, it is None."""

    dates: Dates | None = None
    times: Times | None = None
    doubts: tuple[Doubt, ...] = ()


def conventions_of(
    header: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    dates: Dates | None = None,
    times: Times | None = None,
) -> Conventions:
    """Of the ``rows`` of a file, each with its line. What a person answered goes first."""
    places = [(n, name) for n, name in enumerate(header) if name in (*_DATES, *_TIMES)]
    orders: set[Dates] = set()
    date_in_doubt: Doubt | None = None
    time_in_doubt: Doubt | None = None
    is_of_24_hours = False
    for line, row in rows:
        for position, name in places:
            cell = row[position].strip() if position < len(row) else ""
            if name in _TIMES:
                is_of_24_hours |= bool(_OF_24_HOURS.fullmatch(cell))
                if time_in_doubt is None and SHORT_HOUR.fullmatch(cell):
                    time_in_doubt = Doubt(line, name, cell)
            elif found := NUMERIC_DATE.fullmatch(cell):
                order = _order(int(found[1]), int(found[3]))
                if order is not None:
                    orders.add(order)
                elif date_in_doubt is None and found[1] != found[3]:
                    date_in_doubt = Doubt(line, name, cell)
    if dates is None and len(orders) == 1:
        (dates,) = orders
    if times is None and is_of_24_hours:
        times = Times.AS_WRITTEN
    asked = (date_in_doubt if dates is None else None, time_in_doubt if times is None else None)
    return Conventions(dates, times, tuple(doubt for doubt in asked if doubt is not None))


def _order(first: int, second: int) -> Dates | None:
    if first > 12 >= second:
        return Dates.DAY_FIRST
    return Dates.MONTH_FIRST if second > 12 >= first else None
