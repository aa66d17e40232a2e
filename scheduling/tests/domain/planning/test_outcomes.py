"""Outcomes of a plan: their counts, notes and reasons."""

import pytest

from scheduling.domain.outcomes import FAULTS, Outcome, Reason
from scheduling.domain.planning import SeriesState, draft
from scheduling.domain.planning.resolve import resolve
from scheduling.domain.series import Suspension

from .builders import clock, closure, day, series, utc, window

pytestmark = pytest.mark.one_database(name="sqlite")

SPAN = window("2026-03-09", "2026-04-05")
NOW = int(utc("2026-03-09T02:00").timestamp())


def plan_of(*rules, span=SPAN, note_bounds=True):
    return resolve(draft([SeriesState(rule, span) for rule in rules], NOW, note_bounds), [])


def test_faults_are_invalid_and_error():
    assert {Outcome.INVALID, Outcome.ERROR} == FAULTS


def test_invalid_series_does_not_affect_others():
    error = Reason("unknown_zone", {"zone": "Mars/Olympus"})
    plan = plan_of(series(1, zone="Mars/Olympus", error=error), series(2))
    assert plan.counts == {Outcome.INVALID: 1, Outcome.CREATED: 4}
    assert [(note.outcome, note.reason) for note in plan.notes] == [(Outcome.INVALID, error)]


def test_invalid_series_keeps_its_classes(studio, slot):
    studio.change(slot, error=Reason("unknown_zone", {"zone": "Mars/Olympus"}))
    plan = studio.run()
    assert plan.changes_nothing
    assert plan.counts == {Outcome.INVALID: 1}


def test_suspended_series_has_reason():
    plan = plan_of(
        series(1, suspension=Suspension(Outcome.PAUSED, Reason("slot_paused"))),
        series(2, suspension=Suspension(Outcome.INACTIVE, Reason("student_inactive"))),
    )
    assert plan.counts == {Outcome.PAUSED: 1, Outcome.INACTIVE: 1}
    assert [note.reason.code for note in plan.notes] == ["slot_paused", "student_inactive"]
    assert not plan.students
    assert not plan.teachers


def test_bounds_have_date_and_owner():
    plan = plan_of(
        series(1, first="2026-05-01", first_by="student"),
        series(2, last="2026-03-01", teacher_id=2),
    )
    assert plan.counts == {Outcome.NOT_STARTED: 1, Outcome.ENDED: 1}
    assert [note.reason for note in plan.notes] == [
        Reason("student_starts", {"date": "2026-05-01"}),
        Reason("series_ends", {"date": "2026-03-01"}),
    ]
    assert not plan.students


def test_start_and_end_within_window_are_both_noted():
    plan = plan_of(series(1, first="2026-03-16", last="2026-03-29"))
    assert plan.counts == {Outcome.CREATED: 2, Outcome.NOT_STARTED: 1, Outcome.ENDED: 1}


def test_bounds_within_window_are_omitted_on_request():
    """Otherwise each daily run would note every end within twelve weeks."""
    plan = plan_of(series(1, last="2026-03-29"), series(2, last="2026-03-08"), note_bounds=False)
    assert plan.counts == {Outcome.CREATED: 3, Outcome.ENDED: 1}


def test_bounds_without_effect_are_not_noted():
    plan = plan_of(series(1, first="2026-03-03", last="2026-04-11"))
    assert plan.counts == {Outcome.CREATED: 4}


def test_students_and_teachers_of_usable_series_are_counted():
    plan = plan_of(
        series(1),
        series(2, student_id=2, teacher_id=None),
        series(3, student_id=3, teacher_id=3, last="2026-03-01"),
        series(4, student_id=4, teacher_id=4, interval_weeks=4, anchor="2026-03-02"),
        span=window("2026-03-09", "2026-03-15"),
    )
    assert plan.students == {1, 2, 4}, "with a usable schedule, new classes or not"
    assert plan.teachers == {1, 4}


def test_state_without_window_only_updates_classes(studio, slot):
    studio.change(slot, weekday=2)
    state = studio.state(studio.series[slot], studio.horizon())
    state.window = None
    plan = resolve(draft([state], studio.epoch), [row.booking() for row in studio.rows.values()])
    assert plan.counts == {Outcome.MOVED: 4}


def test_protected_class_is_noted_if_it_differs_from_rule(studio, slot):
    studio.note(studio.class_on(slot, day("2026-03-16")).id)
    plan = studio.run()
    assert plan.counts[Outcome.PROTECTED] == 1
    assert not plan.notes
    studio.change(slot, subject="Cello")
    (note,) = [note for note in studio.run().notes if note.outcome is Outcome.PROTECTED]
    assert note.reason == Reason("noted")


def test_protected_classes_of_paused_series_are_counted_beyond_window(studio, slot):
    studio.note(studio.class_on(slot, day("2026-04-06")).id)
    studio.change(slot, suspension=Suspension(Outcome.PAUSED, Reason("slot_paused")))
    plan = studio.run(window("2026-03-11", "2026-03-17"))
    assert plan.counts == {Outcome.PAUSED: 1, Outcome.REMOVED: 3, Outcome.PROTECTED: 1}


def test_week_without_occurrence_has_no_outcome():
    rule = series(1, interval_weeks=2, anchor="2026-03-02")
    assert plan_of(rule, span=window("2026-03-09", "2026-03-15")).counts == {}


def test_order_of_rows_does_not_matter(studio, slot):
    studio.change(slot, start_time=clock("12:00"))
    rule, rows = studio.series[slot], [row.stored() for row in studio.classes_of(slot)]
    busy = [row.booking() for row in studio.rows.values()]
    state = SeriesState(rule, studio.horizon(), rows=rows)
    reversed_state = SeriesState(rule, studio.horizon(), rows=rows[::-1])
    assert resolve(draft([state], NOW), busy) == resolve(draft([reversed_state], NOW), busy)


def test_invalid_series_among_a_thousand_is_counted():
    error = Reason("unknown_zone", {"zone": "x"})
    rules = [series(n, student_id=n, teacher_id=n) for n in range(999)]
    plan = plan_of(*rules, series(1000, zone="x", error=error))
    assert plan.counts == {Outcome.CREATED: 999 * 4, Outcome.INVALID: 1}


def test_run_equals_preview(studio):
    studio.add(series(1), series(2, student_id=2, start_time="10:30"))
    studio.closures.append(closure("2026-03-16"))
    preview = studio.plan(studio.horizon())
    assert studio.run(studio.horizon()) == preview


def test_run_differs_from_preview_after_a_change(studio):
    studio.add(series(1))
    preview = studio.plan(studio.horizon())
    studio.one_off(day("2026-03-16"), series(1).start_time, student_id=7)
    plan = studio.run()
    assert len(plan.creates) == len(preview.creates) - 1
    assert plan.counts[Outcome.CONFLICT] == 1
