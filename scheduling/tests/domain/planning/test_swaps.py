"""Series that trade places, chains, and what happens when one of them cannot go."""

from datetime import timedelta

import pytest

from scheduling.domain.outcomes import Outcome

from .builders import clock, day, series
from .invariants import run_and_check

pytestmark = pytest.mark.one_database(name="sqlite")


def times(studio):
    """By series, the hour of its classes; the same in each week."""
    found = {}
    for row in studio.rows.values():
        if row.series and not row.is_cancelled:
            found.setdefault(row.series.id, set()).add(row.start_time.isoformat("minutes"))
    return {key: hours.pop() if len(hours) == 1 else hours for key, hours in found.items()}


def lessons(studio, *hours):
    """One series an hour, each of another student, all of teacher 1; their classes made."""
    rules = [series(n, student_id=n, start_time=hour) for n, hour in enumerate(hours, start=1)]
    studio.add(*rules)
    run_and_check(studio, studio.horizon())
    return [rule.key for rule in rules]


def go(studio, key, hour):
    studio.change(key, start_time=clock(hour))


def test_swap_of_two_series(studio):
    one, other = lessons(studio, "10:00", "11:00")
    go(studio, one, "11:00")
    go(studio, other, "10:00")
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.MOVED: 8}
    assert times(studio) == {1: "11:00", 2: "10:00"}


def test_swap_of_two_series_of_one_student_with_two_teachers(studio):
    studio.add(series(1), series(2, teacher_id=2, start_time="11:00"))
    run_and_check(studio, studio.horizon())
    studio.change(series(1).key, start_time=clock("11:00"))
    studio.change(series(2).key, start_time=clock("10:00"))
    assert run_and_check(studio, studio.horizon()).counts == {Outcome.MOVED: 8}


def test_swap_of_the_teachers_of_two_series(studio):
    one = studio.add(series(1), series(2, student_id=2, teacher_id=2))
    run_and_check(studio, studio.horizon())
    studio.change(one.key, teacher_id=2)
    studio.change(series(2).key, teacher_id=1)
    assert run_and_check(studio, studio.horizon()).counts == {Outcome.MOVED: 8}


def test_three_series_in_a_circle(studio):
    one, two, three = lessons(studio, "10:00", "11:00", "12:00")
    go(studio, one, "11:00")
    go(studio, two, "12:00")
    go(studio, three, "10:00")
    assert run_and_check(studio, studio.horizon()).counts == {Outcome.MOVED: 12}


def test_a_chain_moves_up_whatever_the_order_of_age(studio):
    for order in (["10:00", "11:00", "12:00"], ["12:00", "11:00", "10:00"]):
        studio.series.clear()
        studio.rows.clear()
        keys = lessons(studio, *order)
        for key in keys:
            hour = studio.series[key].start_time.hour
            go(studio, key, f"{hour + 1}:00")
        assert run_and_check(studio, studio.horizon()).counts == {Outcome.MOVED: 12}


def test_a_chain_whose_head_is_blocked_stays_altogether(studio):
    one, two, three = lessons(studio, "10:00", "11:00", "12:00")
    for week in range(4):
        studio.one_off(day("2026-03-16") + timedelta(weeks=week), clock("13:30"), student_id=8)
    go(studio, one, "11:00")
    go(studio, two, "12:00")
    go(studio, three, "13:00")
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.CONFLICT: 12}
    assert times(studio) == {1: "10:00", 2: "11:00", 3: "12:00"}
    assert {one.clash.booking.series and one.clash.booking.series.id for one in plan.conflicts} == {
        2,
        3,
        None,
    }


def test_a_swap_with_a_class_that_a_person_moved_is_a_conflict_that_week_alone(studio):
    one, other = lessons(studio, "10:00", "11:00")
    studio.note(studio.class_on(one, day("2026-03-23")).id)
    go(studio, one, "11:00")
    go(studio, other, "10:00")
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.MOVED: 6, Outcome.PROTECTED: 1, Outcome.CONFLICT: 1}
    (conflict,) = plan.conflicts
    assert conflict.planned.series.key == other
    assert conflict.planned.day == day("2026-03-23")


def test_an_older_series_in_conflict_does_not_keep_two_others_from_swapping(studio):
    older = series(0, student_id=9, start_time="10:30")
    one, other = lessons(studio, "10:00", "11:00")
    studio.add(older)
    assert run_and_check(studio, studio.horizon()).counts[Outcome.CONFLICT] == 4
    go(studio, one, "11:00")
    go(studio, other, "10:00")
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.MOVED: 8, Outcome.CONFLICT: 4}


def test_a_place_that_is_left_goes_to_the_older_of_two_that_want_it(studio):
    (leaving,) = lessons(studio, "10:00")
    go(studio, leaving, "14:00")
    studio.add(series(3, student_id=3), series(2, student_id=2))
    plan = run_and_check(studio, studio.horizon())
    assert {planned.series.id for planned in plan.creates} == {2}
    assert {one.planned.series.id for one in plan.conflicts} == {3}


def test_what_a_late_mover_leaves_is_given_away_in_the_same_run(studio):
    """9:30 is wanted by an older series, which loses either way: to 9:00 or to 10:00."""
    mover = lessons(studio, "09:00")[0]
    go(studio, mover, "10:00")
    studio.add(
        series(0, student_id=8, start_time="09:30"),
        series(3, student_id=9, start_time="08:30", duration_minutes=45),
    )
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.MOVED: 4, Outcome.CREATED: 4, Outcome.CONFLICT: 4}
    assert times(studio) == {1: "10:00", 3: "08:30"}


def test_a_shift_by_a_quarter_of_an_hour_is_not_in_its_own_way(studio):
    one, other = lessons(studio, "10:00", "11:00")
    go(studio, one, "10:15")
    go(studio, other, "11:15")
    assert run_and_check(studio, studio.horizon()).counts == {Outcome.MOVED: 8}


def test_a_new_subject_does_not_cost_a_class_its_place(studio):
    (lesson,) = lessons(studio, "10:00")
    studio.add(series(0, student_id=9))
    studio.change(lesson, subject="Cello")
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.MOVED: 4, Outcome.CONFLICT: 4}


def test_a_blocked_move_keeps_its_place_against_new_series(studio):
    one, _ = lessons(studio, "10:00", "11:00")
    go(studio, one, "10:30")
    studio.add(series(0, student_id=9, duration_minutes=30))
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.CONFLICT: 8, Outcome.EXISTS: 4}
    assert times(studio) == {1: "10:00", 2: "11:00"}
