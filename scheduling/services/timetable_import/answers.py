"""What a person is asked about a file that can be read in more than one way, once for all of it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TypeVar

from scheduling.services.timetable_import.matching.lookalikes import People
from scheduling.services.timetable_import.reading.conventions import Dates, Times

Answer = TypeVar("Answer", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers so far; None where nobody was asked, or has not said yet."""

    dates: Dates | None = None
    times: Times | None = None
    people: People | None = None

    @classmethod
    def read(cls, values: Mapping[str, str | None]) -> "Answers":
        """Of options or of an address, where anything else counts as no answer."""
        return cls(
            _read(Dates, values.get("dates")),
            _read(Times, values.get("times")),
            _read(People, values.get("people")),
        )

    def given(self) -> dict[str, str]:
        """Each answer by its name, as ``read`` takes them."""
        found = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: answer.value for name, answer in found if answer is not None}


NOTHING_SAID = Answers()


def _read(kind: type[Answer], text: str | None) -> Answer | None:
    return kind(text) if text in set(kind) else None
