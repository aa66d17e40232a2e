"""A CSV file as records of text, each with the line on which it begins."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from django.utils.translation import gettext as _

from .faults import Faults

# Without a limit a file that has no line breaks would be read into memory as a whole.
_LONGEST_LINE = 1 << 20
# What "surrogateescape" makes of bytes that are no UTF-8.
_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_BLANK = frozenset(("\n", "\r\n", "\r"))
# How a workbook begins (XLSX and ODS are archives; XLS), and text of two bytes a character.
_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# The one that the header has most of, for none of them is part of a column's name.
_SEPARATORS = ",;\t"

Record = tuple[int, list[str]]


def records(source: BinaryIO, faults: Faults) -> Iterator[Record]:
    """The records of ``source``, blank ones left out; those that can't be read are faults."""
    ahead = io.BufferedReader(cast(Any, source))
    try:
        unusable = _what_else_it_is(ahead.peek(4)[:4])
        if unusable:
            faults.add(1, "", unusable)
        else:
            yield from _records_of_text(ahead, faults)
    finally:
        ahead.detach()  # the file belongs to the caller, who closes it


def _records_of_text(source: BinaryIO, faults: Faults) -> Iterator[Record]:
    # newline="": csv itself decides what a line break within quotation marks means
    text = io.TextIOWrapper(source, "utf-8-sig", errors="surrogateescape", newline="")
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
        text.detach()
    message = _("There are too many faults; the file was not read beyond this line.")
    faults.add(lines.number, "", message)


def _what_else_it_is(beginning: bytes) -> str:
    if beginning.startswith(_WORKBOOK):
        return _("This is a spreadsheet, not a CSV file. Save it as “CSV UTF-8” and import that.")
    if beginning.startswith(_UTF_16) or b"\0" in beginning:
        return _("The file is not UTF-8 text. Save it as “CSV UTF-8” and import that.")
    return ""


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
    """The lines of a file for the csv reader, counted, and those noted that are no UTF-8."""

    def __init__(self, text: io.TextIOWrapper, faults: Faults) -> None:
        self._text = text
        self._faults = faults
        self._ahead: str | None = None
        self.number = 0
        self.record = 0
        self.unreadable = False

    def separator(self) -> str:
        """What stands between cells: spreadsheets of many countries write semicolons.

        To be called first: it reads up to the header, which comes again as the next line.
        """
        line = self._text.readline(_LONGEST_LINE)
        while line in _BLANK:
            line = self._text.readline(_LONGEST_LINE)
            self.number += 1
        self._ahead = line
        return max(_SEPARATORS, key=line.count)

    def begin_record(self) -> None:
        """The next line that isn't blank is the first of a record."""
        self.record = 0
        self.unreadable = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        read = self._text.readline
        line, self._ahead = self._ahead, None
        if line is None:
            line = read(_LONGEST_LINE)
        self.number += 1
        if not self.record:
            while line in _BLANK:
                line = read(_LONGEST_LINE)
                self.number += 1
            self.record = self.number
        if not line:
            raise StopIteration
        if len(line) == _LONGEST_LINE and line[-1] not in "\r\n":
            message = _("The line is longer than %(limit)d characters; is this a CSV file?")
            self._faults.add(self.number, "", message % {"limit": _LONGEST_LINE})
            raise StopIteration
        if not line.isascii() and _NOT_UTF8.search(line):
            self.unreadable = True
            message = _("The line is not UTF-8 text. Save the file as “CSV UTF-8”.")
            self._faults.add(self.number, "", message)
        return line
