"""What is wrong with a file: where, what, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

# A file with more is the wrong file; listing on would only exhaust the memory.
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Fault:
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


class Faults:
    """The faults of a file, told in the order of its lines."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(sorted(self._faults, key=lambda fault: fault.line or 0))

    @property
    def too_many(self) -> bool:
        """Whether there is no use in looking for more."""
        return len(self._faults) >= MOST

    def add(self, line: int | None, column: str, message: str) -> None:
        """Note a fault."""
        self._faults.append(Fault(line, column, message))


def shown(value: str) -> str:
    """``value`` as a message shows it: quoted, on one line, none of it invisible, not too long."""
    if len(value) > 60:
        value = value[:57] + "…"
    if not value.isprintable():
        value = "".join(
            sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in value
        )
    return f"“{value}”"
