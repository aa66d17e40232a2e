"""CSV, a piece at a time: a list of any length needs no more memory than a short one."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time

from django.db.models import Model
from django.utils import translation

from scheduling.db.bulk_insert import in_batches

from .columns import Cell, Column
from .formula_escape import escape_formulas

_ROWS_A_PIECE = 500
# Spreadsheets of these languages split at semicolons, where a comma is the decimal sign.
_SEMICOLON = ("es",)
# Without it Excel takes UTF-8 for the code page of the machine.
_BYTE_ORDER_MARK = "\ufeff"


def separator(language: str) -> str:
    """What stands between cells for readers of ``language``."""
    return ";" if language.split("-")[0] in _SEMICOLON else ","


def csv_chunks(columns: list[Column], rows: Iterable[Model], language: str) -> Iterator[bytes]:
    """The file, header first, in the reader's ``language`` whenever it is asked for."""
    delimiter = separator(language)
    title = [escape_formulas(column.title) for column in columns]
    yield (_BYTE_ORDER_MARK + _written([title], delimiter)).encode()
    for batch in in_batches(rows, _ROWS_A_PIECE):
        # The request is over by now, and so is its language.
        with translation.override(language):
            lines = [[_text(column.read(row)) for column in columns] for row in batch]
        yield _written(lines, delimiter).encode()


def _written(lines: list[list[str]], delimiter: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(lines)
    return text.getvalue()


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return escape_formulas(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, time):
        return cell.isoformat("seconds" if cell.second else "minutes")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
