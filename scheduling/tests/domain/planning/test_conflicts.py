"""Conflicts of planned occurrences with classes and with each other."""

import pytest

from scheduling.domain.outcomes import Outcome
from scheduling.domain.planning.free_rooms import add_free_rooms, room_conflicts
from scheduling.domain.wallclock import from_epoch
from scheduling.tests.domain.planning.properties.invariants import run_and_check

from .builders import FIXED, SLOT, clock, day, series, utc, window

pytestmark = pytest.mark.one_database(name="sqlite")

ONE_WEEK = window("2026-03-16", "2026-03-22")


def clash_codes(plan):
    return [conflict.clash.code for conflict in plan.conflicts]


def test_back_to_back_is_no_conflict(studio):
    studio.add(
        series(1), series(2, start_time="11:00"), series(3, start_time="09:00", student_id=2)
    )
    assert run_and_check(studio, ONE_WEEK).counts == {Outcome.CREATED: 3}


def test_back_to_back_at_midnight_is_no_conflict(studio):
    studio.add(
        series(1, weekday=2, start_time="23:30"),
        series(2, weekday=3, start_time="00:30", student_id=2),
    )
    assert run_and_check(studio, ONE_WEEK).counts == {Outcome.CREATED: 2}


def test_class_across_midnight_conflicts_with_next_day(studio):
    studio.add(
        series(1, weekday=2, start_time="23:30"),
        series(2, weekday=3, start_time="00:15", student_id=2),
    )
    assert clash_codes(run_and_check(studio, ONE_WEEK)) == ["teacher_busy"]


def test_class_across_midnight_conflicts_with_next_week(studio):
    studio.add(series(1, weekday=7, start_time="23:30", duration_minutes=120))
    studio.run(ONE_WEEK)
    studio.add(series(2, weekday=1, start_time="01:00", student_id=2))
    plan = run_and_check(studio, window("2026-03-23", "2026-03-29"))
    assert clash_codes(plan) == ["teacher_busy"]


@pytest.mark.parametrize(
    ("start", "minutes"),
    [("10:15", 30), ("09:00", 180), ("10:00", 30), ("10:00", 90), ("09:30", 31), ("10:59", 60)],
    ids=["inside", "around", "shorter", "longer", "a minute early", "a minute late"],
)
def test_any_overlap_is_conflict(studio, start, minutes):
    studio.add(series(1), series(2, student_id=2, start_time=start, duration_minutes=minutes))
    plan = run_and_check(studio, ONE_WEEK)
    assert clash_codes(plan) == ["teacher_busy"]
    assert plan.conflicts[0].planned.series.id == 2


def test_class_of_24_hours_conflicts_all_day(studio):
    studio.add(
        series(1, start_time="18:00", duration_minutes=1440),
        series(2, weekday=2, start_time="17:59", duration_minutes=1, student_id=2),
        series(3, weekday=2, start_time="18:00", duration_minutes=1, student_id=3),
    )
    plan = run_and_check(studio, ONE_WEEK)
    assert [conflict.planned.series.id for conflict in plan.conflicts] == [2]


def test_cancelled_class_frees_its_time(studio, slot):
    studio.cancel(studio.class_on(slot, day("2026-03-16")).id)
    studio.add(series(2, student_id=2))
    plan = run_and_check(studio, window("2026-03-16", "2026-03-29"))
    assert [planned.day for planned in plan.creates] == [day("2026-03-16")]
    assert [conflict.planned.day for conflict in plan.conflicts] == [day("2026-03-23")]


def test_conflict_only_outside_weeks_of_dst_difference(studio):
    """16:00 in Madrid is 11:00 in New York for three weeks of March, else 10:00."""
    studio.add(
        series(1, start_time="16:00"),
        series(2, teacher_id=2, start_time="10:00", zone="America/New_York"),
    )
    plan = run_and_check(studio, window("2026-03-02", "2026-04-05"))
    assert [conflict.planned.day for conflict in plan.conflicts] == [
        day("2026-03-02"),
        day("2026-03-30"),
    ]
    assert clash_codes(plan) == ["student_busy", "student_busy"]


def test_class_in_gap_conflicts_with_next_hour_that_day(studio):
    """On 2026-03-29 clocks in Madrid change from 02:00 to 03:00: 02:30 and 03:30 are equal."""
    studio.add(
        series(1, weekday=7, start_time="02:30"),
        series(2, weekday=7, start_time="03:30", student_id=2),
    )
    plan = run_and_check(studio, window("2026-03-22", "2026-04-05"))
    assert [conflict.planned.day for conflict in plan.conflicts] == [day("2026-03-29")]


