"""The answers to the questions about an ambiguous file; each applies to the whole file."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TypeVar

from scheduling.services.timetable_import.matching.lookalikes import LookalikeAnswer
from scheduling.services.timetable_import.reading.conventions import DateOrder, TimeReading

Answer = TypeVar("Answer", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers so far. None: not asked or not answered yet."""

    dates: DateOrder | None = None
    times: TimeReading | None = None
    people: LookalikeAnswer | None = None

    @classmethod
    def from_values(cls, values: Mapping[str, str | None]) -> "Answers":
        """Read command options or URL parameters; unknown values count as no answer."""
        return cls(
            _parse(DateOrder, values.get("dates")),
            _parse(TimeReading, values.get("times")),
            _parse(LookalikeAnswer, values.get("people")),
        )

    def to_values(self) -> dict[str, str]:
        """Return the given answers by name, as ``from_values`` reads them."""
        answers = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: answer.value for name, answer in answers if answer is not None}


NO_ANSWERS = Answers()


def _parse(kind: type[Answer], text: str | None) -> Answer | None:
    return kind(text) if text in set(kind) else None
