"""Make-ups: earned by the studio's rule, once, in time, and unchanged by runs."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from scheduling.models import ScheduledClass
from scheduling.services.classes import edit, make_ups
from scheduling.services.classes.edit import DoubleBookedError, cancel_or_delete
from scheduling.services.schedule_changes import ChangeContext, EditClosure, apply
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, at, moment
from scheduling.tests.jobs.helpers import counts, weekly

pytestmark = pytest.mark.django_db
FRIDAY = MONDAY + timedelta(4)


@pytest.fixture
def lost():
    """Ana's lesson this Monday, a generated class of 45 minutes."""
    ana = make.student("Ana Ruiz")
    make.schedule(ana, make.teacher("Marta Gil", "Europe/Madrid"), end="10:45", subject="Piano")
    weekly(now=EARLY - timedelta(3))
    return ScheduledClass.objects.get()


def cancel(lesson, by="teacher", now=EARLY):
    return edit.cancel(lesson.pk, by=by, now=now)


def schedule(lesson, day=FRIDAY, start="16:00", **values):
    return make_ups.schedule(lesson.pk, to_date=day, start_time=at(start), now=EARLY, **values)


def owed(today=MONDAY):
    return list(ScheduledClass.objects.filter(make_ups.make_ups_owed(today)))


def refused(text):
    return pytest.raises(ValidationError, match=text)


def test_make_up_has_the_same_duration_and_teacher(lost):
    cancel(lost)
    made = schedule(lost)
    made.refresh_from_db()
    assert (made.date, made.start_time, made.end_time) == (FRIDAY, at("16:00"), at("16:45"))
    assert (made.student, made.teacher, made.subject) == (lost.student, lost.teacher, "Piano")
    assert (made.make_up_for, made.week, made.time_zone) == (lost, None, "Europe/Madrid")
    assert made.starts_at == moment("2026-01-09 15:00")


def test_runs_change_neither_make_up_nor_lost_class(lost):
    cancel(lost)
    schedule(lost)
    before = list(ScheduledClass.objects.order_by("id").values())
    assert counts(weekly(now=EARLY)) == {"protected": 1}
    assert list(ScheduledClass.objects.order_by("id").values()) == before


def test_make_up_with_another_teacher_is_in_their_zone(lost):
    cancel(lost)
    made = schedule(lost, teacher=make.teacher("Tom Lee", "America/New_York"))
    assert (str(made.teacher), made.time_zone) == ("Tom Lee", "America/New_York")


@pytest.mark.parametrize(
    ("rule", "by", "notice", "earns"),
    [
        ("teacher", "teacher", 0, True),
        ("teacher", "studio", 0, True),
        ("teacher", "student", 72, False),
        ("notice", "teacher", 0, True),
        ("notice", "student", 24, True),
        ("notice", "student", 23, False),
        ("never", "teacher", 72, False),
        ("never", "student", 72, False),
    ],
)
def test_cancellations_that_earn_a_make_up(lost, rule, by, notice, earns):
    make.studio(makeup_rule=rule)
    cancel(lost, by, lost.starts_at - timedelta(hours=notice))
    assert owed() == ([lost] if earns else [])
    if earns:
        assert schedule(lost).make_up_for == lost
    else:
        with refused("earns no make-up"):
            schedule(lost)


@pytest.mark.parametrize(("hours", "earns"), [(48, True), (47, False)])
def test_notice_is_set_by_the_studio(lost, hours, earns):
    make.studio(makeup_rule="notice", cancel_notice_hours=48)
    cancel(lost, "student", lost.starts_at - timedelta(hours=hours))
    assert owed() == ([lost] if earns else [])
    make.studio(cancel_notice_hours=47)
    assert owed() == [lost]


def test_notes_taken_later_do_not_shorten_the_notice(lost):
    make.studio(makeup_rule="notice")
    cancel(lost, "student", lost.starts_at - timedelta(hours=30))
    edit.mark(lost.pk, attendance="", notes="called by phone", now=lost.starts_at)
    assert owed() == [lost]


def test_last_cancellation_counts(lost):
    make.studio(makeup_rule="notice")
    cancel(lost, "student", lost.starts_at - timedelta(hours=30))
    edit.restore(lost.pk, now=lost.starts_at - timedelta(hours=20))
    cancel(lost, "student", lost.starts_at - timedelta(hours=2))
    assert owed() == []


