"""A series changes: its future untouched classes follow, the others stay."""

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduling.domain.outcomes import Outcome, Reason
from scheduling.domain.series import Suspension

from .builders import clock, day, series, utc, window

pytestmark = pytest.mark.one_database(name="sqlite")


@pytest.fixture
def today_slot(studio):
    """Wednesdays 10:00, made on Monday, this week's class included."""
    rule = studio.add(series(1, weekday=3))
    studio.run(window("2026-03-09", "2026-03-25"))
    assert studio.calendar() == ["2026-03-11 10:00", "2026-03-18 10:00", "2026-03-25 10:00"]
    return rule.key


def test_changed_on_wednesday_before_todays_class(studio, today_slot):
    studio.change(today_slot, weekday=5, start_time=clock("16:00"))
    plan = studio.run(studio.week())
    assert plan.counts == {Outcome.MOVED: 3}, "all that is ahead, not the window's alone"
    assert studio.calendar() == ["2026-03-13 16:00", "2026-03-20 16:00", "2026-03-27 16:00"]
    note = plan.notes[0]
    assert (note.day, note.start_time) == (day("2026-03-13"), clock("16:00"))
    assert note.reason == Reason(
        "rule_changed", {"from_date": "2026-03-11", "from_start": "10:00", "from_end": "11:00"}
    )


def test_changed_on_wednesday_after_todays_class(studio, today_slot):
    studio.now = utc("2026-03-11T09:00")  # 10:00 in Madrid: it begins this very second
    studio.change(today_slot, weekday=5, start_time=clock("16:00"))
    assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1, Outcome.MOVED: 2}
    assert studio.calendar() == ["2026-03-11 10:00", "2026-03-20 16:00", "2026-03-27 16:00"]


def test_changed_one_second_before_todays_class(studio, today_slot):
    studio.now = utc("2026-03-11T08:59:59")
    studio.change(today_slot, start_time=clock("18:00"))
    assert studio.run(studio.week()).counts == {Outcome.MOVED: 3}


def test_changed_to_an_hour_that_is_over_keeps_this_weeks_class(studio):
    rule = studio.add(series(1, weekday=5))
    studio.run(window("2026-03-09", "2026-03-22"))
    studio.change(rule.key, weekday=1)
    assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1, Outcome.MOVED: 1}
    assert studio.calendar() == ["2026-03-13 10:00", "2026-03-16 10:00"]
    assert studio.run(studio.horizon()).counts == {Outcome.EXISTS: 2, Outcome.CREATED: 3}


def test_changed_to_this_very_second_is_too_late(studio, slot):
    rule = studio.add(series(2, student_id=2, weekday=5))
    studio.run()
    studio.now = utc("2026-03-11T11:00")
    studio.change(rule.key, weekday=3, start_time=clock("12:00"))  # 11:00 UTC
    studio.run()
    assert studio.calendar(rule.key)[:2] == ["2026-03-13 10:00", "2026-03-18 12:00"]


def test_a_b_a(studio, slot):
    before = dict(studio.rows)
    studio.change(slot, weekday=4, start_time=clock("17:00"), teacher_id=2)
    studio.run()
    studio.change(slot, weekday=1, start_time=clock("10:00"), teacher_id=1)
    studio.run()
    assert {id: row for id, row in studio.rows.items() if id in before} == before
    assert studio.run().changes_nothing


def test_a_b_a_without_a_run_between_changes_nothing(studio, slot):
    studio.change(slot, weekday=4)
    studio.change(slot, weekday=1)
    assert studio.run().changes_nothing


def test_only_the_subject_changed(studio, slot):
    studio.change(slot, subject="Cello")
    plan = studio.run()
    assert plan.counts == {Outcome.MOVED: 4}
    assert {note.reason.code for note in plan.notes} == {"details_changed"}
    assert plan.notes[0].reason.params == {"from_subject": "Piano", "to_subject": "Cello"}
    assert {row.subject for row in studio.of(slot)} == {"Cello"}


def test_only_the_sharing_changed(studio, slot):
    studio.change(slot, is_shared=True)
    (reason, *_) = [note.reason for note in studio.run().notes]
    assert reason == Reason("details_changed", {"to_shared": True})


def test_a_new_hour_and_a_new_subject_are_told_together(studio, slot):
    studio.change(slot, start_time=clock("12:00"), subject="Cello")
    params = studio.run().notes[0].reason.params
    assert (params["from_start"], params["to_subject"]) == ("10:00", "Cello")
    assert "to_shared" not in params


def test_what_moves_is_noted_in_the_zone_that_it_moves_to(studio, slot):
    studio.change(slot, zone="Asia/Tokyo")
    assert {note.zone for note in studio.run().notes} == {"Asia/Tokyo"}


def test_only_the_length_changed(studio, slot):
    studio.change(slot, duration_minutes=90)
    plan = studio.run()
    assert plan.counts == {Outcome.MOVED: 4}
    assert {row.end_time for row in studio.of(slot)} == {clock("11:30")}


def test_a_new_zone_keeps_the_wall_clock_and_derives_new_instants(studio, slot):
    studio.change(slot, zone="Atlantic/Canary")
    before = {row.week: row.starts for row in studio.of(slot)}
    assert studio.run().counts == {Outcome.MOVED: 4}
    assert {row.week: row.starts - 3600 for row in studio.of(slot)} == before
    assert studio.calendar(slot)[0] == "2026-03-16 10:00"


