"""Repeated runs, missed runs and overlapping windows."""

from datetime import timedelta

import pytest

from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import catch_up_start, horizon_window, monday_of

from .builders import FIXED, day, series, window

pytestmark = pytest.mark.one_database(name="sqlite")


def test_second_run_changes_nothing(studio, slot):
    again = studio.run()
    assert again.changes_nothing
    assert again.counts == {Outcome.EXISTS: 4}


def test_daily_runs_create_one_class_a_week(studio, slot):
    created = []
    for _ in range(6):  # Thursday to Tuesday
        studio.now += timedelta(days=1)
        created.append([planned.day.isoformat() for planned in studio.run().creates])
    assert created == [[], [], [], [], [], ["2026-04-13"]]


def test_deleted_row_is_created_again(studio, slot):
    lost = studio.class_on(slot, day("2026-03-23"))
    studio.write({lost.id: None})
    assert [planned.day for planned in studio.run().creates] == [day("2026-03-23")]


def test_weekly_job_on_wednesday_creates_whole_week(studio):
    studio.add(series(1, kind=FIXED), series(2, kind=FIXED, weekday=5, student_id=2))
    created = studio.run(studio.week()).creates
    assert [planned.day for planned in created] == [day("2026-03-09"), day("2026-03-13")]


def test_missed_monday_is_caught_up(studio):
    studio.add(series(1, kind=FIXED))
    this_week = studio.week()
    missed = catch_up_start(this_week.start, monday_of(day("2026-02-25")))
    created = studio.run(this_week.starting(missed)).creates
    assert [planned.day for planned in created] == [day("2026-03-02"), day("2026-03-09")]


def test_runs_on_sunday_and_monday_create_their_own_weeks(studio):
    """It is Monday in Kiritimati: one run is for the old week, the other for the new one."""
    studio.add(series(1, zone="Pacific/Kiritimati"))
    studio.run(window("2026-03-09", "2026-03-15"))
    studio.run(window("2026-03-16", "2026-03-22"))
    assert studio.run(window("2026-03-09", "2026-03-22")).changes_nothing
    assert studio.calendar() == ["2026-03-09 10:00", "2026-03-16 10:00"]


def test_shorter_horizon_removes_nothing(studio, slot):
    plan = studio.run(horizon_window(studio.today, 1))
    assert plan.changes_nothing
    assert plan.counts == {Outcome.EXISTS: 1}
    assert len(studio.calendar(slot)) == 4


def test_week_and_horizon_share_classes(studio):
    studio.add(series(1, weekday=5))
    studio.run(studio.week())
    plan = studio.run(studio.horizon())
    assert plan.counts == {Outcome.EXISTS: 1, Outcome.CREATED: 3}


def test_week_over_two_years_has_one_class(studio):
    studio.add(series(1, weekday=5))
    studio.run(window("2026-12-28", "2026-12-31"))
    studio.run(window("2026-12-28", "2027-01-03"))
    studio.run(window("2027-01-01", "2027-01-10"))
    assert studio.calendar() == ["2027-01-01 10:00", "2027-01-08 10:00"]


def test_past_class_fulfils_week_of_later_window(
    studio,
):
    """The window begins on Wednesday; the past class of Monday fulfils the week."""
    rule = studio.add(series(1))
    studio.run(studio.week())
    studio.change(rule.key, weekday=5)
    assert studio.run(studio.week()).changes_nothing
    plan = studio.run(studio.horizon(weeks=1))
    assert plan.changes_nothing
    assert plan.counts == {Outcome.EXISTS: 1}
    assert studio.calendar() == ["2026-03-09 10:00"]


def test_missing_classes_are_created_in_the_past(studio):
    studio.add(series(1, first="2026-02-20"))
    created = studio.run(window("2026-02-20", "2026-03-11")).creates
    assert [planned.day for planned in created] == [
        day("2026-02-23"),
        day("2026-03-02"),
        day("2026-03-09"),
    ]