def test_class_across_transition_keeps_its_duration(studio):
    """01:30 to 03:00 lasts 90 minutes, whether an hour is skipped or repeated."""
    studio.add(series(1, weekday=7, start_time="01:30", duration_minutes=90))
    studio.run(window("2026-03-29", "2026-03-29"))
    studio.run(window("2026-10-25", "2026-10-25"))
    spring, autumn = studio.classes_of(series(1).key)
    assert (from_epoch(spring.starts), from_epoch(spring.ends)) == (
        utc("2026-03-29T00:30"),
        utc("2026-03-29T02:00"),
    )
    assert (from_epoch(autumn.starts), from_epoch(autumn.ends)) == (
        utc("2026-10-24T23:30"),
        utc("2026-10-25T01:00"),
    )
    assert spring.end_time == autumn.end_time == clock("03:00")


def test_series_conflict_across_date_line(studio):
    """Tuesday 10:00 in Kiritimati is Monday 20:00 UTC, 09:00 in Pago Pago."""
    studio.add(
        series(1, weekday=2, zone="Pacific/Kiritimati"),
        series(2, weekday=1, start_time="09:00", teacher_id=2, zone="Pacific/Pago_Pago"),
    )
    plan = run_and_check(studio, ONE_WEEK)
    assert clash_codes(plan) == ["student_busy"]


def test_student_with_two_teachers_is_conflict(studio):
    studio.add(series(1), series(2, teacher_id=2, start_time="10:30"))
    plan = run_and_check(studio, ONE_WEEK)
    (conflict,) = plan.conflicts
    assert (conflict.clash.code, conflict.clash.booking.series) == ("student_busy", series(1).key)


def test_series_without_teacher_blocks_only_its_student(studio):
    studio.add(
        series(1, kind=FIXED, teacher_id=None, zone="UTC"),
        series(2, kind=FIXED, teacher_id=None, zone="UTC", student_id=2),
        series(3, start_time="11:30"),
    )
    plan = run_and_check(studio, ONE_WEEK)
    assert [conflict.planned.series.id for conflict in plan.conflicts] == [3]


def test_same_key_at_other_instant_is_conflict(studio):
    """The same student, date, start and end in two zones: no overlap, but the same key."""
    studio.add(series(1), series(2, teacher_id=2, zone="America/New_York"))
    plan = run_and_check(studio, ONE_WEEK)
    assert clash_codes(plan) == ["same_key"]


class TestPrecedence:
    def test_stored_class_precedes_older_series(self, studio, slot):
        studio.add(series(0, student_id=2))
        plan = run_and_check(studio, ONE_WEEK)
        assert plan.conflicts[0].clash.booking.class_id is not None
        assert studio.calendar(slot)

    def test_older_series_precedes(self, studio):
        studio.add(series(3, student_id=3), series(1, student_id=1), series(2, student_id=2))
        plan = run_and_check(studio, ONE_WEEK)
        assert [planned.series.id for planned in plan.creates] == [1]
        assert plan.conflicts[0].clash.booking.class_id is None

    def test_kind_and_id_decide_between_series_of_same_age(self, studio):
        same = series(1).created_at
        studio.add(
            series(9, created_at=same, kind=FIXED, student_id=3),
            series(2, created_at=same, kind=SLOT, student_id=2),
            series(1, created_at=same, kind=SLOT, student_id=1),
        )
        assert [planned.series.id for planned in run_and_check(studio, ONE_WEEK).creates] == [9]

    def test_age_precedes_id(self, studio):
        studio.add(series(1, student_id=1, created_at=series(5).created_at), series(4))
        assert [planned.series.id for planned in run_and_check(studio, ONE_WEEK).creates] == [4]

    def test_only_overlapping_occurrences_conflict(self, studio):
        studio.add(series(1, interval_weeks=2, anchor="2026-03-16"), series(2, student_id=2))
        plan = run_and_check(studio, window("2026-03-16", "2026-03-29"))
        assert [(planned.series.id, planned.day) for planned in plan.creates] == [
            (1, day("2026-03-16")),
            (2, day("2026-03-23")),
        ]


class TestOneOffsAtTheSameKey:
    @pytest.mark.parametrize("teacher", [1, None], ids=["same teacher", "no teacher"])
    def test_one_off_with_same_or_no_teacher_is_booking(self, studio, teacher):
        studio.add(series(1))
        studio.one_off(day("2026-03-16"), clock("10:00"), teacher_id=teacher)
        assert run_and_check(studio, ONE_WEEK).counts == {Outcome.EXISTS: 1}

    def test_one_off_with_other_teacher_is_conflict(self, studio):
        studio.add(series(1))
        studio.one_off(day("2026-03-16"), clock("10:00"), teacher_id=2)
        assert clash_codes(run_and_check(studio, ONE_WEEK)) == ["same_key"]

    def test_one_off_with_other_length_is_conflict(self, studio):
        studio.add(series(1))
        studio.one_off(day("2026-03-16"), clock("10:00"), minutes=45)
        assert clash_codes(run_and_check(studio, ONE_WEEK)) == ["student_busy"]

    def test_class_of_other_series_is_conflict(self, studio, slot):
        studio.add(series(2))
        plan = run_and_check(studio, ONE_WEEK)
        assert plan.counts == {Outcome.EXISTS: 1, Outcome.CONFLICT: 1}

    def test_move_onto_one_off_is_conflict(self, studio, slot):
        studio.one_off(day("2026-03-16"), clock("12:00"))
        studio.change(slot, start_time=clock("12:00"))
        plan = run_and_check(studio, ONE_WEEK)
        assert plan.counts == {Outcome.CONFLICT: 1, Outcome.MOVED: 3}


