"""Changes of a series: its unedited future classes follow, the others are kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduling.domain.outcomes import Outcome, Reason
from scheduling.domain.series import Suspension

from .builders import clock, day, series, utc, window

pytestmark = pytest.mark.one_database(name="sqlite")


@pytest.fixture
def today_slot(studio):
    """Create a slot on Wednesdays at 10:00 with classes from this week on."""
    rule = studio.add(series(1, weekday=3))
    studio.run(window("2026-03-09", "2026-03-25"))
    assert studio.calendar() == ["2026-03-11 10:00", "2026-03-18 10:00", "2026-03-25 10:00"]
    return rule.key


def test_change_before_todays_class_moves_it(studio, today_slot):
    studio.change(today_slot, weekday=5, start_time=clock("16:00"))
    plan = studio.run(studio.week())
    assert plan.counts == {Outcome.MOVED: 3}, "classes after the window are moved as well"
    assert studio.calendar() == ["2026-03-13 16:00", "2026-03-20 16:00", "2026-03-27 16:00"]
    note = plan.notes[0]
    assert (note.day, note.start_time) == (day("2026-03-13"), clock("16:00"))
    assert note.reason == Reason(
        "rule_changed", {"from_date": "2026-03-11", "from_start": "10:00", "from_end": "11:00"}
    )


def test_change_after_start_of_todays_class_keeps_it(studio, today_slot):
    studio.now = utc("2026-03-11T09:00")  # 10:00 in Madrid, the start of the class
    studio.change(today_slot, weekday=5, start_time=clock("16:00"))
    assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1, Outcome.MOVED: 2}
    assert studio.calendar() == ["2026-03-11 10:00", "2026-03-20 16:00", "2026-03-27 16:00"]


def test_change_one_second_before_class_moves_it(studio, today_slot):
    studio.now = utc("2026-03-11T08:59:59")
    studio.change(today_slot, start_time=clock("18:00"))
    assert studio.run(studio.week()).counts == {Outcome.MOVED: 3}


def test_change_to_past_hour_keeps_this_weeks_class(studio):
    rule = studio.add(series(1, weekday=5))
    studio.run(window("2026-03-09", "2026-03-22"))
    studio.change(rule.key, weekday=1)
    assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1, Outcome.MOVED: 1}
    assert studio.calendar() == ["2026-03-13 10:00", "2026-03-16 10:00"]
    assert studio.run(studio.horizon()).counts == {Outcome.EXISTS: 2, Outcome.CREATED: 3}


def test_change_to_current_second_keeps_this_weeks_class(studio, slot):
    rule = studio.add(series(2, student_id=2, weekday=5))
    studio.run()
    studio.now = utc("2026-03-11T11:00")
    studio.change(rule.key, weekday=3, start_time=clock("12:00"))  # 11:00 UTC
    studio.run()
    assert studio.calendar(rule.key)[:2] == ["2026-03-13 10:00", "2026-03-18 12:00"]


def test_reverted_change_restores_classes(studio, slot):
    before = dict(studio.rows)
    studio.change(slot, weekday=4, start_time=clock("17:00"), teacher_id=2)
    studio.run()
    studio.change(slot, weekday=1, start_time=clock("10:00"), teacher_id=1)
    studio.run()
    assert {id: row for id, row in studio.rows.items() if id in before} == before
    assert studio.run().changes_nothing


def test_change_reverted_before_run_changes_nothing(studio, slot):
    studio.change(slot, weekday=4)
    studio.change(slot, weekday=1)
    assert studio.run().changes_nothing


def test_new_subject_is_recorded_in_details(studio, slot):
    studio.change(slot, subject="Cello")
    plan = studio.run()
    assert plan.counts == {Outcome.MOVED: 4}
    assert {note.reason.code for note in plan.notes} == {"details_changed"}
    assert plan.notes[0].reason.params == {"from_subject": "Piano", "to_subject": "Cello"}
    assert {row.subject for row in studio.classes_of(slot)} == {"Cello"}


def test_new_sharing_is_recorded_in_details(studio, slot):
    studio.change(slot, is_shared=True)
    (reason, *_) = [note.reason for note in studio.run().notes]
    assert reason == Reason("details_changed", {"to_shared": True})


def test_new_hour_and_new_subject_have_one_reason(studio, slot):
    studio.change(slot, start_time=clock("12:00"), subject="Cello")
    params = studio.run().notes[0].reason.params
    assert (params["from_start"], params["to_subject"]) == ("10:00", "Cello")
    assert "to_shared" not in params


def test_move_is_noted_in_new_zone(studio, slot):
    studio.change(slot, zone="Asia/Tokyo")
    assert {note.zone for note in studio.run().notes} == {"Asia/Tokyo"}


def test_new_length_moves_classes(studio, slot):
    studio.change(slot, duration_minutes=90)
    plan = studio.run()
    assert plan.counts == {Outcome.MOVED: 4}
    assert {row.end_time for row in studio.classes_of(slot)} == {clock("11:30")}


def test_new_zone_keeps_local_times(studio, slot):
    studio.change(slot, zone="Atlantic/Canary")
    before = {row.week: row.starts for row in studio.classes_of(slot)}
    assert studio.run().counts == {Outcome.MOVED: 4}
    assert {row.week: row.starts - 3600 for row in studio.classes_of(slot)} == before
    assert studio.calendar(slot)[0] == "2026-03-16 10:00"


def test_new_tzdata_changes_future_instants(studio, slot):
    """The rows have the instants of an older offset, one hour further east."""
    for row in studio.classes_of(slot):
        studio.update(row.id, starts=row.starts - 3600, ends=row.ends - 3600)
    assert studio.run().counts == {Outcome.MOVED: 4}


@pytest.mark.parametrize("index", [0, 1, 3], ids=["first", "second", "last"])
def test_change_from_date_creates_classes_of_successor(studio, slot, index):
    """The old rule ends the day before; its successor is another series."""
    dates = [row.date for row in sorted(studio.classes_of(slot), key=lambda row: row.date)]
    start = dates[index]
    studio.change(slot, last=start - timedelta(days=1))
    studio.add(
        replace(studio.series[slot], id=2, first=start, last=None, start_time=clock("12:00"))
    )
    plan = studio.run()
    assert plan.counts[Outcome.CREATED] == plan.counts[Outcome.REMOVED] == 4 - index
    assert studio.calendar() == [f"{date} 10:00" for date in dates[:index]] + [
        f"{date} 12:00" for date in dates[index:]
    ]
    assert studio.run().changes_nothing


def test_successor_at_same_hour_replaces_classes(studio, slot):
    studio.change(slot, last=day("2026-03-22"))
    studio.add(series(2, first="2026-03-23", subject="Cello"))
    plan = studio.run()
    assert (plan.counts[Outcome.REMOVED], plan.counts[Outcome.CREATED]) == (3, 3)
    assert not plan.conflicts


def test_new_teacher_gets_classes(studio, slot):
    studio.change(slot, teacher_id=2)
    assert studio.run().counts == {Outcome.MOVED: 4}
    assert {row.teacher_id for row in studio.classes_of(slot)} == {2}


def test_pause_removes_and_resume_creates_classes(studio, slot):
    paused = Suspension(Outcome.PAUSED, Reason("slot_paused"))
    studio.change(slot, suspension=paused)
    plan = studio.run()
    assert plan.counts == {Outcome.PAUSED: 1, Outcome.REMOVED: 4}
    assert {remove.reason.code for remove in plan.removes} == {"slot_paused"}
    assert studio.run().counts == {Outcome.PAUSED: 1}
    studio.change(slot, suspension=None)
    assert studio.run().counts == {Outcome.CREATED: 4}


def test_inactive_student_has_only_edited_classes(studio, slot):
    studio.note(studio.class_on(slot, day("2026-03-23")).id)
    studio.change(slot, suspension=Suspension(Outcome.INACTIVE, Reason("student_inactive")))
    plan = studio.run()
    assert plan.counts == {Outcome.INACTIVE: 1, Outcome.REMOVED: 3, Outcome.PROTECTED: 1}
    assert studio.calendar() == ["2026-03-23 10:00"]
    studio.change(slot, suspension=None)
    assert studio.run().counts == {Outcome.CREATED: 3, Outcome.PROTECTED: 1}


def test_paused_series_keeps_started_class(studio, today_slot):
    studio.now = utc("2026-03-11T09:30")
    studio.change(today_slot, suspension=Suspension(Outcome.PAUSED, Reason("slot_paused")))
    plan = studio.run(studio.week())
    assert plan.counts == {Outcome.PAUSED: 1, Outcome.EXISTS: 1, Outcome.REMOVED: 2}
    assert studio.calendar() == ["2026-03-11 10:00"]
    assert studio.run(studio.week()).counts == {Outcome.PAUSED: 1, Outcome.EXISTS: 1}


def test_end_removes_later_classes(studio, slot):
    studio.change(slot, last=day("2026-03-23"), last_by="student")
    plan = studio.run()
    assert plan.counts[Outcome.REMOVED] == 2
    for remove in plan.removes:
        assert remove.reason == Reason("student_ends", {"date": "2026-03-23"})
    assert studio.calendar() == ["2026-03-16 10:00", "2026-03-23 10:00"]


def test_later_start_removes_earlier_class(studio, slot):
    studio.change(slot, first=day("2026-03-17"))
    plan = studio.run()
    (remove,) = plan.removes
    assert remove.reason == Reason("series_starts", {"date": "2026-03-17"})


def test_new_interval_removes_every_other_class(studio, slot):
    studio.change(slot, interval_weeks=2, anchor=day("2026-03-16"))
    plan = studio.run()
    assert [remove.row.date for remove in plan.removes] == [day("2026-03-23"), day("2026-04-06")]
    assert {remove.reason.code for remove in plan.removes} == {"not_this_week"}


def test_new_weekday_adds_no_second_class_to_week(studio):
    """Monday's class is past when the rule moves to Friday, so the week is fulfilled."""
    rule = studio.add(series(1))
    studio.run(window("2026-03-09", "2026-03-22"))
    studio.change(rule.key, weekday=5)
    plan = studio.run(studio.week())
    assert plan.counts == {Outcome.EXISTS: 1, Outcome.MOVED: 1}
    assert studio.calendar() == ["2026-03-09 10:00", "2026-03-20 10:00"]


def test_moves_but_not_creations_extend_beyond_window(studio, slot):
    studio.change(slot, start_time=clock("12:00"))
    plan = studio.run(studio.week())
    assert plan.counts == {Outcome.CREATED: 1, Outcome.MOVED: 4}


def test_run_for_later_date_moves_classes_before_window(studio, slot):
    studio.change(slot, start_time=clock("12:00"))
    plan = studio.run(window("2026-04-06", "2026-04-12"))
    assert plan.counts == {Outcome.MOVED: 4}
