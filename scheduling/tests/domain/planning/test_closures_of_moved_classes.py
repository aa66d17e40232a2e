"""Closures apply to the date and people of a class, even if its rule has changed."""

import pytest

from scheduling.domain.outcomes import Outcome

from .builders import clock, closure, day, series, utc

pytestmark = pytest.mark.one_database(name="sqlite")


class TestClassKeptAtOldTime:
    """The new hour is past this week: the class keeps its time and its teacher."""

    @pytest.fixture
    def friday(self, studio):
        rule = studio.add(series(1, weekday=5))
        studio.run(studio.week())
        studio.change(rule.key, weekday=2, start_time=clock("09:00"), teacher_id=2)
        assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1}
        return rule.key

    def test_closure_of_current_teacher_cancels_and_restores(self, studio, friday):
        before = dict(studio.rows)
        studio.closures.append(closed := closure("2026-03-13", teacher_id=1))
        plan = studio.run(studio.week())
        assert plan.counts == {Outcome.CANCELLED: 1}
        assert [cancel.series.teacher_id for cancel in plan.cancels] == [1]
        plan = studio.run(studio.week())
        assert plan.changes_nothing
        assert plan.closed == {(closed, day("2026-03-13")): 1}
        studio.reopen(closed)
        assert studio.run(studio.week()).counts == {Outcome.RESTORED: 1}
        assert studio.rows == before

    def test_closure_of_new_teacher_does_not_cancel(self, studio, friday):
        studio.closures.append(closure("2026-03-13", teacher_id=2))
        assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1}

    def test_noted_class_is_restored_after_closure_of_teacher(self, studio, friday):
        studio.closures.append(closed := closure("2026-03-13", teacher_id=1))
        studio.run(studio.week())
        studio.update(studio.class_on(friday, day("2026-03-13")).id, edit="noted")
        assert studio.run(studio.week()).changes_nothing
        studio.reopen(closed)
        assert studio.run(studio.week()).counts == {Outcome.RESTORED: 1}
        assert studio.calendar(friday) == ["2026-03-13 10:00"]


class TestBlockedMove:
    """Mondays with teacher 1 become Tuesdays with teacher 2, who is busy then."""

    @pytest.fixture
    def blocked(self, studio, slot):
        studio.add(series(2, weekday=2, student_id=2, teacher_id=2))
        studio.run()
        studio.change(slot, weekday=2, teacher_id=2)
        assert studio.run().counts == {Outcome.CONFLICT: 4, Outcome.EXISTS: 4}
        return slot

    @pytest.mark.parametrize("scope", [{}, {"teacher_id": 1}, {"student_id": 1}], ids=str)
    def test_closure_of_old_date_cancels_class_in_conflict(self, studio, blocked, scope):
        before = dict(studio.rows)
        studio.closures.append(closed := closure("2026-03-16", **scope))
        plan = studio.run()
        assert plan.counts == {Outcome.CANCELLED: 1, Outcome.CONFLICT: 4, Outcome.EXISTS: 4}
        assert [conflict.stays for conflict in plan.conflicts] == [False, True, True, True]
        (note,) = plan.notes
        assert note.reason.params == {"closure": closed.name}
        row = studio.class_on(blocked, day("2026-03-16"))
        assert (row.date, row.teacher_id, row.closure_id) == (day("2026-03-16"), 1, closed.id)
        again = studio.run()
        assert again.changes_nothing
        assert again.counts == {Outcome.CONFLICT: 4, Outcome.EXISTS: 4}

        studio.reopen(closed)
        plan = studio.run()
        assert plan.counts == {Outcome.RESTORED: 1, Outcome.CONFLICT: 4, Outcome.EXISTS: 4}
        assert all(conflict.stays for conflict in plan.conflicts)
        assert studio.rows == before
        assert studio.run().changes_nothing

    def test_cancelled_class_frees_its_old_time(self, studio, blocked):
        studio.add(series(3, student_id=3, teacher_id=1))
        assert studio.run().counts[Outcome.CONFLICT] == 8
        studio.closures.append(closure("2026-03-16", student_id=1))
        plan = studio.run()
        assert [(planned.series.id, planned.day) for planned in plan.creates] == [
            (3, day("2026-03-16"))
        ]

    def test_class_stays_cancelled_if_old_time_is_taken(self, studio, blocked):
        studio.closures.append(closed := closure("2026-03-16", student_id=1))
        studio.run()
        studio.one_off(day("2026-03-16"), clock("10:30"), student_id=5)
        studio.reopen(closed)
        plan = studio.run()
        assert plan.changes_nothing
        assert plan.counts == {Outcome.CONFLICT: 4, Outcome.EXISTS: 4}

    def test_class_moves_off_closure_when_new_time_is_free(self, studio, blocked):
        studio.closures.append(closure("2026-03-16"))
        studio.run()
        (other,) = [row for row in studio.rows.values() if row.date == day("2026-03-17")]
        studio.cancel(other.id)
        assert studio.run().counts[Outcome.RESTORED] == 1
        assert studio.calendar(blocked)[0] == "2026-03-17 10:00"

    def test_booking_at_new_time_is_no_conflict(self, studio, slot):
        studio.one_off(day("2026-03-17"), clock("10:00"))
        studio.change(slot, weekday=2)
        assert studio.run().counts == {Outcome.CONFLICT: 1, Outcome.MOVED: 3}
        studio.closures.append(closure("2026-03-16"))
        plan = studio.run()
        assert plan.counts == {Outcome.CANCELLED: 1, Outcome.EXISTS: 4}
        assert not plan.conflicts
        assert studio.run().counts == {Outcome.EXISTS: 4}