class TestRooms:
    def test_two_teachers_want_one_room(self, studio):
        studio.add(
            series(1, room_id=1),
            series(2, student_id=2, teacher_id=2, room_id=1, start_time="10:30"),
            series(3, student_id=3, teacher_id=3, room_id=2, start_time="10:30"),
            series(4, student_id=4, teacher_id=4, start_time="10:30"),
        )
        plan = run_and_check(studio, ONE_WEEK)
        (conflict,) = plan.conflicts
        assert (conflict.planned.series.id, conflict.clash.code) == (2, "room_busy")
        assert conflict.clash.booking.series == series(1).key

    def test_back_to_back_in_one_room(self, studio):
        studio.add(
            series(1, room_id=1),
            series(2, student_id=2, teacher_id=2, room_id=1, start_time="11:00"),
            series(3, student_id=3, teacher_id=3, room_id=1, start_time="09:00"),
        )
        assert run_and_check(studio, ONE_WEEK).counts == {Outcome.CREATED: 3}

    def test_a_group_shares_a_room_and_two_teachers_groups_do_not(self, studio):
        studio.add(
            *(series(n, student_id=n, is_shared=True, room_id=1) for n in (1, 2, 3)),
            *(series(n, student_id=n, teacher_id=2, is_shared=True, room_id=1) for n in (4, 5)),
        )
        plan = run_and_check(studio, ONE_WEEK)
        assert [one.planned.series.id for one in plan.conflicts] == [4, 5]
        assert clash_codes(plan) == ["room_busy", "room_busy"]

    def test_two_lessons_exchange_their_rooms(self, studio):
        studio.add(series(1, room_id=1), series(2, student_id=2, teacher_id=2, room_id=2))
        studio.run(ONE_WEEK)
        studio.change(series(1).key, room_id=2)
        assert clash_codes(studio.plan(ONE_WEEK)) == ["room_busy"]
        studio.change(series(2).key, room_id=1)
        plan = run_and_check(studio, ONE_WEEK)
        assert plan.counts == {Outcome.MOVED: 2}
        assert {note.reason.code for note in plan.notes} == {"details_changed"}
        assert plan.notes[0].reason.params == {"from_room": 1, "to_room": 2}

    def test_a_room_is_left(self, studio, slot):
        studio.change(slot, room_id=1)
        run_and_check(studio, ONE_WEEK)
        studio.change(slot, room_id=None)
        plan = run_and_check(studio, ONE_WEEK)
        assert plan.counts[Outcome.MOVED] == 4
        assert plan.notes[0].reason.params == {"from_room": 1, "to_room": 0}

    def test_the_free_rooms_are_those_that_stay_free(self, studio):
        """Room 2 is taken in the same plan, room 3 by a stored class, room 4 is left."""
        studio.add(series(9, student_id=9, teacher_id=9, room_id=4))
        studio.run(ONE_WEEK)
        studio.change(series(9).key, room_id=None)
        studio.add(
            series(1, room_id=1),
            series(2, student_id=2, teacher_id=2, room_id=2, start_time="10:59"),
            series(3, student_id=3, teacher_id=3, room_id=1, start_time="10:30"),
        )
        studio.one_off(day("2026-03-16"), clock("11:00"), student_id=5, teacher_id=5, room_id=3)
        plan = studio.plan(ONE_WEEK)
        busy = [row.booking() for row in studio.rows.values()]
        assert [one.planned.series.id for one in room_conflicts(plan)] == [3]

        add_free_rooms(plan, busy, [1, 2, 3, 4, 5])

        assert [one.free_rooms for one in plan.conflicts] == [(4, 5)]

    def test_the_room_that_a_class_would_leave_is_free_for_it(self, studio):
        studio.add(series(1, room_id=1), series(2, student_id=2, teacher_id=2, room_id=2))
        studio.run(ONE_WEEK)
        studio.change(series(2).key, room_id=1)
        plan = studio.plan(ONE_WEEK)
        busy = [row.booking() for row in studio.rows.values()]
        add_free_rooms(plan, busy, [1, 2, 3])
        assert [conflict.free_rooms for conflict in plan.conflicts] == [(2, 3)]
