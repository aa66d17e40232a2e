"""Shared lessons: several students with a teacher at exactly the same times."""

import pytest

from scheduling.domain.outcomes import Outcome
from scheduling.domain.planning import PlannedClass
from scheduling.domain.planning.occupancy import Occupancy
from scheduling.domain.wallclock import epoch
from scheduling.tests.domain.planning.properties.invariants import run_and_check

from .builders import clock, day, series, window

pytestmark = pytest.mark.one_database(name="sqlite")

ONE_WEEK = window("2026-03-16", "2026-03-22")


def group(*students, **changes):
    return [series(n, student_id=n, is_shared=True, **changes) for n in students]


def test_shared_lesson_is_no_conflict(studio):
    studio.add(*group(*range(1, 40)))
    assert run_and_check(studio, ONE_WEEK).counts == {Outcome.CREATED: 39}


def test_student_can_join_stored_group(studio):
    studio.add(*group(1, 2))
    studio.run(ONE_WEEK)
    studio.add(*group(3))
    assert run_and_check(studio, ONE_WEEK).counts == {Outcome.EXISTS: 2, Outcome.CREATED: 1}


def test_shared_series_of_other_length_is_conflict(studio):
    studio.add(*group(1), *group(2, duration_minutes=90))
    assert run_and_check(studio, ONE_WEEK).counts[Outcome.CONFLICT] == 1


def test_unshared_series_conflicts_with_group(studio):
    studio.add(*group(1, 2), series(3, student_id=3), *group(4))
    plan = run_and_check(studio, ONE_WEEK)
    assert [conflict.planned.series.id for conflict in plan.conflicts] == [3]


def test_older_unshared_series_blocks_group(studio):
    studio.add(series(0, student_id=9), *group(1, 2))
    assert run_and_check(studio, ONE_WEEK).counts[Outcome.CONFLICT] == 2


def test_student_twice_in_group_is_conflict(studio):
    studio.add(*group(1), series(2, student_id=1, is_shared=True))
    (conflict,) = run_and_check(studio, ONE_WEEK).conflicts
    assert conflict.clash.code == "same_key"


def test_student_in_two_groups_is_conflict(studio):
    studio.add(*group(1), series(2, student_id=1, teacher_id=2, is_shared=True, start_time="10:30"))
    (conflict,) = run_and_check(studio, ONE_WEEK).conflicts
    assert conflict.clash.code == "student_busy"


def test_move_of_one_student_conflicts_with_group(studio):
    """The teacher stays with the others, so the move is a conflict."""
    for mover in (1, 2, 3):
        studio.rows.clear()
        studio.add(*group(1, 2, 3))
        studio.run(ONE_WEEK)
        studio.change(series(mover).key, start_time=clock("10:30"))
        plan = run_and_check(studio, ONE_WEEK)
        assert plan.counts == {Outcome.EXISTS: 2, Outcome.CONFLICT: 1}
        assert plan.conflicts[0].clash.code == "teacher_busy"


def test_whole_group_can_move_by_half_an_hour(studio):
    studio.add(*group(1, 2, 3))
    studio.run(ONE_WEEK)
    for number in (1, 2, 3):
        studio.change(series(number).key, start_time=clock("10:30"))
    assert run_and_check(studio, ONE_WEEK).counts == {Outcome.MOVED: 3}


def test_group_and_unshared_series_can_swap(studio):
    studio.add(*group(1, 2), series(3, student_id=3, start_time="12:00"))
    studio.run(ONE_WEEK)
    for number, hour in ((1, "12:00"), (2, "12:00"), (3, "10:00")):
        studio.change(series(number).key, start_time=clock(hour))
    assert run_and_check(studio, ONE_WEEK).counts == {Outcome.MOVED: 3}


def test_edited_class_of_group_blocks_move_of_others(studio):
    studio.add(*group(1, 2, 3))
    studio.run(ONE_WEEK)
    studio.note(studio.class_on(series(2).key, day("2026-03-16")).id)
    for number in (1, 2, 3):
        studio.change(series(number).key, start_time=clock("10:30"))
    plan = run_and_check(studio, ONE_WEEK)
    assert plan.counts == {Outcome.PROTECTED: 1, Outcome.CONFLICT: 2}


def test_large_group_is_stored_as_two_bookings(studio):
    """Otherwise a group of a thousand would take a million comparisons."""
    occupancy = Occupancy()
    starts = epoch(day("2026-03-16"), clock("10:00"), "Europe/Madrid")
    for rule in group(*range(1, 100)):
        booking = PlannedClass(rule, day("2026-03-16"), starts, starts + 3600).booking()
        assert occupancy.clash(booking) is None
        occupancy.add(booking)
    assert [len(bookings) for bookings in occupancy._teachers[1].values()] == [2]
