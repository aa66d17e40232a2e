"""Which job makes an occurrence that is not stored yet, and when."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from scheduling.domain.series import SeriesKind
from scheduling.domain.windows import DAY, WEEK, monday_of
from scheduling.models import Job


@dataclass(frozen=True, slots=True)
class Due:
    """``job`` makes it, on the day ``on``; None: with its next run."""

    job: Job
    on: date | None = None

    @property
    def sentence(self) -> str:
        """In the current language, to follow a colon or a comma."""
        if self.on is not None:
            text = _("“%(job)s” makes it on %(on)s")
        elif self.job == Job.MISSING:
            text = _("its time has passed, so that only “%(job)s” makes it")
        else:
            text = _("the next run of “%(job)s” makes it")
        return text % {"job": self.job.label, "on": self.on}


def due(kind: SeriesKind, day: date, today: date, weeks: int) -> Due:
    """When the occurrence of a series of ``kind`` on ``day`` is made, as seen from ``today``.

    ``weeks`` is the length of the horizon.
    """
    if kind is SeriesKind.RECURRING_SLOT:
        if day < today:
            return Due(Job.MISSING)
        first = day - weeks * WEEK + DAY
        return Due(Job.HORIZON, first if first > today else None)
    monday, this_monday = monday_of(day), monday_of(today)
    if monday < this_monday:
        return Due(Job.MISSING)
    return Due(Job.WEEKLY, monday if monday > this_monday else None)
