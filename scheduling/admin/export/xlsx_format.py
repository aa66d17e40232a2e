"""XLSX in constant memory: rows go to a file on the disk as they come."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any, Protocol

from xlsxwriter import Workbook

from .columns import Cell

MIME_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a sheet holds, its header among them, and what a cell holds.
MOST_ROWS = 1_048_576
_LONGEST = 32_767
_NO_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
# Excel counts days from 1900; what is before is left as text.
_FIRST_YEAR = 1900
_WIDTH = 18


class ReadableColumn(Protocol):
    """A column: its title, and what it holds for a row."""

    @property
    def title(self) -> str: ...

    def read(self, row: Any, /) -> Cell: ...


def write(
    file: IO[bytes], name: str, columns: Sequence[ReadableColumn], rows: Iterable[Any]
) -> None:
    """Write a workbook of one sheet called ``name``. Text is text: no cell is ever a formula."""
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(name.translate(_NO_NAME).strip()[:31])
        formats = _Formats(book)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, _WIDTH)
        for position, column in enumerate(columns):
            sheet.write_string(0, position, column.title, formats.title)
        number = 0
        for number, row in enumerate(rows, start=1):
            for position, column in enumerate(columns):
                _write(sheet, number, position, column.read(row), formats)
        sheet.autofilter(0, 0, number, len(columns) - 1)


class _Formats:
    """How each type is shown, by ISO 8601 as everywhere."""

    def __init__(self, book: Workbook) -> None:
        self.title = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@"})
        self.instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})
        self.time = book.add_format({"num_format": "hh:mm"})
        self.length = book.add_format({"num_format": "[h]:mm:ss"})


def _write(sheet: Any, row: int, position: int, cell: Cell, formats: _Formats) -> None:
    if isinstance(cell, date) and cell.year < _FIRST_YEAR:
        cell = cell.isoformat()
    if isinstance(cell, str):
        if cell:
            text = cell if len(cell) <= _LONGEST else f"{cell[: _LONGEST - 1]}…"
            sheet.write_string(row, position, text, formats.text)
    elif isinstance(cell, datetime):
        # A cell has no zone; the column's title names it.
        sheet.write_datetime(row, position, cell.replace(tzinfo=None), formats.instant)
    elif isinstance(cell, date):
        sheet.write_datetime(row, position, cell, formats.date)
    elif isinstance(cell, time):
        sheet.write_datetime(row, position, cell, formats.time)
    elif isinstance(cell, timedelta):
        sheet.write_datetime(row, position, cell, formats.length)
    else:
        sheet.write_number(row, position, cell)
