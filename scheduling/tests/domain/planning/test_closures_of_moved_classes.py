"""Closures go by where a class is and whom it is with, be that no longer what its rule says."""

import pytest

from scheduling.domain.outcomes import Outcome

from .builders import clock, closure, day, series, utc

pytestmark = pytest.mark.one_database(name="sqlite")


class TestKeptWhereItWasAnnounced:
    """The rule's new hour of this week is over, and its new teacher another: the class stays."""

    @pytest.fixture
    def friday(self, studio):
        rule = studio.add(series(1, weekday=5))
        studio.run(studio.week())
        studio.change(rule.key, weekday=2, start_time=clock("09:00"), teacher_id=2)
        assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1}
        return rule.key

    def test_time_off_of_the_teacher_who_gives_it_cancels_it_and_the_end_restores_it(
        self, studio, friday
    ):
        before = dict(studio.rows)
        studio.closures.append(off := closure("2026-03-13", teacher_id=1))
        plan = studio.run(studio.week())
        assert plan.counts == {Outcome.CANCELLED: 1}
        assert [cancel.series.teacher_id for cancel in plan.cancels] == [1]
        plan = studio.run(studio.week())
        assert plan.changes_nothing
        assert plan.closed == {(off, day("2026-03-13")): 1}
        studio.reopen(off)
        assert studio.run(studio.week()).counts == {Outcome.RESTORED: 1}
        assert studio.rows == before

    def test_time_off_of_the_rules_new_teacher_is_none_of_its_own(self, studio, friday):
        studio.closures.append(closure("2026-03-13", teacher_id=2))
        assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1}

    def test_a_note_on_it_stays_while_the_teacher_who_gives_it_is_off(self, studio, friday):
        studio.closures.append(off := closure("2026-03-13", teacher_id=1))
        studio.run(studio.week())
        studio.update(studio.class_on(friday, day("2026-03-13")).id, edit="noted")
        assert studio.run(studio.week()).changes_nothing
        studio.reopen(off)
        assert studio.run(studio.week()).counts == {Outcome.RESTORED: 1}
        assert studio.calendar(friday) == ["2026-03-13 10:00"]


class TestKeptFromItsNewPlace:
    """Mondays with teacher 1 become Tuesdays with teacher 2, who has somebody else then."""

    @pytest.fixture
    def blocked(self, studio, slot):
        studio.add(series(2, weekday=2, student_id=2, teacher_id=2))
        studio.run()
        studio.change(slot, weekday=2, teacher_id=2)
        assert studio.run().counts == {Outcome.CONFLICT: 4, Outcome.EXISTS: 4}
        return slot

    @pytest.mark.parametrize("who", [{}, {"teacher_id": 1}, {"student_id": 1}], ids=str)
    def test_a_closure_of_its_old_date_cancels_it_there_beside_the_conflict(
        self, studio, blocked, who
    ):
        before = dict(studio.rows)
        studio.closures.append(closed := closure("2026-03-16", **who))
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

    def test_the_place_that_it_leaves_is_free_for_others(self, studio, blocked):
        studio.add(series(3, student_id=3, teacher_id=1))
        assert studio.run().counts[Outcome.CONFLICT] == 8
        studio.closures.append(closure("2026-03-16", student_id=1))
        plan = studio.run()
        assert [(planned.series.id, planned.day) for planned in plan.creates] == [
            (3, day("2026-03-16"))
        ]

    def test_its_old_place_taken_meanwhile_it_stays_cancelled(self, studio, blocked):
        studio.closures.append(closed := closure("2026-03-16", student_id=1))
        studio.run()
        studio.one_off(day("2026-03-16"), clock("10:30"), student_id=5)
        studio.reopen(closed)
        plan = studio.run()
        assert plan.changes_nothing
        assert plan.counts == {Outcome.CONFLICT: 4, Outcome.EXISTS: 4}

    def test_its_new_place_free_it_goes_there_under_the_closure_of_the_old(self, studio, blocked):
        studio.closures.append(closure("2026-03-16"))
        studio.run()
        (other,) = [row for row in studio.rows.values() if row.date == day("2026-03-17")]
        studio.cancel(other.id)
        assert studio.run().counts[Outcome.RESTORED] == 1
        assert studio.calendar(blocked)[0] == "2026-03-17 10:00"

    def test_a_one_off_that_stands_in_for_it_there_is_no_conflict(self, studio, slot):
        studio.one_off(day("2026-03-17"), clock("10:00"))
        studio.change(slot, weekday=2)
        assert studio.run().counts == {Outcome.CONFLICT: 1, Outcome.MOVED: 3}
        studio.closures.append(closure("2026-03-16"))
        plan = studio.run()
        assert plan.counts == {Outcome.CANCELLED: 1, Outcome.EXISTS: 4}
        assert not plan.conflicts
        assert studio.run().counts == {Outcome.EXISTS: 4}