def test_a_new_tzdata_derives_new_instants_of_future_classes(studio, slot):
    """Rows written when their zone was said to be an hour further east."""
    for row in studio.of(slot):
        studio.update(row.id, starts=row.starts - 3600, ends=row.ends - 3600)
    assert studio.run().counts == {Outcome.MOVED: 4}


@pytest.mark.parametrize("index", [0, 1, 3], ids=["first", "second", "last"])
def test_from_a_date_on(studio, slot, index):
    """The old rule ends the day before; its successor is another series."""
    dates = [row.date for row in sorted(studio.of(slot), key=lambda row: row.date)]
    cut = dates[index]
    studio.change(slot, last=cut - timedelta(days=1))
    studio.add(replace(studio.series[slot], id=2, first=cut, last=None, start_time=clock("12:00")))
    plan = studio.run()
    assert plan.counts[Outcome.CREATED] == plan.counts[Outcome.REMOVED] == 4 - index
    assert studio.calendar() == [f"{date} 10:00" for date in dates[:index]] + [
        f"{date} 12:00" for date in dates[index:]
    ]
    assert studio.run().changes_nothing


def test_from_a_date_on_at_the_same_hour_the_new_takes_the_old_ones_place(studio, slot):
    studio.change(slot, last=day("2026-03-22"))
    studio.add(series(2, first="2026-03-23", subject="Cello"))
    plan = studio.run()
    assert (plan.counts[Outcome.REMOVED], plan.counts[Outcome.CREATED]) == (3, 3)
    assert not plan.conflicts


def test_teacher_swapped(studio, slot):
    studio.change(slot, teacher_id=2)
    assert studio.run().counts == {Outcome.MOVED: 4}
    assert {row.teacher_id for row in studio.of(slot)} == {2}


def test_pause_then_resume(studio, slot):
    paused = Suspension(Outcome.PAUSED, Reason("slot_paused"))
    studio.change(slot, suspension=paused)
    plan = studio.run()
    assert plan.counts == {Outcome.PAUSED: 1, Outcome.REMOVED: 4}
    assert {remove.reason.code for remove in plan.removes} == {"slot_paused"}
    assert studio.run().counts == {Outcome.PAUSED: 1}
    studio.change(slot, suspension=None)
    assert studio.run().counts == {Outcome.CREATED: 4}


def test_student_deactivated_then_reactivated(studio, slot):
    studio.note(studio.class_on(slot, day("2026-03-23")).id)
    studio.change(slot, suspension=Suspension(Outcome.INACTIVE, Reason("student_inactive")))
    plan = studio.run()
    assert plan.counts == {Outcome.INACTIVE: 1, Outcome.REMOVED: 3, Outcome.PROTECTED: 1}
    assert studio.calendar() == ["2026-03-23 10:00"]
    studio.change(slot, suspension=None)
    assert studio.run().counts == {Outcome.CREATED: 3, Outcome.PROTECTED: 1}


def test_a_halted_series_keeps_what_has_begun(studio, today_slot):
    studio.now = utc("2026-03-11T09:30")
    studio.change(today_slot, suspension=Suspension(Outcome.PAUSED, Reason("slot_paused")))
    plan = studio.run(studio.week())
    assert plan.counts == {Outcome.PAUSED: 1, Outcome.EXISTS: 1, Outcome.REMOVED: 2}
    assert studio.calendar() == ["2026-03-11 10:00"]
    assert studio.run(studio.week()).counts == {Outcome.PAUSED: 1, Outcome.EXISTS: 1}


def test_ended_on_its_last_day(studio, slot):
    studio.change(slot, last=day("2026-03-23"), last_by="student")
    plan = studio.run()
    assert plan.counts[Outcome.REMOVED] == 2
    for remove in plan.removes:
        assert remove.reason == Reason("student_ends", {"date": "2026-03-23"})
    assert studio.calendar() == ["2026-03-16 10:00", "2026-03-23 10:00"]


def test_started_later_than_its_first_classes(studio, slot):
    studio.change(slot, first=day("2026-03-17"))
    plan = studio.run()
    (remove,) = plan.removes
    assert remove.reason == Reason("series_starts", {"date": "2026-03-17"})


def test_every_other_week_from_now_on(studio, slot):
    studio.change(slot, interval_weeks=2, anchor=day("2026-03-16"))
    plan = studio.run()
    assert [remove.row.date for remove in plan.removes] == [day("2026-03-23"), day("2026-04-06")]
    assert {remove.reason.code for remove in plan.removes} == {"not_this_week"}


def test_a_change_of_weekday_does_not_add_a_second_class_to_the_week(studio):
    """Monday's class is past when the rule goes to Friday: the week is fulfilled."""
    rule = studio.add(series(1))
    studio.run(window("2026-03-09", "2026-03-22"))
    studio.change(rule.key, weekday=5)
    plan = studio.run(studio.week())
    assert plan.counts == {Outcome.EXISTS: 1, Outcome.MOVED: 1}
    assert studio.calendar() == ["2026-03-09 10:00", "2026-03-20 10:00"]


def test_moves_reach_beyond_the_window_and_creations_do_not(studio, slot):
    studio.change(slot, start_time=clock("12:00"))
    plan = studio.run(studio.week())
    assert plan.counts == {Outcome.CREATED: 1, Outcome.MOVED: 4}


def test_a_run_for_a_later_date_moves_what_lies_before_its_window_too(studio, slot):
    studio.change(slot, start_time=clock("12:00"))
    plan = studio.run(window("2026-04-06", "2026-04-12"))
    assert plan.counts == {Outcome.MOVED: 4}
