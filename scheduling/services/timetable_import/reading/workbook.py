"""A workbook (Office Open XML, .xlsx) as records of text, as a CSV file of it would have them."""

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

from .columns import Record, header_place

# A workbook is an archive.
BEGINNING = b"PK\x03\x04"
# What an archive may unpack to: one of a few bytes can hold gigabytes.
_LARGEST = 200 * 1024 * 1024
# Times without a date are kept with the day on which the calendar of spreadsheets begins.
_FIRST_YEARS = (1899, 1900, 1904)
_HALF_A_SECOND = timedelta(seconds=0.5)


def records(source: BinaryIO, faults: ImportFaults) -> Iterator[Record]:
    """The rows of the sheet that has a header, else of the first; blank ones are left out."""
    try:
        with zipfile.ZipFile(source) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > _LARGEST:
            message = _("The workbook is too large. Save its timetable as “CSV UTF-8”.")
            faults.add(None, "", message)
            return
        source.seek(0)
        # Values, not formulas. Merged cells are known to a workbook that is read as a whole.
        book = load_workbook(io.BytesIO(source.read()), data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError):
        message = _("This is not a workbook that can be read. Save it as .xlsx or “CSV UTF-8”.")
        faults.add(None, "", message)
        return
    sheets = [_rows(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    with_header = (rows for rows in sheets if header_place(rows) is not None)
    yield from next(with_header, sheets[0] if sheets else [])


def _rows(sheet: Worksheet) -> list[Record]:
    _fill_merged(sheet)
    texts = (
        (number, [_text(cell.value, cell.number_format) for cell in row])
        for number, row in enumerate(sheet.iter_rows(), 1)
    )
    return [(number, row) for number, row in texts if any(row)]


def _fill_merged(sheet: Worksheet) -> None:
    """Cells that were merged downwards all have the value of the first, as a person reads them."""
    for area in list(sheet.merged_cells.ranges):
        value = sheet.cell(area.min_row, area.min_col).value
        sheet.unmerge_cells(area.coord)
        for row in range(area.min_row + 1, area.max_row + 1):
            sheet.cell(row, area.min_col).value = value


def _text(value: Any, shown_as: str = "") -> str:
    """A cell's value as text that the readers of cells understand; ``shown_as`` is its format."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        value += _HALF_A_SECOND  # a fraction of a day is seldom exact
        if value.year in _FIRST_YEARS:
            return _clock(value.hour, value.minute, value.second, shown_as)
        if value.time().replace(microsecond=0) == time():
            return f"{value:%Y-%m-%d}"
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _text(datetime.combine(date(_FIRST_YEARS[0], 12, 30), value), shown_as)
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return _clock(seconds // 3600, seconds // 60 % 60, seconds % 60, shown_as)
    return str(value).strip()


def _clock(hours: int, minutes: int, seconds: int, shown_as: str) -> str:
    """As a person sees it: what is shown as 4:30, and not as 04:30 or 4:30 AM, may be 16:30."""
    is_plain = "hh" in shown_as.lower() or "am/pm" in shown_as.lower()
    hour = f"{hours:02}" if is_plain else str(hours)
    return f"{hour}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
