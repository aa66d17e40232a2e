"""What a person does to one class, every later run honours."""

import pytest

from scheduling.domain.outcomes import Outcome

from .builders import clock, closure, day, series, window

pytestmark = pytest.mark.one_database(name="sqlite")


def outcomes(plan):
    return {outcome: n for outcome, n in plan.counts.items() if outcome is not Outcome.EXISTS}


def test_cancel_then_rerun(studio, slot):
    studio.cancel(studio.class_on(slot, day("2026-03-16")).id)
    plan = studio.run()
    assert plan.changes_nothing
    assert outcomes(plan) == {Outcome.PROTECTED: 1}
    (note,) = plan.notes
    assert (note.day, note.reason.code) == (day("2026-03-16"), "cancelled_by_hand")


def test_move_then_rerun(studio, slot):
    studio.move(studio.class_on(slot, day("2026-03-16")).id, day("2026-03-18"), clock("12:00"))
    plan = studio.run()
    assert plan.changes_nothing
    assert plan.counts == {Outcome.PROTECTED: 1, Outcome.EXISTS: 3}


def test_move_to_another_week_then_rerun(studio, slot):
    studio.move(studio.class_on(slot, day("2026-03-16")).id, day("2026-03-24"), clock("12:00"))
    assert studio.run().changes_nothing
    assert studio.calendar(slot) == [
        "2026-03-23 10:00",
        "2026-03-24 12:00",
        "2026-03-30 10:00",
        "2026-04-06 10:00",
    ]


def test_move_to_an_earlier_week_then_rerun(studio, slot):
    """A run of this week alone does not take the class that came into it for its own."""
    studio.move(studio.class_on(slot, day("2026-03-16")).id, day("2026-03-12"), clock("12:00"))
    plan = studio.run(studio.week())
    assert [planned.day for planned in plan.creates] == [day("2026-03-09")]
    assert studio.run().changes_nothing


def test_move_onto_a_closure_then_rerun(studio, slot):
    studio.closures.append(closure("2026-03-17"))
    studio.move(studio.class_on(slot, day("2026-03-16")).id, day("2026-03-17"), clock("12:00"))
    plan = studio.run()
    assert plan.changes_nothing
    assert plan.counts == {Outcome.PROTECTED: 1, Outcome.EXISTS: 3}


def test_move_onto_own_next_date(studio, slot):
    """Beyond the horizon so far: its own next occurrence finds the place taken, by name."""
    moved = studio.class_on(slot, day("2026-04-06"))
    studio.move(moved.id, day("2026-04-13"), clock("10:00"))
    plan = studio.run(window("2026-03-11", "2026-04-19"))
    (conflict,) = plan.conflicts
    assert (conflict.planned.day, conflict.clash.code) == (day("2026-04-13"), "same_key")
    assert conflict.clash.booking.class_id == moved.id
    assert studio.run(window("2026-03-11", "2026-04-19")).changes_nothing


def test_move_onto_part_of_own_next_date(studio, slot):
    moved = studio.class_on(slot, day("2026-04-06"))
    studio.move(moved.id, day("2026-04-13"), clock("10:30"))
    (conflict,) = studio.run(window("2026-03-11", "2026-04-19")).conflicts
    assert (conflict.clash.code, conflict.clash.booking.class_id) == ("student_busy", moved.id)


def test_cancel_then_change_the_series_time_then_rerun(studio, slot):
    cancelled = studio.class_on(slot, day("2026-03-16"))
    studio.cancel(cancelled.id)
    studio.change(slot, weekday=2, start_time=clock("17:00"))
    plan = studio.run()
    assert outcomes(plan) == {Outcome.PROTECTED: 1, Outcome.MOVED: 3}
    assert studio.calendar(slot) == [
        "2026-03-24 17:00",
        "2026-03-31 17:00",
        "2026-04-07 17:00",
    ]
    assert studio.class_on(slot, day("2026-03-16")).is_cancelled


def test_restoring_a_cancelled_class_by_hand_is_a_persons_doing(studio, slot):
    restored = studio.class_on(slot, day("2026-03-16"))
    studio.cancel(restored.id)
    studio.update(restored.id, is_cancelled=False, edit="edited_by_hand")
    plan = studio.run()
    assert plan.counts == {Outcome.PROTECTED: 1, Outcome.EXISTS: 3}
    assert not plan.notes, "it is as the rule says: nothing to tell"


@pytest.mark.parametrize("edit", ["noted", "attended", "completed", "edited_by_hand"])
def test_a_touched_class_stays_whatever_its_series_does(studio, slot, edit):
    touched = studio.class_on(slot, day("2026-03-23"))
    studio.update(touched.id, edit=edit)
    before = studio.rows[touched.id]
    studio.change(slot, weekday=2, teacher_id=2, subject="Cello")
    plan = studio.run()
    assert outcomes(plan) == {Outcome.PROTECTED: 1, Outcome.MOVED: 3}
    studio.change(slot, last=day("2026-03-12"))
    plan = studio.run()
    assert outcomes(plan) == {Outcome.PROTECTED: 1, Outcome.REMOVED: 3, Outcome.ENDED: 1}
    assert studio.rows[touched.id] == before


def test_an_occurrence_that_was_cancelled_before_it_existed_is_not_made(studio):
    rule = studio.add(series(1))
    studio.run(window("2026-03-16", "2026-03-22"))
    early = studio.class_on(rule.key, day("2026-03-16"))
    studio.write({early.id: None})
    studio.insert(
        **{name: value for name, value in vars(early).items() if name not in ("id", "edit")}
        | {"is_cancelled": True, "edit": "cancelled_by_hand"}
    )
    plan = studio.run()
    assert [planned.day for planned in plan.creates] == [
        day("2026-03-23"),
        day("2026-03-30"),
        day("2026-04-06"),
    ]


def test_a_conflict_resolved_then_retried(studio, slot):
    studio.add(series(2, student_id=2, start_time="10:30"))
    assert len(studio.run().conflicts) == 4
    studio.cancel(studio.class_on(slot, day("2026-03-16")).id)
    plan = studio.run()
    assert [planned.day for planned in plan.creates] == [day("2026-03-16")]
    assert len(plan.conflicts) == 3


def test_a_touched_class_outside_the_window_is_not_reported(studio, slot):
    studio.note(studio.class_on(slot, day("2026-04-06")).id)
    assert Outcome.PROTECTED not in studio.plan(window("2026-03-11", "2026-03-17")).counts
