"""Occurrences of a weekly rule, compared with dateutil's RRULE and a search for instants."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.recurrence import candidate_days, day_in_week, occurrences, starts_in
from scheduling.domain.windows import WEEK, Window, week_number
from scheduling.tests.domain.oracles.rule_oracle import recurrence_set, valid
from scheduling.tests.domain.oracles.time_oracle import HARD_ZONES, expected_epoch
from scheduling.tests.domain.planning.builders import series

from .examples import examples

pytestmark = pytest.mark.one_database(name="sqlite")

DAYS = st.dates(date(2010, 6, 1), date(2030, 12, 31))
NEAR = st.integers(-60, 150).map(lambda n: timedelta(days=n))


@st.composite
def rules(draw):
    """Return a rule and a window close to its bounds and its anchor."""
    start = draw(DAYS)
    bound = st.none() | NEAR.map(lambda distance: start + distance)
    rule = series(
        weekday=draw(st.integers(1, 7)),
        start_time=time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 15, 30, 45]))),
        duration_minutes=draw(st.integers(1, 1440)),
        zone=draw(st.sampled_from(HARD_ZONES)),
        interval_weeks=draw(st.integers(1, 4)),
        anchor=start + draw(NEAR),
        first=draw(bound),
        last=draw(bound),
    )
    return rule, Window(start, start + timedelta(days=draw(st.integers(1, 120))))


@examples(150)
@given(rules())
def test_occurrences_are_recurrence_set_within_validity(case):
    rule, window = case
    got = occurrences(rule, window)
    dates = recurrence_set(rule, window.start, window.end)
    assert list(candidate_days(rule, window)) == dates
    assert list(got.days) == [day for day in dates if valid(rule, day)]
    assert list(got.weeks) == [week_number(day) for day in got.days]
    assert len(set(got.weeks)) == len(got.weeks)
    assert list(got.starts) == [expected_epoch(day, rule.start_time, rule.zone) for day in got.days]


@examples(100)
@given(rules())
def test_day_in_week_is_only_occurrence_of_week(case):
    rule, window = case
    for monday in window.weeks():
        dates = recurrence_set(rule, monday, monday + WEEK)
        dates = [day for day in dates if valid(rule, day)]
        found = day_in_week(rule, week_number(monday))
        assert ([] if found is None else [found]) == dates


@examples(100)
@given(rules(), st.data())
def test_starts_in_weeks_are_those_of_occurrences_or_none(case, data):
    rule, window = case
    weeks = [week_number(monday) for monday in window.weeks()]
    chosen = data.draw(st.lists(st.sampled_from(weeks), min_size=1, unique=True).map(sorted))
    days = [day_in_week(rule, week) for week in chosen]
    expected = None
    if None not in days:
        expected = tuple(expected_epoch(day, rule.start_time, rule.zone) for day in days)
    assert starts_in(rule, tuple(chosen)) == expected


@examples(50)
@given(rules(), st.integers(1, 119))
def test_adjacent_windows_have_occurrences_of_union(case, cut):
    rule, window = case
    middle = window.start + timedelta(days=cut)
    if middle not in window or middle == window.start:
        return
    whole = occurrences(rule, window)
    left = occurrences(rule, Window(window.start, middle))
    right = occurrences(rule, Window(middle, window.end))
    assert left.days + right.days == whole.days
    assert left.starts + right.starts == whole.starts
