"""A file as a spreadsheet program saves it: records of text, each with the line that it is on.

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
from .columns import SEARCHED, Record, known_in

# Without a limit a file that has no line breaks would be read into memory as a whole.
_LONGEST_LINE = 1 << 20
_CHUNK = 1 << 20
# What "surrogateescape" makes of bytes that are no text of the encoding.
_NOT_TEXT = re.compile("[\ud800-\udfff\ufffd]")
_BLANK = frozenset(("\n", "\r\n", "\r"))
# How the workbooks of before 2007 begin.
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_SEPARATORS = ",;\t"
# A line that Excel reads and writes: it says what stands between the cells.
_SAID = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
# UTF-32 first: in small end first order it begins as UTF-16 does.
_MARKS = (
    (BOM_UTF8, "utf-8-sig"),
    (BOM_UTF32_LE, "utf-32"),
    (BOM_UTF32_BE, "utf-32"),
    (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
)
# Where the first four bytes are zero in text without a mark.
_WIDE = {
    (1, 3): "utf-16-le",
    (0, 2): "utf-16-be",
    (1, 2, 3): "utf-32-le",
    (0, 1, 2): "utf-32-be",
}


def records(source: BinaryIO, faults: ImportFaults) -> Iterator[Record]:
    """The records of ``source``, blank ones left out; those that can't be read are faults."""
    file = source if source.seekable() else io.BytesIO(source.read())
    beginning = file.read(4)
    file.seek(0)
    if beginning.startswith(workbook.BEGINNING):
        yield from workbook.records(file, faults)
    elif beginning.startswith(_OLD_WORKBOOK):
        message = _("This is a spreadsheet of an old kind. Save it as .xlsx, or as “CSV UTF-8”.")
        faults.add(1, "", message)
    else:
        encoding = _encoding(file, beginning)
        file.seek(0)
        if encoding:
            yield from _records_of_text(file, encoding, faults)
        else:
            faults.add(1, "", _("The file is not text. Save it as .xlsx or “CSV UTF-8”."))


def _encoding(file: BinaryIO, beginning: bytes) -> str:
    """By its mark, by the zeros of wide characters, or by being UTF-8 or not; empty of no text."""
    for mark, name in _MARKS:
        if beginning.startswith(mark):
            return name
    zeros = [number for number, byte in enumerate(beginning) if byte == 0]
    if zeros:
        return _WIDE.get(tuple(zeros), "")
    decoder = getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _records_of_text(file: BinaryIO, encoding: str, faults: ImportFaults) -> Iterator[Record]:
    # newline="": csv itself decides what a line break within quotation marks means
    text = io.TextIOWrapper(file, encoding, errors=_errors(encoding), newline="")
    lines = _Lines(text, faults)
    try:
        # strict: a quotation mark out of place is a fault, not a guess
        reader = csv.reader(lines, strict=True, delimiter=lines.separator())
        while not faults.too_many:
            lines.begin_record()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                faults.add(lines.record, "", _what_csv_says(error))
                continue
            if not lines.unreadable and any(cell.strip() for cell in cells):
                yield lines.record, cells
    finally:
        text.detach()  # the file belongs to the caller, who closes it
    faults.give_up(lines.number)


def _errors(encoding: str) -> str:
    """Bytes that are no text are kept to be found, which wide encodings don't allow."""
    return "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


def _what_csv_says(error: csv.Error) -> str:
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
    """The lines of a file for the csv reader, counted, and those noted that are no text."""

    def __init__(self, text: io.TextIOWrapper, faults: ImportFaults) -> None:
        self._text = text
        self._faults = faults
        self._ahead: deque[str] = deque()
        self.number = 0
        self.record = 0
        self.unreadable = False

    def separator(self) -> str:
        """What stands between cells: as a line says, or as the header has most of.

        To be called first: it looks at the first lines, which come again.
        """
        while len(self._ahead) < SEARCHED and (line := self._text.readline(_LONGEST_LINE)):
            self._ahead.append(line)
        for number, line in enumerate(self._ahead):
            if said := _SAID.fullmatch(line):
                self._ahead[number] = "\n"  # it still counts as a line
                return said[1]
            if line not in _BLANK:
                break
        return max(_SEPARATORS, key=self._speaks_for)

    def _speaks_for(self, sign: str) -> tuple[int, int]:
        """The most columns that a line names with this separator; how often the first has it."""
        first = next((line for line in self._ahead if line not in _BLANK), "")
        named = (known_in(_cells(line, sign)) for line in self._ahead)
        return max(named, default=0), first.count(sign)

    def begin_record(self) -> None:
        """The next line that isn't blank is the first of a record."""
        self.record = 0
        self.unreadable = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._next()
        if not self.record:
            while line in _BLANK:
                line = self._next()
            self.record = self.number
        if not line:
            raise StopIteration
        if len(line) == _LONGEST_LINE and line[-1] not in "\r\n":
            message = _("The line is longer than %(limit)d characters; is this a CSV file?")
            self._faults.add(self.number, "", message % {"limit": _LONGEST_LINE})
            raise StopIteration
        if not line.isascii() and _NOT_TEXT.search(line):
            self.unreadable = True
            message = _("The line is not text. Save the file as “CSV UTF-8”.")
            self._faults.add(self.number, "", message)
        return line

    def _next(self) -> str:
        self.number += 1
        return self._ahead.popleft() if self._ahead else self._text.readline(_LONGEST_LINE)


def _cells(line: str, sign: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(sign)]
