"""The lessons of a period by week and outcome, for the chart of a statement."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek

from scheduling.domain.windows import WEEK, monday_of
from scheduling.models import ScheduledClass
from scheduling.selectors.studio import studio_zone

from .definitions import FIGURES, begins_within, counted

# The figures of a statement that each outcome adds up. Together they count each class once.
OUTCOMES = {
    "present": ("present",),
    "absent": ("excused", "unexcused"),
    "not_marked": ("not_marked",),
    "cancelled": ("cancelled_by_student", "cancelled_by_teacher", "cancelled_by_studio", "closed"),
}


class Week(NamedTuple):
    """A week at the studio by its Monday. A group lesson counts once for each student."""

    monday: date
    present: int
    absent: int
    not_marked: int
    cancelled: int


def weeks(first: date, last: date, now: datetime) -> list[Week]:
    """Return every week that these days touch, with its classes on these days."""
    rows = (
        ScheduledClass.objects.filter(begins_within(first, last) & counted(now))
        .order_by()
        .values_list(TruncWeek("starts_at", tzinfo=studio_zone()))
        .annotate(**{name: Count("pk", filter=_any(name, now)) for name in OUTCOMES})
    )
    found = {start.date(): counts for start, *counts in rows}
    nothing = [0] * len(OUTCOMES)
    count = (last - monday_of(first)) // WEEK + 1
    mondays = (monday_of(first) + n * WEEK for n in range(count))
    return [Week(monday, *found.get(monday, nothing)) for monday in mondays]


def _any(outcome: str, now: datetime) -> Q:
    condition = Q(pk__in=[])
    for name in OUTCOMES[outcome]:
        condition |= FIGURES[name].condition(now)
    return condition
