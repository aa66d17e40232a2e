"""Reads a spreadsheet file as records of text with their line numbers.

CSV in UTF-8, UTF-16, UTF-32 or Windows-1252, with commas, semicolons or tabs; or a workbook.
"""

import csv
import io
import re
from codecs import (
    BOM_UTF8,
    BOM_UTF16_BE,
    BOM_UTF16_LE,
    BOM_UTF32_BE,
    BOM_UTF32_LE,
    getincrementaldecoder,
)
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from scheduling.services.timetable_import.errors import ImportFaults

from . import workbook
from .columns import HEADER_SEARCH_ROWS, Record, count_known

# Without a limit, a file without line breaks would be read into memory as one line.
_LONGEST_LINE = 1 << 20
_CHUNK = 1 << 20
# Undecodable bytes: surrogates from "surrogateescape", U+FFFD from "replace".
_UNDECODABLE = re.compile("[\ud800-\udfff\ufffd]")
_BLANK = frozenset(("\n", "\r\n", "\r"))
# The first bytes of a workbook from before 2007 (.xls).
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_SEPARATORS = ",;\t"
# The line with which Excel declares the separator.
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
# UTF-32 precedes UTF-16: the little-endian mark of UTF-32 begins with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (BOM_UTF8, "utf-8-sig"),
    (BOM_UTF32_LE, "utf-32"),
    (BOM_UTF32_BE, "utf-32"),
    (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
)
# Encodings by the positions of zeros in the first four bytes, for text without a mark.
_ENCODINGS_BY_ZEROS = {
    (1, 3): "utf-16-le",
    (0, 2): "utf-16-be",
    (1, 2, 3): "utf-32-le",
    (0, 1, 2): "utf-32-be",
}


def read_records(source: BinaryIO, faults: ImportFaults) -> Iterator[Record]:
    """Yield the records of ``source`` without blank ones; unreadable ones are added as faults."""
    file = source if source.seekable() else io.BytesIO(source.read())
    first_bytes = file.read(4)
    file.seek(0)
    if first_bytes.startswith(workbook.FIRST_BYTES):
        yield from workbook.read_records(file, faults)
    elif first_bytes.startswith(_OLD_WORKBOOK):
        message = _("This is a spreadsheet of an old kind. Save it as .xlsx, or as “CSV UTF-8”.")
        faults.add(1, "", message)
    else:
        encoding = _detect_encoding(file, first_bytes)
        file.seek(0)
        if encoding:
            yield from _read_csv(file, encoding, faults)
        else:
            faults.add(1, "", _("The file is not text. Save it as .xlsx or “CSV UTF-8”."))


def _detect_encoding(file: BinaryIO, first_bytes: bytes) -> str:
    """Detect the encoding by byte order mark, zero bytes or valid UTF-8; empty if not text."""
    for mark, name in _BYTE_ORDER_MARKS:
        if first_bytes.startswith(mark):
            return name
    zeros = [position for position, byte in enumerate(first_bytes) if byte == 0]
    if zeros:
        return _ENCODINGS_BY_ZEROS.get(tuple(zeros), "")
    decoder = getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _read_csv(file: BinaryIO, encoding: str, faults: ImportFaults) -> Iterator[Record]:
    # newline="": the csv module handles line breaks within quotation marks
    text = io.TextIOWrapper(file, encoding, errors=_error_handler(encoding), newline="")
    lines = _Lines(text, faults)
    try:
        # strict: report misplaced quotation marks
        reader = csv.reader(lines, strict=True, delimiter=lines.separator())
        while not faults.too_many:
            lines.begin_record()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                faults.add(lines.record_line, "", _message(error))
                continue
            if not lines.is_undecodable and any(cell.strip() for cell in cells):
                yield lines.record_line, cells
    finally:
        text.detach()  # the caller closes the file
    faults.give_up(lines.number)


def _error_handler(encoding: str) -> str:
    """Return the handler that marks undecodable bytes; UTF-16 and -32 have no surrogateescape."""
    return "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


def _message(error: csv.Error) -> str:
    if "field limit" in str(error):
        return _(
            "A cell is longer than %(limit)d characters; look for a quotation mark that is not "
            "closed."
        ) % {"limit": csv.field_size_limit()}
    return _(
        "The quotation marks do not match (%(error)s). A cell that begins with one must end with "
        "one, and those within it are doubled."
    ) % {"error": error}


class _Lines:
    """Iterates over the lines of a file for the csv reader; counts them, reports undecodable ones.

    ``record_line`` is the first line of the current record, ``is_undecodable`` its state.
    """

    def __init__(self, text: io.TextIOWrapper, faults: ImportFaults) -> None:
        self._text = text
        self._faults = faults
        self._ahead: deque[str] = deque()
        self.number = 0
        self.record_line = 0
        self.is_undecodable = False

    def separator(self) -> str:
        """Return the declared separator, or the one that fits the header best.

        Call it before the iteration: it reads ahead.
        """
        while len(self._ahead) < HEADER_SEARCH_ROWS and (
            line := self._text.readline(_LONGEST_LINE)
        ):
            self._ahead.append(line)
        for number, line in enumerate(self._ahead):
            if declared := _SEPARATOR_LINE.fullmatch(line):
                self._ahead[number] = "\n"  # it still counts as a line
                return declared[1]
            if line not in _BLANK:
                break
        return max(_SEPARATORS, key=self._separator_score)

    def _separator_score(self, separator: str) -> tuple[int, int]:
        """Return the most headings found in a line, and the count in the first line."""
        first = next((line for line in self._ahead if line not in _BLANK), "")
        counts = (count_known(_cells(line, separator)) for line in self._ahead)
        return max(counts, default=0), first.count(separator)

    def begin_record(self) -> None:
        """Start a record with the next line that is not blank."""
        self.record_line = 0
        self.is_undecodable = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._next()
        if not self.record_line:
            while line in _BLANK:
                line = self._next()
            self.record_line = self.number
        if not line:
            raise StopIteration
        if len(line) == _LONGEST_LINE and line[-1] not in "\r\n":
            message = _("The line is longer than %(limit)d characters; is this a CSV file?")
            self._faults.add(self.number, "", message % {"limit": _LONGEST_LINE})
            raise StopIteration
        if not line.isascii() and _UNDECODABLE.search(line):
            self.is_undecodable = True
            message = _("The line is not text. Save the file as “CSV UTF-8”.")
            self._faults.add(self.number, "", message)
        return line

    def _next(self) -> str:
        self.number += 1
        return self._ahead.popleft() if self._ahead else self._text.readline(_LONGEST_LINE)


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(separator)]
