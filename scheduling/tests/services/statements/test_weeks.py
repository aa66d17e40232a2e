"""The weeks of a statement add up to its totals."""

from zoneinfo import ZoneInfo

import pytest

from scheduling.domain.windows import WEEK, monday_of
from scheduling.models import ScheduledClass
from scheduling.models.studio import studio
from scheduling.services.statements.statement import statement
from scheduling.services.statements.weeks import OUTCOMES, weeks

from . import oracle

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(3, 30))]
)
def test_weeks_add_up_to_totals(seed):
    now = oracle.populate(seed)
    found = weeks(oracle.FIRST, oracle.LAST, now)
    mondays = [week.monday for week in found]
    assert mondays == [monday_of(oracle.FIRST) + n * WEEK for n in range(len(found))]
    assert mondays[-1] == monday_of(oracle.LAST)
    # Each class of a student counts once, so the totals of a statement by student.
    totals = statement(oracle.FIRST, oracle.LAST, "student", now).totals
    for outcome, figures in OUTCOMES.items():
        expected = sum(getattr(totals, figure) for figure in figures)
        assert sum(getattr(week, outcome) for week in found) == expected, outcome
    zone = ZoneInfo(studio().time_zone)
    begins = [
        row.starts_at.astimezone(zone).date()
        for row in ScheduledClass.objects.all()
        if oracle.is_given(row, now)
    ]
    for week in found:
        here = [
            day
            for day in begins
            if monday_of(day) == week.monday and oracle.FIRST <= day <= oracle.LAST
        ]
        assert week.present + week.absent + week.not_marked == len(here)
