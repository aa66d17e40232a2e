"""How many classes of this week stand and how many are missing, quickly in a studio of any size.

Only schedules without a row for the week are planned: few, once the week is generated.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.windows import Window, week_window
from scheduling.selectors.series import load_by_key
from scheduling.selectors.weekly import standing, unmade

from .planning import Context, plan_series

# Planning so many takes a tenth of a second.
MOST = 1_500
_MISSING = (Outcome.CREATED, Outcome.CONFLICT, Outcome.RESTORED)


@dataclass(frozen=True, slots=True)
class WeekCount:
    """``missing`` is None where too many schedules would have to be planned to know."""

    window: Window
    standing: int
    missing: int | None

    @property
    def expected(self) -> int:
        """How many classes the week is to have."""
        return self.standing + (self.missing or 0)


def count_week(today: date, now: datetime, most: int = MOST) -> WeekCount:
    """The week of ``today``: its classes from fixed schedules, and those that ought to be there."""
    window = week_window(today)
    there = standing(window.start)
    ids = list(unmade(window).values_list("id", flat=True)[: most + 1])
    if len(ids) > most:
        return WeekCount(window, there, None)
    return WeekCount(window, there, _missing(ids, window, now))


def _missing(ids: list[int], window: Window, now: datetime) -> int:
    kind = SeriesKind.FIXED_SCHEDULE
    series = load_by_key(SeriesKey(kind, pk) for pk in ids)
    if not series:
        return 0
    planned = plan_series(Context((kind,), window, Q()), series, now)
    return sum(planned.plan.counts[outcome] for outcome in _MISSING)
