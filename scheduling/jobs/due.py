"""Which job makes an occurrence that is not stored yet, and when."""

from dataclasses import dataclass
from datetime import date

from scheduling.domain.series import SeriesKind
from scheduling.domain.windows import DAY, WEEK, monday_of
from scheduling.models import Job


@dataclass(frozen=True, slots=True)
class Due:
    """``job`` makes it, from the day ``on`` on; None: with its next run.

    No ``job``: none makes it any more.
    """

    job: Job | None
    on: date | None = None


def due(kind: SeriesKind, day: date, today: date, weeks: int) -> Due:
    """When the occurrence of a series of ``kind`` on ``day`` is made, as seen from ``today``.

    ``weeks`` is the length of the horizon.
    """
    if kind is SeriesKind.RECURRING_SLOT:
        if day < today:
            return Due(None)
        first = day - weeks * WEEK + DAY
        return Due(Job.HORIZON, first if first > today else None)
    monday, this_monday = monday_of(day), monday_of(today)
    if monday < this_monday:
        return Due(Job.MISSING)
    return Due(Job.WEEKLY, monday if monday > this_monday else None)
