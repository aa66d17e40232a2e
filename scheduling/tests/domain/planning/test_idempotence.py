"""The same run twice; and what the next run makes good."""

from datetime import timedelta

import pytest

from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import catch_up_start, horizon_window, monday_of

from .builders import FIXED, day, series, window

pytestmark = pytest.mark.one_database(name="sqlite")


def test_twice(studio, slot):
    again = studio.run()
    assert again.changes_nothing
    assert again.counts == {Outcome.EXISTS: 4}


def test_one_day_on_nothing_is_new_until_the_weekday_comes(studio, slot):
    created = []
    for _ in range(6):  # Thursday to Tuesday
        studio.now += timedelta(days=1)
        created.append([planned.day.isoformat() for planned in studio.run().creates])
    assert created == [[], [], [], [], [], ["2026-04-13"]]


def test_a_deleted_row_is_made_again(studio, slot):
    lost = studio.class_on(slot, day("2026-03-23"))
    studio.write({lost.id: None})
    assert [planned.day for planned in studio.run().creates] == [day("2026-03-23")]


def test_weekly_job_on_a_wednesday_makes_the_whole_week(studio):
    studio.add(series(1, kind=FIXED), series(2, kind=FIXED, weekday=5, student_id=2))
    created = studio.run(studio.week()).creates
    assert [planned.day for planned in created] == [day("2026-03-09"), day("2026-03-13")]


def test_a_missed_monday_is_made_up_for(studio):
    studio.add(series(1, kind=FIXED))
    this_week = studio.week()
    missed = catch_up_start(this_week.start, monday_of(day("2026-02-25")))
    created = studio.run(this_week.starting(missed)).creates
    assert [planned.day for planned in created] == [day("2026-03-02"), day("2026-03-09")]


def test_cron_at_sunday_23_30_utc_and_again_on_monday(studio):
    """In Kiritimati it is Monday already: one run is of the old week, the other of the new."""
    studio.add(series(1, zone="Pacific/Kiritimati"))
    studio.run(window("2026-03-09", "2026-03-15"))
    studio.run(window("2026-03-16", "2026-03-22"))
    assert studio.run(window("2026-03-09", "2026-03-22")).changes_nothing
    assert studio.calendar() == ["2026-03-09 10:00", "2026-03-16 10:00"]


def test_horizon_shortened_removes_nothing(studio, slot):
    plan = studio.run(horizon_window(studio.today, 1))
    assert plan.changes_nothing
    assert plan.counts == {Outcome.EXISTS: 1}
    assert len(studio.calendar(slot)) == 4


def test_week_and_horizon_agree_on_the_classes_they_share(studio):
    studio.add(series(1, weekday=5))
    studio.run(studio.week())
    plan = studio.run(studio.horizon())
    assert plan.counts == {Outcome.EXISTS: 1, Outcome.CREATED: 3}


def test_a_week_over_two_years_has_one_class(studio):
    studio.add(series(1, weekday=5))
    studio.run(window("2026-12-28", "2026-12-31"))
    studio.run(window("2026-12-28", "2027-01-03"))
    studio.run(window("2027-01-01", "2027-01-10"))
    assert studio.calendar() == ["2027-01-01 10:00", "2027-01-08 10:00"]


def test_a_class_that_moved_to_another_weekday_is_the_same_week_for_a_window_that_begins_later(
    studio,
):
    """The window begins on Wednesday; Monday's class, past, fulfils the week."""
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