class TestFulfilledByBooking:
    """A closure cancelled a class, and a one-off class has the same times since."""

    def test_cancelled_class_counts_as_existing(self, studio, slot):
        studio.closures.append(closed := closure("2026-03-16"))
        studio.run()
        studio.one_off(day("2026-03-16"), clock("10:00"))
        studio.reopen(closed)
        plan = studio.run()
        assert plan.changes_nothing
        assert plan.counts == {Outcome.EXISTS: 4}

    def test_one_off_with_other_teacher_is_conflict(self, studio, slot):
        studio.closures.append(closed := closure("2026-03-16"))
        studio.run()
        studio.one_off(day("2026-03-16"), clock("10:00"), teacher_id=3)
        studio.reopen(closed)
        assert studio.run().counts == {Outcome.CONFLICT: 1, Outcome.EXISTS: 3}


class TestClassInOtherWeek:
    """SQL moved Friday's class to Thursday of the next week; its rule is on Tuesdays now."""

    @pytest.fixture
    def misplaced(self, studio):
        rule = studio.add(series(1, weekday=5))
        studio.run()
        studio.change(rule.key, weekday=2)
        studio.move(
            studio.class_on(rule.key, day("2026-03-13")).id, day("2026-03-19"), clock("10:00")
        )
        studio.update(studio.class_on(rule.key, day("2026-03-13")).id, edit="")
        return rule.key

    def test_class_returns_to_its_date_and_others_move(self, studio, misplaced):
        assert studio.run(studio.week()).counts == {Outcome.MOVED: 4}
        assert studio.calendar(misplaced)[:2] == ["2026-03-13 10:00", "2026-03-17 10:00"]
        assert studio.run(studio.week()).changes_nothing

    def test_class_is_cancelled_on_its_closed_date(self, studio, misplaced):
        studio.closures.append(closure("2026-03-13"))
        assert studio.run(studio.week()).counts == {Outcome.CANCELLED: 1, Outcome.MOVED: 3}
        row = studio.class_on(misplaced, day("2026-03-13"))
        assert (row.date, row.is_cancelled) == (day("2026-03-13"), True)

    def test_class_is_kept_when_its_date_is_past(self, studio, misplaced):
        studio.now = utc("2026-03-14T12:00")
        assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1, Outcome.MOVED: 3}
        assert "2026-03-19 10:00" in studio.calendar(misplaced)

    def test_class_in_unknown_zone_gets_zone_of_rule(self, studio, misplaced):
        row = studio.class_on(misplaced, day("2026-03-13"))
        studio.update(row.id, zone="Mars/Olympus")
        studio.run()
        assert studio.calendar(misplaced)[0] == "2026-03-13 10:00"
        assert studio.class_on(misplaced, day("2026-03-13")).zone == "Europe/Madrid"

    def test_closure_of_other_week_does_not_cancel_blocked_class(self, studio):
        rule = studio.add(series(1, weekday=5))
        studio.run()
        row = studio.class_on(rule.key, day("2026-03-13"))
        studio.move(row.id, day("2026-03-19"), clock("10:00"))
        studio.update(row.id, edit="")
        studio.one_off(day("2026-03-13"), clock("10:30"), student_id=5)
        studio.closures.append(closure("2026-03-19"))
        plan = studio.run()
        assert plan.counts == {Outcome.CONFLICT: 1, Outcome.EXISTS: 3}
