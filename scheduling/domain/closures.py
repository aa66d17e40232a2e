"""Closures: dates without classes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .series import SeriesKey


@dataclass(frozen=True, slots=True)
class Closure:
    """The dates from ``first`` to ``last``, included: for everyone, a teacher or a student.

    With a ``series`` it is a pause of that one series of the student.
    """

    id: int
    name: str
    first: date
    last: date
    teacher_id: int | None = None
    student_id: int | None = None
    series: SeriesKey | None = None


class ClosureCalendar:
    """The closures of a run by person.

    If several cover a date, the one that was entered first counts.
    """

    def __init__(self, closures: Iterable[Closure]) -> None:
        self._all: list[Closure] = []
        self._teacher: defaultdict[int, list[Closure]] = defaultdict(list)
        self._student: defaultdict[int, list[Closure]] = defaultdict(list)
        self._series: defaultdict[SeriesKey, list[Closure]] = defaultdict(list)
        for closure in sorted(closures, key=lambda closure: closure.id):
            if closure.teacher_id is not None:
                self._teacher[closure.teacher_id].append(closure)
            elif closure.series is not None:
                self._series[closure.series].append(closure)
            elif closure.student_id is not None:
                self._student[closure.student_id].append(closure)
            else:
                self._all.append(closure)

    def concerning(
        self, teacher_id: int | None, student_id: int | None, series: SeriesKey | None = None
    ) -> list[Closure]:
        """Return the closures that may apply to classes of these two people.

        Pauses of a series are included only for ``series``.
        """
        found = self._all
        if teacher_id is not None and teacher_id in self._teacher:
            found = found + self._teacher[teacher_id]
        if student_id is not None and student_id in self._student:
            found = found + self._student[student_id]
        if series is not None and series in self._series:
            found = found + self._series[series]
        return found if found is self._all else sorted(found, key=lambda closure: closure.id)


def covering(closures: Iterable[Closure], day: date) -> Closure | None:
    """Return the first of ``closures`` that covers ``day``."""
    for closure in closures:
        if closure.first <= day <= closure.last:
            return closure
    return None
