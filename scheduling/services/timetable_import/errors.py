"""What is wrong with a file: where, what, and what to do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# A file with more is the wrong file; listing on would only exhaust the memory.
MOST = 100_000
# Of one kind: more of them would hide the others.
MOST_PLACES = 5


@dataclass(frozen=True, slots=True)
class ImportFault:
    """One fault. ``line`` counts from 1 and is None, ``column`` empty, where there is none."""

    line: int | None
    column: str
    message: str

    def sentence(self, file: str) -> str:
        """The fault as one line of text."""
        place = file
        if self.line is not None:
            place = _("%(place)s, line %(line)d") % {"place": place, "line": self.line}
        if self.column:
            place = _("%(place)s, column %(column)s") % {"place": place, "column": self.column}
        return f"{place}: {self.message}"


@dataclass(slots=True)
class FaultKind:
    """The same fault in one place or more; ``lines`` are those places, as in ``ImportFault``."""

    column: str
    message: str
    lines: list[int | None] = field(default_factory=list)

    @property
    def places(self) -> str:
        """Where it is, as ``places_of`` has it."""
        return places_of(self.lines)

    def sentence(self, file: str) -> str:
        """The fault as one line of text."""
        if len(self.lines) == 1:
            return ImportFault(self.lines[0], self.column, self.message).sentence(file)
        place = _("%(place)s, lines %(lines)s") % {"place": file, "lines": self.places}
        return ImportFault(None, self.column, self.message).sentence(place)


def places_of(lines: Sequence[int | None]) -> str:
    """The first lines, and how many more there are; empty where a fault has no line."""
    text = ", ".join(str(line) for line in lines[:MOST_PLACES] if line is not None)
    more = len(lines) - MOST_PLACES
    if more <= 0:
        return text
    rest = ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}
    return f"{text} {rest}"


def kinds_of(faults: Iterable[ImportFault]) -> list[FaultKind]:
    """The faults with equal ones brought together, each where the first of its kind is."""
    kinds: dict[tuple[str, str], FaultKind] = {}
    for fault in faults:
        known = kinds.setdefault(
            (fault.column, fault.message), FaultKind(fault.column, fault.message)
        )
        known.lines.append(fault.line)
    return list(kinds.values())


class ImportFaults:
    """The faults of a file, told in the order of its lines."""

    def __init__(self) -> None:
        self._faults: list[ImportFault] = []

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[ImportFault]:
        return iter(sorted(self._faults, key=lambda fault: fault.line or 0))

    @property
    def too_many(self) -> bool:
        """Whether there is no use in looking for more."""
        return len(self._faults) >= MOST

    def give_up(self, line: int) -> None:
        """Note that the file was not read beyond ``line``, as there are too many."""
        message = _("There are too many faults; the file was not read beyond this line.")
        self.add(line, "", message)

    def add(self, line: int | None, column: str, message: str) -> None:
        """Note a fault."""
        self._faults.append(ImportFault(line, column, message))


def shown(value: str) -> str:
    """``value`` as a message shows it: quoted, on one line, none of it invisible, not too long."""
    if len(value) > 60:
        value = value[:57] + "…"
    if not value.isprintable():
        value = "".join(
            sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in value
        )
    return f"“{value}”"
