"""The faults of an imported file: the place, the problem and the remedy."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# A file with more is the wrong file; a longer list would only exhaust the memory.
MAX_FAULTS = 100_000
# Per kind of fault; more of them would hide the others.
MAX_LINES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ImportFault:
    """One fault. ``line`` counts from 1; None: no line. ``column`` is empty without a column."""

    line: int | None
    column: str
    message: str

    def sentence(self, file: str) -> str:
        """Return the fault as one line of text."""
        place = file
        if self.line is not None:
            place = _("%(place)s, line %(line)d") % {"place": place, "line": self.line}
        if self.column:
            place = _("%(place)s, column %(column)s") % {"place": place, "column": self.column}
        return f"{place}: {self.message}"


@dataclass(slots=True)
class FaultGroup:
    """The same fault on one or more lines; ``lines`` are those of ``ImportFault``."""

    column: str
    message: str
    lines: list[int | None] = field(default_factory=list)

    @property
    def places(self) -> str:
        """The lines as text, shortened by ``list_lines``."""
        return list_lines(self.lines)

    def sentence(self, file: str) -> str:
        """Return the faults as one line of text."""
        if len(self.lines) == 1:
            return ImportFault(self.lines[0], self.column, self.message).sentence(file)
        place = _("%(place)s, lines %(lines)s") % {"place": file, "lines": self.places}
        return ImportFault(None, self.column, self.message).sentence(place)


def list_lines(lines: Sequence[int | None]) -> str:
    """Return the first line numbers and the count of the rest; empty for a fault without a line."""
    text = ", ".join(str(line) for line in lines[:MAX_LINES_SHOWN] if line is not None)
    more = len(lines) - MAX_LINES_SHOWN
    if more <= 0:
        return text
    rest = ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}
    return f"{text} {rest}"


def group_faults(faults: Iterable[ImportFault]) -> list[FaultGroup]:
    """Group equal faults, in the order of the first fault of each group."""
    groups: dict[tuple[str, str], FaultGroup] = {}
    for fault in faults:
        group = groups.setdefault(
            (fault.column, fault.message), FaultGroup(fault.column, fault.message)
        )
        group.lines.append(fault.line)
    return list(groups.values())


class ImportFaults:
    """The faults of a file; iterates in the order of its lines."""

    def __init__(self) -> None:
        self._faults: list[ImportFault] = []

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[ImportFault]:
        return iter(sorted(self._faults, key=lambda fault: fault.line or 0))

    @property
    def too_many(self) -> bool:
        """True once the search for faults should stop."""
        return len(self._faults) >= MAX_FAULTS

    def give_up(self, line: int) -> None:
        """Add the fault that there are too many, so that the file is not read beyond ``line``."""
        message = _("There are too many faults; the file was not read beyond this line.")
        self.add(line, "", message)

    def add(self, line: int | None, column: str, message: str) -> None:
        """Add a fault."""
        self._faults.append(ImportFault(line, column, message))


def quoted(value: str) -> str:
    """Quote ``value`` for a message: one line, at most 60 characters, invisible ones escaped."""
    if len(value) > 60:
        value = value[:57] + "…"
    if not value.isprintable():
        value = "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode() for char in value
        )
    return f"“{value}”"
