"""Working hours: reading and writing them as text, uniting them, and lessons within them."""

import re
from datetime import date, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.working_hours import (
    WeeklyHours,
    WorkingHours,
    end_minute,
    hours_text,
    is_within,
    parse_hours,
    time_of,
    united,
)

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
INTERVALS = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(
    lambda one: one[0] < one[1]
)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", []),
        (" , ", []),
        ("9-13", [(540, 780)]),
        ("9:00–13:00, 15:00–20:30", [(540, 780), (900, 1230)]),
        ("15.00 - 20.30; 9h a 13h", [(540, 780), (900, 1230)]),
        ("9:00 to 10:00 and 10:00 to 11:00", [(540, 660)]),
        ("9 a 10 y 12 a 13", [(540, 600), (720, 780)]),
        ("0:00–24:00", [(0, 1440)]),
        ("22:00–00:00", [(1320, 1440)]),
        ("16h30–18h", [(990, 1080)]),
    ],
)
def test_hours_are_read_as_people_write_them(text, hours):
    assert parse_hours(text) == hours


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("mornings", "mornings"),
        ("9-13, x", "x"),
        ("13-9", "13-9"),
        ("9-9", "9-9"),
        ("9:60-10:00", "9:60-10:00"),
        ("9-25", "9-25"),
        ("24-24:30", "24-24:30"),
        ("9", "9"),
        ("-9-10", "-9-10"),
        ("9:0-10:00", "9:0-10:00"),
    ],
)
def test_anything_else_is_refused_with_the_part_at_fault(text, part):
    with pytest.raises(ValueError, match=f"^{re.escape(part)}$"):
        parse_hours(text)


@given(st.lists(INTERVALS, max_size=5))
def test_text_of_hours_is_read_back(intervals):
    hours = united(intervals)
    assert parse_hours(hours_text(hours)) == hours


@given(st.lists(INTERVALS, max_size=6))
def test_united_hours_have_the_same_minutes_and_do_not_touch(intervals):
    hours = united(intervals)
    minutes = {minute for start, end in intervals for minute in range(start, end)}
    assert {minute for start, end in hours for minute in range(start, end)} == minutes
    assert all(one[1] < other[0] for one, other in pairwise(hours))


@given(st.lists(INTERVALS, max_size=4), INTERVALS)
def test_a_lesson_is_within_hours_if_each_of_its_minutes_is(intervals, lesson):
    minutes = {minute for start, end in intervals for minute in range(start, end)}
    expected = all(minute in minutes for minute in range(*lesson))
    assert is_within(united(intervals), *lesson) is expected


def test_hours_are_valid_between_their_dates_both_included():
    hours = WorkingHours(
        (WeeklyHours(1, 540, 600, MONDAY, MONDAY), WeeklyHours(1, 600, 660, date(2026, 1, 12)))
    )
    assert hours.on(date(2025, 12, 29)) == []
    assert hours.on(MONDAY) == [(540, 600)]
    assert hours.on(TUESDAY) == []
    assert hours.on(date(2026, 1, 12)) == hours.on(date(2030, 1, 7)) == [(600, 660)]


def test_hours_without_rows_are_unknown_and_expired_ones_are_not():
    assert not WorkingHours().is_known
    expired = WorkingHours((WeeklyHours(1, 540, 600, None, date(2000, 1, 1)),))
    assert expired.is_known
    assert expired.on(MONDAY) == []


def test_a_lesson_past_midnight_needs_the_hours_of_both_days():
    evening = WeeklyHours(1, 1320, 1440)
    assert not WorkingHours((evening,)).contain(MONDAY, 1380, 1500)
    assert WorkingHours((evening, WeeklyHours(2, 0, 60))).contain(MONDAY, 1380, 1500)
    assert not WorkingHours((evening, WeeklyHours(2, 0, 59))).contain(MONDAY, 1380, 1500)
    assert not WorkingHours((WeeklyHours(2, 0, 60),)).contain(MONDAY, 1380, 1500)


def test_midnight_is_the_end_of_a_day():
    assert (end_minute(time()), end_minute(time(0, 1))) == (1440, 1)
    assert (time_of(1440), time_of(61)) == (time(), time(1, 1))
