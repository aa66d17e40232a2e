"""Closures that are added or deleted before and after generation."""

from dataclasses import replace

import pytest

from scheduling.domain.closures import ClosureCalendar, covering
from scheduling.domain.outcomes import Outcome
from scheduling.tests.domain.planning.properties.invariants import run_and_check

from .builders import clock, closure, day, series, utc, window

pytestmark = pytest.mark.one_database(name="sqlite")


def test_closed_occurrence_is_not_created_and_counted(studio):
    studio.add(series(1))
    studio.closures.append(closed := closure("2026-03-16"))
    plan = studio.run()
    assert plan.counts == {Outcome.CLOSED: 1, Outcome.CREATED: 3}
    assert plan.closed == {(closed, day("2026-03-16")): 1}


def test_later_closure_cancels_and_its_deletion_restores(studio, slot):
    before = dict(studio.rows)
    studio.closures.append(closed := closure("2026-03-16", "2026-03-29"))
    plan = studio.run()
    assert plan.counts == {Outcome.CANCELLED: 2, Outcome.EXISTS: 2}
    assert {note.reason.params["closure"] for note in plan.notes} == {closed.name}
    assert studio.run().counts == {Outcome.CLOSED: 2, Outcome.EXISTS: 2}

    studio.reopen(closed)
    plan = studio.run()
    assert plan.counts == {Outcome.RESTORED: 2, Outcome.EXISTS: 2}
    assert studio.rows == before


def test_deleted_closure_creates_omitted_class(studio):
    studio.add(series(1))
    studio.closures.append(closed := closure("2026-03-16"))
    studio.run()
    studio.reopen(closed)
    assert [planned.day for planned in studio.run().creates] == [day("2026-03-16")]


def test_overlapping_closure_keeps_class_cancelled(studio, slot):
    first = closure("2026-03-10", "2026-03-20")
    second = closure("2026-03-16", "2026-03-25")
    studio.closures += [second, first]
    studio.run()
    assert studio.class_on(slot, day("2026-03-16")).closure_id == first.id
    assert studio.class_on(slot, day("2026-03-23")).closure_id == second.id
    studio.reopen(first)
    assert studio.run().counts == {Outcome.CANCELLED: 1, Outcome.CLOSED: 1, Outcome.EXISTS: 2}
    assert studio.class_on(slot, day("2026-03-16")).closure_id == second.id
    assert studio.run().changes_nothing


def test_deletion_of_second_closure_changes_nothing(studio, slot):
    first, second = closure("2026-03-16"), closure("2026-03-16")
    studio.closures += [first, second]
    studio.run()
    studio.reopen(second)
    assert studio.run().changes_nothing


def test_closure_of_teacher_or_student_cancels_their_classes(studio, slot):
    studio.add(series(2, student_id=2, teacher_id=2), series(3, student_id=3, start_time="12:00"))
    studio.run()
    studio.closures.append(closure("2026-03-16", teacher_id=1))
    assert {cancel.series.id for cancel in studio.run().cancels} == {1, 3}
    studio.closures.append(closure("2026-03-23", student_id=2))
    assert {cancel.series.id for cancel in studio.run().cancels} == {2}


def test_closure_of_student_covers_series_without_teacher(studio):
    studio.add(series(1, teacher_id=None, zone="UTC"))
    studio.closures.append(closure("2026-03-16", student_id=1))
    studio.closures.append(closure("2026-03-23", teacher_id=1))
    assert studio.run().counts == {Outcome.CLOSED: 1, Outcome.CREATED: 3}


def test_class_with_attendance_is_not_cancelled(studio, slot):
    studio.update(studio.class_on(slot, day("2026-03-16")).id, edit="attended")
    studio.closures.append(closure("2026-03-09", "2026-03-29"))
    plan = studio.run()
    assert plan.counts == {Outcome.PROTECTED: 1, Outcome.CANCELLED: 1, Outcome.EXISTS: 2}
    (note,) = [note for note in plan.notes if note.outcome is Outcome.PROTECTED]
    assert note.reason.code == "attended"
    assert not studio.class_on(slot, day("2026-03-16")).is_cancelled


