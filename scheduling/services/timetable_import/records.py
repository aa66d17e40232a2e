"""A CSV file as records of text, each with the line on which it begins."""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from .faults import Faults

# Without a limit a file that has no line breaks would be read into memory as a whole.
_LONGEST_LINE = 1 << 20
# What "surrogateescape" makes of bytes that are no UTF-8.
_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_BLANK = frozenset(("\n", "\r\n", "\r"))

Record = tuple[int, list[str]]


def records(source: BinaryIO, faults: Faults) -> Iterator[Record]:
    """The records of ``source``, blank ones left out; those that can't be read are faults."""
    # newline="": csv itself decides what a line break within quotation marks means
    text = io.TextIOWrapper(source, "utf-8-sig", errors="surrogateescape", newline="")
    lines = _Lines(text, faults)
    # strict: a quotation mark out of place is a fault, not a guess
    reader = csv.reader(lines, strict=True)
    try:
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
    message = _("There are too many faults; the file was not read beyond this line.")
    faults.add(lines.number, "", message)


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
        self.number = 0
        self.record = 0
        self.unreadable = False

    def begin_record(self) -> None:
        """The next line that isn't blank is the first of a record."""
        self.record = 0
        self.unreadable = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        read = self._text.readline
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
