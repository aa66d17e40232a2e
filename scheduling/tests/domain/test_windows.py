"""Windows of a week, of the horizon and since a start, compared with datetime's ISO calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.wallclock import zone_of
from scheduling.domain.windows import (
    DAY,
    FIRST_DATE,
    LAST_DATE,
    WEEK,
    Window,
    catch_up_start,
    horizon_window,
    monday_of,
    monday_of_number,
    since_window,
    week_number,
    week_window,
)

from .examples import examples

pytestmark = pytest.mark.one_database(name="sqlite")

DAYS = st.dates(FIRST_DATE, LAST_DATE)


@examples(300)
@given(DAYS)
def test_monday_is_first_day_of_iso_week(day):
    monday = monday_of(day)
    assert monday.isocalendar()[:2] == day.isocalendar()[:2]
    assert monday.isoweekday() == 1
    assert 0 <= (day - monday).days < 7


@examples(300)
@given(DAYS, DAYS)
def test_week_numbers_count_iso_weeks(day, other):
    same = day.isocalendar()[:2] == other.isocalendar()[:2]
    assert (week_number(day) == week_number(other)) == same
    weeks_between = (monday_of(other) - monday_of(day)) // WEEK
    assert week_number(other) - week_number(day) == weeks_between
    assert monday_of_number(week_number(day)) == monday_of(day)


@examples(200)
@given(DAYS, st.integers(1, 800))
def test_window_contains_start_but_not_end(start, length):
    window = Window(start, start + length * DAY)
    assert window.days == length
    contained = [start + n * DAY for n in range(-1, length + 1) if start + n * DAY in window]
    assert contained == [start + n * DAY for n in range(length)]
    assert window.last == contained[-1]
    assert list(window.weeks()) == sorted({monday_of(day) for day in contained})


@examples(100)
@given(DAYS, st.integers(1, 104))
def test_horizon_has_each_weekday_once_a_week(today, weeks):
    window = horizon_window(today, weeks)
    count = [0] * 8
    for n in range(window.days):
        count[(window.start + n * DAY).isoweekday()] += 1
    assert count[1:] == [weeks] * 7
    assert window.start == today


def test_2027_01_01_is_in_2026_w53_and_2027_01_04_in_2027_w01():
    assert week_window(date(2027, 1, 1)) == Window(date(2026, 12, 28), date(2027, 1, 4))
    assert week_window(date(2027, 1, 3)) == week_window(date(2026, 12, 28))
    assert week_window(date(2027, 1, 4)) == Window(date(2027, 1, 4), date(2027, 1, 11))
    assert week_number(date(2027, 1, 4)) == week_number(date(2027, 1, 1)) + 1


def test_week_over_two_years_is_one_week():
    assert list(week_window(date(2026, 1, 1)).weeks()) == [date(2025, 12, 29)]
    assert date(2025, 12, 31) in week_window(date(2026, 1, 1))


def test_sunday_ends_the_week():
    assert week_window(date(2026, 3, 29)).last == date(2026, 3, 29)
    assert week_window(date(2026, 3, 30)).start == date(2026, 3, 30)


def test_week_window_on_wednesday_is_whole_week():
    assert week_window(date(2026, 3, 11)) == Window(date(2026, 3, 9), date(2026, 3, 16))


def test_horizon_includes_its_last_day():
    window = horizon_window(date(2026, 3, 11), 12)
    assert window.last == date(2026, 6, 2)
    assert date(2026, 6, 3) not in window


@pytest.mark.parametrize(
    ("zone", "monday"),
    [
        ("UTC", date(2026, 3, 2)),
        ("Europe/Madrid", date(2026, 3, 9)),
        ("Pacific/Kiritimati", date(2026, 3, 9)),
        ("Pacific/Pago_Pago", date(2026, 3, 2)),
    ],
)
def test_sunday_23_30_utc_is_in_week_of_studio_zone(zone, monday):
    moment = datetime(2026, 3, 8, 23, 30, tzinfo=UTC)
    today = moment.astimezone(zone_of(zone)).date()
    assert week_window(today).start == monday


def test_29_february_is_in_windows():
    assert date(2028, 2, 29) in week_window(date(2028, 3, 1))
    assert since_window(date(2028, 2, 29), date(2028, 3, 1)).days == 2


@pytest.mark.parametrize("days", [0, -1])
def test_empty_window_is_refused(days):
    with pytest.raises(ValueError, match="at least one day"):
        Window(date(2026, 3, 9), date(2026, 3, 9) + timedelta(days=days))


def test_text_is_in_no_window():
    assert "2026-03-09" not in week_window(date(2026, 3, 9))


def test_starting_replaces_start_of_window():
    window = week_window(date(2026, 3, 11))
    assert window.starting(date(2026, 3, 11)) == Window(date(2026, 3, 11), window.end)


def test_since_window_includes_start_and_today():
    today = date(2026, 3, 11)
    assert since_window(date(2026, 3, 1), today) == Window(date(2026, 3, 1), date(2026, 3, 12))
    assert since_window(date(2026, 4, 1), today) == Window(today, date(2026, 3, 12))


class TestCatchUp:
    current = date(2026, 3, 9)

    def test_first_run_has_no_catch_up(self):
        assert catch_up_start(self.current, None) == self.current

    @pytest.mark.parametrize("weeks_ago", [0, 1])
    def test_catch_up_is_empty_after_last_week(self, weeks_ago):
        assert catch_up_start(self.current, self.current - weeks_ago * WEEK) == self.current

    def test_missed_week_is_caught_up(self):
        last = self.current - 2 * WEEK
        assert catch_up_start(self.current, last) == self.current - WEEK

    def test_catch_up_is_limited_to_four_weeks(self):
        assert catch_up_start(self.current, self.current - 5 * WEEK) == self.current - 4 * WEEK
        assert catch_up_start(self.current, self.current - 50 * WEEK) == self.current - 4 * WEEK

    def test_run_of_later_week_needs_no_catch_up(self):
        assert catch_up_start(self.current, self.current + WEEK) == self.current