def test_note_is_kept_when_closure_ends(studio, slot):
    studio.closures.append(closed := closure("2026-03-16"))
    run_and_check(studio, studio.horizon())
    noted = studio.class_on(slot, day("2026-03-16"))
    studio.note(noted.id)
    before = dict(studio.rows)
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.PROTECTED: 1, Outcome.EXISTS: 3}
    studio.reopen(closed)
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.RESTORED: 1, Outcome.EXISTS: 3}
    restored = replace(noted, is_cancelled=False, closure_id=None, edit="noted")
    assert studio.rows == before | {noted.id: restored}


def test_noted_class_is_not_restored_to_taken_time(studio, slot):
    studio.closures.append(closed := closure("2026-03-16"))
    studio.run()
    studio.note(studio.class_on(slot, day("2026-03-16")).id)
    neighbour = studio.one_off(day("2026-03-16"), clock("10:30"), student_id=5)
    studio.reopen(closed)
    plan = run_and_check(studio, studio.horizon())
    assert plan.counts == {Outcome.CONFLICT: 1, Outcome.EXISTS: 3}
    studio.write({neighbour.id: None})
    assert run_and_check(studio, studio.horizon()).counts[Outcome.RESTORED] == 1


def test_started_class_is_not_cancelled(studio):
    rule = studio.add(series(1, weekday=3))
    studio.run(studio.week())
    studio.now = utc("2026-03-11T09:00")
    studio.closures.append(closure("2026-03-11"))
    assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1}
    assert studio.calendar(rule.key) == ["2026-03-11 10:00"]


def test_past_closed_class_is_counted_with_its_closure(studio):
    rule = studio.add(series(1, weekday=5))
    studio.run(studio.week())
    studio.closures.append(closed := closure("2026-03-13"))
    studio.run(studio.week())
    studio.now = utc("2026-03-14T12:00")
    plan = studio.run(studio.week())
    assert plan.counts == {Outcome.CLOSED: 1}
    assert plan.closed == {(closed, day("2026-03-13")): 1}
    assert studio.calendar(rule.key) == []


def test_manual_cancellation_is_kept_after_closure(studio, slot):
    closed = closure("2026-03-16", "2026-03-29")
    studio.closures.append(closed)
    studio.run()
    studio.update(studio.class_on(slot, day("2026-03-16")).id, edit="cancelled_by_hand")
    studio.reopen(closed)
    assert studio.run().counts == {Outcome.PROTECTED: 1, Outcome.RESTORED: 1, Outcome.EXISTS: 2}
    assert studio.class_on(slot, day("2026-03-16")).is_cancelled


def test_closed_class_is_not_restored_to_taken_time(studio, slot):
    closed = closure("2026-03-16", student_id=1)
    studio.closures.append(closed)
    studio.run()
    neighbour = studio.one_off(day("2026-03-16"), clock("10:30"), student_id=5)
    studio.reopen(closed)
    plan = studio.run()
    assert plan.counts == {Outcome.CONFLICT: 1, Outcome.EXISTS: 3}
    (conflict,) = plan.conflicts
    assert (conflict.clash.code, conflict.clash.booking.class_id) == ("teacher_busy", neighbour.id)
    studio.write({neighbour.id: None})
    assert studio.run().counts == {Outcome.RESTORED: 1, Outcome.EXISTS: 3}


def test_cancelled_class_frees_its_time_in_same_run(studio, slot):
    studio.add(series(2, student_id=2))
    studio.closures.append(closure("2026-03-16", student_id=1))
    plan = studio.run()
    assert [(planned.series.id, planned.day) for planned in plan.creates] == [
        (2, day("2026-03-16"))
    ]


def test_new_weekday_off_closure_restores_class(studio, slot):
    studio.closures.append(closure("2026-03-16"))
    studio.run()
    studio.change(slot, weekday=2)
    assert studio.run().counts[Outcome.RESTORED] == 1
    assert studio.calendar(slot)[0] == "2026-03-17 10:00"


