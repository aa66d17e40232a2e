"""XLSX in constant memory: rows are written to disk one by one."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from xlsxwriter import Workbook

from .cells import Cell, ReadableColumn

MIME_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Limits of Excel: rows of a sheet with the header, and characters of a cell.
MAX_ROWS = 1_048_576
_MAX_CELL_LENGTH = 32_767
_INVALID_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
# Excel dates begin in 1900; earlier ones are written as text.
_FIRST_YEAR = 1900
_WIDTH = 18


def write(
    file: IO[bytes], name: str, columns: Sequence[ReadableColumn], rows: Iterable[Any]
) -> None:
    """Write a workbook of one sheet called ``name``. Text is never written as a formula."""
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(name.translate(_INVALID_IN_NAME).strip()[:31])
        formats = _Formats(book)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, _WIDTH)
        for column_index, column in enumerate(columns):
            sheet.write_string(0, column_index, column.title, formats.title)
        row_index = 0
        for row_index, row in enumerate(rows, start=1):
            for column_index, column in enumerate(columns):
                _write(sheet, row_index, column_index, column.read(row), formats)
        sheet.autofilter(0, 0, row_index, len(columns) - 1)


class _Formats:
    """The cell formats by type, in ISO 8601."""

    def __init__(self, book: Workbook) -> None:
        self.title = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@"})
        self.timestamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})
        self.time = book.add_format({"num_format": "hh:mm"})
        self.duration = book.add_format({"num_format": "[h]:mm:ss"})


def _write(sheet: Any, row: int, column_index: int, cell: Cell, formats: _Formats) -> None:
    if isinstance(cell, date) and cell.year < _FIRST_YEAR:
        cell = cell.isoformat()
    if isinstance(cell, str):
        if cell:
            text = cell if len(cell) <= _MAX_CELL_LENGTH else f"{cell[: _MAX_CELL_LENGTH - 1]}…"
            sheet.write_string(row, column_index, text, formats.text)
    elif isinstance(cell, datetime):
        # A cell can't have a zone; the column's title has it.
        sheet.write_datetime(row, column_index, cell.replace(tzinfo=None), formats.timestamp)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column_index, cell, formats.date)
    elif isinstance(cell, time):
        sheet.write_datetime(row, column_index, cell, formats.time)
    elif isinstance(cell, timedelta):
        sheet.write_datetime(row, column_index, cell, formats.duration)
    else:
        sheet.write_number(row, column_index, cell)
