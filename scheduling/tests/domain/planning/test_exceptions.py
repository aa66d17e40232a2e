"""Manual edits of single classes, which later runs keep."""

import pytest

from scheduling.domain.outcomes import Outcome

from .builders import clock, closure, day, series, window

pytestmark = pytest.mark.one_database(name="sqlite")


def outcomes(plan):
    return {
        outcome: count for outcome, count in plan.counts.items() if outcome is not Outcome.EXISTS
    }


def test_cancelled_class_is_not_created_again(studio, slot):
    studio.cancel(studio.class_on(slot, day("2026-03-16")).id)
    plan = studio.run()
    assert plan.changes_nothing
    assert outcomes(plan) == {Outcome.PROTECTED: 1}
    (note,) = plan.notes
    assert (note.day, note.reason.code) == (day("2026-03-16"), "cancelled_by_hand")


def test_moved_class_is_not_created_again(studio, slot):
    studio.move(studio.class_on(slot, day("2026-03-16")).id, day("2026-03-18"), clock("12:00"))
    plan = studio.run()
    assert plan.changes_nothing
    assert plan.counts == {Outcome.PROTECTED: 1, Outcome.EXISTS: 3}


def test_class_moved_to_other_week_fulfils_its_own(studio, slot):
    studio.move(studio.class_on(slot, day("2026-03-16")).id, day("2026-03-24"), clock("12:00"))
    assert studio.run().changes_nothing
    assert studio.calendar(slot) == [
        "2026-03-23 10:00",
        "2026-03-24 12:00",
        "2026-03-30 10:00",
        "2026-04-06 10:00",
    ]


def test_class_moved_to_earlier_week_does_not_fulfil_that_week(studio, slot):
    """A run of this week still creates the occurrence of this week."""
    studio.move(studio.class_on(slot, day("2026-03-16")).id, day("2026-03-12"), clock("12:00"))
    plan = studio.run(studio.week())
    assert [planned.day for planned in plan.creates] == [day("2026-03-09")]
    assert studio.run().changes_nothing


def test_class_moved_onto_closure_is_kept(studio, slot):
    studio.closures.append(closure("2026-03-17"))
    studio.move(studio.class_on(slot, day("2026-03-16")).id, day("2026-03-17"), clock("12:00"))
    plan = studio.run()
    assert plan.changes_nothing
    assert plan.counts == {Outcome.PROTECTED: 1, Outcome.EXISTS: 3}


def test_class_moved_onto_next_occurrence_conflicts_with_it(studio, slot):
    """The next occurrence, not created so far, is in conflict with the moved class."""
    moved = studio.class_on(slot, day("2026-04-06"))
    studio.move(moved.id, day("2026-04-13"), clock("10:00"))
    plan = studio.run(window("2026-03-11", "2026-04-19"))
    (conflict,) = plan.conflicts
    assert (conflict.planned.day, conflict.clash.code) == (day("2026-04-13"), "same_key")
    assert conflict.clash.booking.class_id == moved.id
    assert studio.run(window("2026-03-11", "2026-04-19")).changes_nothing


def test_class_overlapping_next_occurrence_conflicts_with_it(studio, slot):
    moved = studio.class_on(slot, day("2026-04-06"))
    studio.move(moved.id, day("2026-04-13"), clock("10:30"))
    (conflict,) = studio.run(window("2026-03-11", "2026-04-19")).conflicts
    assert (conflict.clash.code, conflict.clash.booking.class_id) == ("student_busy", moved.id)


def test_cancelled_class_is_kept_when_series_changes(studio, slot):
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


def test_manually_restored_class_is_protected(studio, slot):
    restored = studio.class_on(slot, day("2026-03-16"))
    studio.cancel(restored.id)
    studio.update(restored.id, is_cancelled=False, edit="edited_by_hand")
    plan = studio.run()
    assert plan.counts == {Outcome.PROTECTED: 1, Outcome.EXISTS: 3}
    assert not plan.notes, "an unchanged class needs no note"


@pytest.mark.parametrize("edit", ["noted", "attended", "completed", "edited_by_hand"])
def test_edited_class_is_kept_when_series_changes_or_ends(studio, slot, edit):
    edited = studio.class_on(slot, day("2026-03-23"))
    studio.update(edited.id, edit=edit)
    before = studio.rows[edited.id]
    studio.change(slot, weekday=2, teacher_id=2, subject="Cello")
    plan = studio.run()
    assert outcomes(plan) == {Outcome.PROTECTED: 1, Outcome.MOVED: 3}
    studio.change(slot, last=day("2026-03-12"))
    plan = studio.run()
    assert outcomes(plan) == {Outcome.PROTECTED: 1, Outcome.REMOVED: 3, Outcome.ENDED: 1}
    assert studio.rows[edited.id] == before


def test_cancelled_planned_occurrence_is_not_created(studio):
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


def test_resolved_conflict_is_created_by_next_run(studio, slot):
    studio.add(series(2, student_id=2, start_time="10:30"))
    assert len(studio.run().conflicts) == 4
    studio.cancel(studio.class_on(slot, day("2026-03-16")).id)
    plan = studio.run()
    assert [planned.day for planned in plan.creates] == [day("2026-03-16")]
    assert len(plan.conflicts) == 3


def test_edited_class_outside_window_is_not_reported(studio, slot):
    studio.note(studio.class_on(slot, day("2026-04-06")).id)
    assert Outcome.PROTECTED not in studio.plan(window("2026-03-11", "2026-03-17")).counts