def test_new_weekday_on_closure_cancels_class(studio, slot):
    studio.closures.append(closure("2026-03-17"))
    assert studio.run().changes_nothing
    studio.change(slot, weekday=2)
    assert studio.run().counts == {Outcome.CANCELLED: 1, Outcome.MOVED: 3}
    assert studio.class_on(slot, day("2026-03-17")).date == day("2026-03-17")
    assert studio.run().changes_nothing


def test_closed_class_follows_changed_rule(studio, slot):
    closed = closure("2026-03-16")
    studio.closures.append(closed)
    studio.run()
    studio.change(slot, start_time=clock("15:00"))
    plan = studio.run()
    assert plan.counts == {Outcome.CLOSED: 1, Outcome.MOVED: 3}, "the class is not cancelled again"
    assert plan.closed == {(closed, day("2026-03-16")): 1}
    assert {note.outcome for note in plan.notes} == {Outcome.MOVED}
    assert studio.class_on(slot, day("2026-03-16")).start_time == clock("15:00")
    assert studio.run().changes_nothing


@pytest.mark.parametrize("zone", ["Europe/Madrid", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_closure_has_local_dates(studio, zone):
    studio.add(series(1, zone=zone, start_time="00:15"))
    studio.closures.append(closure("2026-03-16"))
    plan = studio.run(window("2026-03-16", "2026-03-23"))
    assert [planned.day for planned in plan.creates] == [day("2026-03-23")]


def test_class_across_midnight_is_closed_on_date_of_start(studio):
    studio.add(series(1, weekday=7, start_time="23:30"))
    studio.closures.append(closure("2026-03-16"))
    assert studio.run().counts == {Outcome.CREATED: 4}
    studio.closures.append(closure("2026-03-15"))
    assert studio.run().counts == {Outcome.CANCELLED: 1, Outcome.EXISTS: 3}


def test_29_february_can_be_closed(studio):
    studio.now = utc("2028-02-25T02:00")
    studio.add(series(1, weekday=2))
    studio.closures.append(closure("2028-02-29"))
    plan = studio.run(window("2028-02-28", "2028-03-07"))
    assert [planned.day for planned in plan.creates] == [day("2028-03-07")]


class TestClassKeptAtOldTime:
    """The new hour is past this week: the class keeps its time, which closures apply to."""

    @pytest.fixture
    def friday(self, studio):
        rule = studio.add(series(1, weekday=5))
        studio.run(studio.week())
        studio.change(rule.key, weekday=2, start_time=clock("09:00"))
        assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1}
        return rule.key

    def test_closure_of_current_day_cancels_and_restores(self, studio, friday):
        before = dict(studio.rows)
        studio.closures.append(closed := closure("2026-03-13"))
        assert studio.run(studio.week()).counts == {Outcome.CANCELLED: 1}
        assert studio.run(studio.week()).counts == {Outcome.CLOSED: 1}
        studio.reopen(closed)
        assert studio.run(studio.week()).counts == {Outcome.RESTORED: 1}
        assert studio.rows == before

    def test_closure_of_new_day_does_not_cancel(self, studio, friday):
        studio.closures.append(closure("2026-03-10"))
        assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1}


def test_first_entered_closure_is_named():
    of_student = closure("2026-03-16", student_id=1)
    of_all = closure("2026-03-16")
    of_teacher = closure("2026-03-16", teacher_id=1)
    calendar = ClosureCalendar([of_teacher, of_all, of_student])
    assert calendar.concerning(1, 1) == [of_student, of_all, of_teacher]
    assert calendar.concerning(1, 2) == [of_all, of_teacher]
    assert calendar.concerning(None, 2) == [of_all]
    assert covering(calendar.concerning(1, 1), day("2026-03-16")) is of_student
    assert covering(calendar.concerning(1, 1), day("2026-03-17")) is None
