"""The columns of a table, with plain values."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Protocol

# `datetime` is a subclass of `date`.
Cell = str | int | float | Decimal | date | time | timedelta


class ReadableColumn(Protocol):
    """A column with a title, and the value of a row."""

    @property
    def title(self) -> str: ...

    def read(self, row: Any, /) -> Cell: ...
