"""Reads a workbook (Office Open XML, .xlsx) as records of text, as if it were saved as CSV."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from scheduling.services.timetable_import.errors import ImportFaults

from .columns import Record, find_header

# A workbook is a ZIP archive.
FIRST_BYTES = b"PK\x03\x04"
# Limit of the unpacked size: a small archive may hold gigabytes (a ZIP bomb).
_MAX_UNPACKED_BYTES = 200 * 1024 * 1024
# Spreadsheets store a time without a date on the first day of their calendar.
_FIRST_YEARS = (1899, 1900, 1904)
_HALF_A_SECOND = timedelta(seconds=0.5)


def read_records(source: BinaryIO, faults: ImportFaults) -> Iterator[Record]:
    """Yield the rows of the first sheet with a header, or the first sheet, without blank ones."""
    try:
        with zipfile.ZipFile(source) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > _MAX_UNPACKED_BYTES:
            message = _("The workbook is too large. Save its timetable as “CSV UTF-8”.")
            faults.add(None, "", message)
            return
        source.seek(0)
        # data_only: values instead of formulas. Not read_only: merged cells would be unavailable.
        book = load_workbook(io.BytesIO(source.read()), data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError):
        message = _("This is not a workbook that can be read. Save it as .xlsx or “CSV UTF-8”.")
        faults.add(None, "", message)
        return
    sheets = [_rows(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    with_header = (rows for rows in sheets if find_header(rows) is not None)
    yield from next(with_header, sheets[0] if sheets else [])


def _rows(sheet: Worksheet) -> list[Record]:
    _fill_merged(sheet)
    texts = (
        (number, [_text(cell.value, cell.number_format) for cell in row])
        for number, row in enumerate(sheet.iter_rows(), 1)
    )
    return [(number, row) for number, row in texts if any(row)]


def _fill_merged(sheet: Worksheet) -> None:
    """Give all cells of a vertical merge the value of the first."""
    for area in list(sheet.merged_cells.ranges):
        value = sheet.cell(area.min_row, area.min_col).value
        sheet.unmerge_cells(area.coord)
        for row in range(area.min_row + 1, area.max_row + 1):
            sheet.cell(row, area.min_col).value = value


def _text(value: Any, number_format: str = "") -> str:
    """Return a cell's value as text for the parsers of cells."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        value += _HALF_A_SECOND  # times are rounded fractions of a day
        if value.year in _FIRST_YEARS:
            return _clock(value.hour, value.minute, value.second, number_format)
        if value.time().replace(microsecond=0) == time():
            return f"{value:%Y-%m-%d}"
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _text(datetime.combine(date(_FIRST_YEARS[0], 12, 30), value), number_format)
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return _clock(seconds // 3600, seconds // 60 % 60, seconds % 60, number_format)
    return str(value).strip()


def _clock(hours: int, minutes: int, seconds: int, number_format: str) -> str:
    """Return the time as displayed: only 04:30 and 4:30 AM are unambiguous, 4:30 is not."""
    is_unambiguous = "hh" in number_format.lower() or "am/pm" in number_format.lower()
    hour = f"{hours:02}" if is_unambiguous else str(hours)
    return f"{hour}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
