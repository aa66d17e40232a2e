"""CSV in chunks, so that the memory does not depend on the length of the list."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils import translation

from scheduling.db.bulk_insert import in_batches

from .cells import Cell, ReadableColumn
from .formula_escape import escape_formulas

_ROWS_PER_CHUNK = 500
# Languages with a decimal comma: their spreadsheets expect semicolons.
_SEMICOLON_LANGUAGES = ("es",)
# Without it, Excel reads UTF-8 in the system's code page.
_BYTE_ORDER_MARK = "\ufeff"


def separator(language: str) -> str:
    """Return the cell separator for ``language``."""
    return ";" if language.split("-")[0] in _SEMICOLON_LANGUAGES else ","


def csv_chunks(
    columns: Sequence[ReadableColumn], rows: Iterable[Any], language: str
) -> Iterator[bytes]:
    """Yield the file in ``language``, header first."""
    delimiter = separator(language)
    header = [escape_formulas(column.title) for column in columns]
    yield (_BYTE_ORDER_MARK + _to_csv([header], delimiter)).encode()
    for batch in in_batches(rows, _ROWS_PER_CHUNK):
        # The response is streamed after the request, whose language is no longer active.
        with translation.override(language):
            lines = [[_text(column.read(row)) for column in columns] for row in batch]
        yield _to_csv(lines, delimiter).encode()


def _to_csv(lines: list[list[str]], delimiter: str) -> str:
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