class TestStoodInFor:
    """A closure cancelled it, and a one-off at its very times holds its place since."""

    def test_it_counts_as_existing_and_stays_cancelled(self, studio, slot):
        studio.closures.append(closed := closure("2026-03-16"))
        studio.run()
        studio.one_off(day("2026-03-16"), clock("10:00"))
        studio.reopen(closed)
        plan = studio.run()
        assert plan.changes_nothing
        assert plan.counts == {Outcome.EXISTS: 4}

    def test_a_one_off_with_another_teacher_is_in_its_way(self, studio, slot):
        studio.closures.append(closed := closure("2026-03-16"))
        studio.run()
        studio.one_off(day("2026-03-16"), clock("10:00"), teacher_id=3)
        studio.reopen(closed)
        assert studio.run().counts == {Outcome.CONFLICT: 1, Outcome.EXISTS: 3}


class TestPutIntoAnotherWeekBySql:
    """Friday's class stands on Thursday of the week after, and the rule is for Tuesdays now."""

    @pytest.fixture
    def astray(self, studio):
        rule = studio.add(series(1, weekday=5))
        studio.run()
        studio.change(rule.key, weekday=2)
        studio.move(
            studio.class_on(rule.key, day("2026-03-13")).id, day("2026-03-19"), clock("10:00")
        )
        studio.update(studio.class_on(rule.key, day("2026-03-13")).id, edit="")
        return rule.key

    def test_it_is_straightened_to_its_own_date_and_the_others_are_moved(self, studio, astray):
        assert studio.run(studio.week()).counts == {Outcome.MOVED: 4}
        assert studio.calendar(astray)[:2] == ["2026-03-13 10:00", "2026-03-17 10:00"]
        assert studio.run(studio.week()).changes_nothing

    def test_under_a_closure_of_its_own_date_it_is_cancelled_there(self, studio, astray):
        studio.closures.append(closure("2026-03-13"))
        assert studio.run(studio.week()).counts == {Outcome.CANCELLED: 1, Outcome.MOVED: 3}
        row = studio.class_on(astray, day("2026-03-13"))
        assert (row.date, row.is_cancelled) == (day("2026-03-13"), True)

    def test_once_its_own_date_is_over_as_well_it_stays_as_it_is(self, studio, astray):
        studio.now = utc("2026-03-14T12:00")
        assert studio.run(studio.week()).counts == {Outcome.EXISTS: 1, Outcome.MOVED: 3}
        assert "2026-03-19 10:00" in studio.calendar(astray)

    def test_in_a_zone_that_is_none_it_is_read_in_the_rules(self, studio, astray):
        row = studio.class_on(astray, day("2026-03-13"))
        studio.update(row.id, zone="Mars/Olympus")
        studio.run()
        assert studio.calendar(astray)[0] == "2026-03-13 10:00"
        assert studio.class_on(astray, day("2026-03-13")).zone == "Europe/Madrid"

    def test_blocked_under_a_closure_of_that_week_it_is_not_cancelled_out_of_its_week(self, studio):
        rule = studio.add(series(1, weekday=5))
        studio.run()
        row = studio.class_on(rule.key, day("2026-03-13"))
        studio.move(row.id, day("2026-03-19"), clock("10:00"))
        studio.update(row.id, edit="")
        studio.one_off(day("2026-03-13"), clock("10:30"), student_id=5)
        studio.closures.append(closure("2026-03-19"))
        plan = studio.run()
        assert plan.counts == {Outcome.CONFLICT: 1, Outcome.EXISTS: 3}
