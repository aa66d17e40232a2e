"""Reads series whose date or time columns can't be parsed, as raw SQL may have written them.

SQLite accepts any text as a date, and Django raises at the first invalid one. A single bad row
would prevent the classes of all people.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from scheduling.domain.outcomes import Reason
from scheduling.domain.windows import FIRST_DATE


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


_DATE = (date.fromisoformat, FIRST_DATE)
_TIME = (time.fromisoformat, time())
# The parser of each column, and the replacement for an invalid value.
_READ: dict[str, tuple[Callable[[str], Any], Any]] = {
    "valid_from": _DATE,
    "valid_until": _DATE,
    "student__start_date": _DATE,
    "student__end_date": _DATE,
    "start_time": _TIME,
    "end_time": _TIME,
    "created_at": (_instant, datetime(1970, 1, 1, tzinfo=UTC)),
}


def read_leniently(
    rows: QuerySet[Any], columns: Sequence[str]
) -> Iterator[tuple[list[Any], Reason | None]]:
    """Yield the ``columns`` of each row, and the reason why it is invalid, or None."""
    asked = [Cast(name, TextField()) if name in _READ else name for name in columns]
    for row in rows.values_list(*asked):
        values, fault = list(row), None
        for number, name in enumerate(columns):
            if name in _READ and values[number] is not None:
                read, instead = _READ[name]
                try:
                    values[number] = read(values[number])
                except ValueError:
                    where = {"column": name.replace("__", "."), "value": values[number]}
                    values[number], fault = instead, Reason("unreadable", where)
        yield values, fault
