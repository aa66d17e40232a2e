"""Series that swap times, chains of moves, and blocked moves."""

from datetime import timedelta

import pytest

from scheduling.domain.outcomes import Outcome
from scheduling.tests.domain.planning.properties.invariants import run_and_check

from .builders import clock, day, series

pytestmark = pytest.mark.one_database(name="sqlite")


def times(studio):
    """Return the start of the classes by series."""
    found = {}
    for row in studio.rows.values():
        if row.series and not row.is_cancelled:
            found.setdefault(row.series.id, set()).add(row.start_time.isoformat("minutes"))
    return {key: hours.pop() if len(hours) == 1 else hours for key, hours in found.items()}


def create_series(studio, *hours):
    """Create a series of teacher 1 and its classes for each hour, each with another student."""
    rules = [series(n, student_id=n, start_time=hour) for n, hour in enumerate(hours, start=1)]
    studio.add(*rules)
    run_and_check(studio, studio.horizon())
    return [rule.key for rule in rules]


def set_start(studio, key, hour):
    studio.change(key, start_time=clock(hour))


def test_two_series_can_swap_hours(studio):
    first, second = create_series(studio, "10:00", "11:00")
    set_start(studio, first, "11:00")
    set_start(studio, second, "10:00")
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.MOVED: 8}
    assert times(studio) == {1: "11:00", 2: "10:00"}


def test_series_of_one_student_can_swap_hours(studio):
    studio.add(series(1), series(2, teacher_id=2, start_time="11:00"))
    run_and_check(studio, studio.horizon())
    studio.change(series(1).key, start_time=clock("11:00"))
    studio.change(series(2).key, start_time=clock("10:00"))
    assert run_and_check(studio, studio.horizon()).counts == {Outcome.MOVED: 8}


def test_two_series_can_swap_teachers(studio):
    first = studio.add(series(1), series(2, student_id=2, teacher_id=2))
    run_and_check(studio, studio.horizon())
    studio.change(first.key, teacher_id=2)
    studio.change(series(2).key, teacher_id=1)
    assert run_and_check(studio, studio.horizon()).counts == {Outcome.MOVED: 8}


def test_three_series_can_rotate(studio):
    first, second, third = create_series(studio, "10:00", "11:00", "12:00")
    set_start(studio, first, "11:00")
    set_start(studio, second, "12:00")
    set_start(studio, third, "10:00")
    assert run_and_check(studio, studio.horizon()).counts == {Outcome.MOVED: 12}


def test_chain_of_moves_does_not_depend_on_age(studio):
    for order in (["10:00", "11:00", "12:00"], ["12:00", "11:00", "10:00"]):
        studio.series.clear()
        studio.rows.clear()
        keys = create_series(studio, *order)
        for key in keys:
            hour = studio.series[key].start_time.hour
            set_start(studio, key, f"{hour + 1}:00")
        assert run_and_check(studio, studio.horizon()).counts == {Outcome.MOVED: 12}


def test_blocked_chain_is_kept(studio):
    first, second, third = create_series(studio, "10:00", "11:00", "12:00")
    for week in range(4):
        studio.one_off(day("2026-03-16") + timedelta(weeks=week), clock("13:30"), student_id=8)
    set_start(studio, first, "11:00")
    set_start(studio, second, "12:00")
    set_start(studio, third, "13:00")
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.CONFLICT: 12}
    assert times(studio) == {1: "10:00", 2: "11:00", 3: "12:00"}
    assert {c.clash.booking.series and c.clash.booking.series.id for c in plan.conflicts} == {
        2,
        3,
        None,
    }


def test_swap_with_edited_class_is_conflict_in_its_week(studio):
    first, second = create_series(studio, "10:00", "11:00")
    studio.note(studio.class_on(first, day("2026-03-23")).id)
    set_start(studio, first, "11:00")
    set_start(studio, second, "10:00")
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.MOVED: 6, Outcome.PROTECTED: 1, Outcome.CONFLICT: 1}
    (conflict,) = plan.conflicts
    assert conflict.planned.series.key == second
    assert conflict.planned.day == day("2026-03-23")


def test_older_series_in_conflict_does_not_block_swap(studio):
    older = series(0, student_id=9, start_time="10:30")
    first, second = create_series(studio, "10:00", "11:00")
    studio.add(older)
    assert run_and_check(studio, studio.horizon()).counts[Outcome.CONFLICT] == 4
    set_start(studio, first, "11:00")
    set_start(studio, second, "10:00")
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.MOVED: 8, Outcome.CONFLICT: 4}


def test_freed_time_goes_to_older_series(studio):
    (leaving,) = create_series(studio, "10:00")
    set_start(studio, leaving, "14:00")
    studio.add(series(3, student_id=3), series(2, student_id=2))
    plan = run_and_check(studio, studio.horizon())
    assert {planned.series.id for planned in plan.creates} == {2}
    assert {conflict.planned.series.id for conflict in plan.conflicts} == {3}


def test_freed_time_is_used_in_same_run(studio):
    """The older series at 9:30 is in conflict with 9:00 before, and with 10:00 after the move."""
    mover = create_series(studio, "09:00")[0]
    set_start(studio, mover, "10:00")
    studio.add(
        series(0, student_id=8, start_time="09:30"),
        series(3, student_id=9, start_time="08:30", duration_minutes=45),
    )
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.MOVED: 4, Outcome.CREATED: 4, Outcome.CONFLICT: 4}
    assert times(studio) == {1: "10:00", 3: "08:30"}


def test_shift_by_quarter_of_an_hour_is_no_conflict(studio):
    first, second = create_series(studio, "10:00", "11:00")
    set_start(studio, first, "10:15")
    set_start(studio, second, "11:15")
    assert run_and_check(studio, studio.horizon()).counts == {Outcome.MOVED: 8}


def test_new_subject_keeps_time_of_class(studio):
    (lesson,) = create_series(studio, "10:00")
    studio.add(series(0, student_id=9))
    studio.change(lesson, subject="Cello")
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.MOVED: 4, Outcome.CONFLICT: 4}


def test_blocked_move_keeps_its_time(studio):
    first, _ = create_series(studio, "10:00", "11:00")
    set_start(studio, first, "10:30")
    studio.add(series(0, student_id=9, duration_minutes=30))
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.CONFLICT: 8, Outcome.EXISTS: 4}
    assert times(studio) == {1: "10:00", 2: "11:00"}
