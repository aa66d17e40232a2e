"""Predicts which job creates an occurrence that is not stored yet, and on which day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from scheduling.domain.series import SeriesKind
from scheduling.domain.windows import DAY, WEEK, monday_of
from scheduling.models import Job
from scheduling.text.dates import coming_day


@dataclass(frozen=True, slots=True)
class ExpectedCreation:
    """``job`` creates the occurrence on the day ``on``; if that is None, with its next run."""

    job: Job
    today: date
    on: date | None = None

    @property
    def sentence(self) -> str:
        """The text in the current language, to be placed after a colon or a comma."""
        if self.on is not None:
            text = _("created automatically on %(day)s")
            return text % {"day": coming_day(self.on, self.today)}
        if self.job == Job.MISSING:
            return _("its time has passed, so it is not created automatically")
        return _("created with the next run")


def expected_creation(
    kind: SeriesKind, day: date, today: date, weeks: int, calls: Callable[[Job], bool]
) -> ExpectedCreation:
    """Return the expected creation of the occurrence on ``day`` of a series of ``kind``.

    ``weeks`` is the length of the horizon. ``calls`` (``Callers.starts``) returns True if something
    starts the job automatically; otherwise no day is given.
    """
    if kind is SeriesKind.RECURRING_SLOT:
        if day < today:
            return ExpectedCreation(Job.MISSING, today)
        first = day - weeks * WEEK + DAY
        return ExpectedCreation(
            Job.HORIZON, today, first if first > today and calls(Job.HORIZON) else None
        )
    monday, this_monday = monday_of(day), monday_of(today)
    if monday < this_monday:
        return ExpectedCreation(Job.MISSING, today)
    has_day = monday > this_monday and calls(Job.WEEKLY)
    return ExpectedCreation(Job.WEEKLY, today, monday if has_day else None)