def test_closure_earns_no_make_up(lost):
    make.closure("Holiday", MONDAY)
    weekly(now=EARLY - timedelta(3))
    lost.refresh_from_db()
    assert lost.status == "cancelled"
    assert owed() == []


@pytest.mark.parametrize(
    ("rule", "whose", "earns"),
    [
        ("teacher", "teacher", True),
        ("notice", "teacher", True),
        ("never", "teacher", False),
        ("notice", "student", False),
    ],
)
def test_closure_of_the_teacher_earns_a_make_up_by_the_rule(lost, rule, whose, earns):
    make.studio(makeup_rule=rule)
    make.closure("Flu", MONDAY, **{whose: getattr(lost, whose)})
    weekly(now=EARLY - timedelta(3))
    lost.refresh_from_db()
    assert (lost.status, lost.cancelled_by) == ("cancelled", "closure")
    assert owed() == ([lost] if earns else [])


def test_planned_time_off_may_earn_no_make_up(lost):
    trip = make.closure("Trip", MONDAY, teacher=lost.teacher, earns_make_ups=False)
    weekly(now=EARLY - timedelta(3))
    assert owed() == []
    with refused("earns no make-up"):
        schedule(lost)
    # Only the classes that the closure cancelled: the teacher may cancel others.
    other = make.lesson(lost.student, FRIDAY, teacher=lost.teacher)
    cancel(other)
    assert owed() == [other]
    apply(EditClosure(trip.pk, {"earns_make_ups": True}), ChangeContext(MONDAY, EARLY, ""), None)
    assert set(owed()) == {lost, other}
    assert ScheduledClass.objects.get(pk=lost.pk).closure == trip


def test_runs_keep_a_class_of_a_closure_that_has_a_make_up(lost):
    closure = make.closure("Flu", MONDAY, teacher=lost.teacher)
    weekly(now=EARLY - timedelta(3))
    made = schedule(lost)
    lost.student.is_active = False
    lost.student.save()
    weekly(now=EARLY - timedelta(3))
    assert make_ups.make_up_of(lost) == made
    assert (lost.closure, lost.status) == (None, "scheduled")  # as loaded before the closure
    lost.refresh_from_db()
    assert (lost.closure, lost.status) == (closure, "cancelled")


def test_one_make_up_per_class(lost):
    cancel(lost)
    made = schedule(lost)
    assert owed() == []
    with refused("It already has a make-up: Ana Ruiz · Fri 9 Jan 2026, 16:00–16:45"):
        schedule(lost, start="18:00")
    made.delete()
    assert owed() == [lost]


def test_database_refuses_a_second_make_up(lost):
    cancel(lost)
    schedule(lost)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.lesson(lost.student, FRIDAY, "18:00", "19:00", make_up_for=lost)


def test_cancelled_make_up_earns_a_make_up(lost):
    cancel(lost)
    made = cancel(schedule(lost))
    assert owed() == [made]
    again = schedule(made, start="18:00")
    assert again.make_up_for == made


def test_make_up_expires(lost):
    make.studio(makeup_days=10)
    cancel(lost)
    last = MONDAY + timedelta(10)
    assert (owed(last), owed(last + timedelta(1))) == ([lost], [])
    with refused("The make-up had to take place by Thursday 15 January 2026."):
        schedule(lost, last + timedelta(1))
    assert schedule(lost, last).date == last


def test_active_class_has_no_make_up(lost):
    with refused("Only a cancelled class can have a make-up."):
        schedule(lost)


def test_make_up_in_a_taken_hour_names_the_class(lost):
    cancel(lost)
    make.lesson(make.student("Leo Park"), FRIDAY, "16:30", "17:00", lost.teacher)
    with pytest.raises(DoubleBookedError, match="Marta Gil already teaches Leo Park"):
        schedule(lost)
    assert owed() == [lost]


def test_one_off_with_a_make_up_is_not_deleted():
    lost = cancel(make.lesson())
    schedule(lost)
    with refused("A make-up refers to this class"):
        cancel_or_delete(lost, EARLY)
