"""The explanation of a person's classes on a date."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import (
    CancelledBy,
    FixedSchedule,
    Job,
    JobRun,
    ScheduledClass,
    Student,
    Teacher,
)
from scheduling.models.studio import one_reading
from scheduling.services.classes import occurrences
from scheduling.services.classes.edit import cancel, mark_attendance, move
from scheduling.services.explain import ExplainedSeries, Explanation, explain
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, day, moment
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.support.history import add_run

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

NEXT = day("2026-01-12")


@pytest.fixture
def ana() -> Student:
    return make.student("Ana Ruiz")


@pytest.fixture
def marta() -> Teacher:
    return make.teacher("Marta Gil", "Europe/Madrid")


def of(student: Student, on: Any = MONDAY, now: Any = EARLY) -> Explanation:
    return explain(student_id=student.pk, day=on, now=now)


def only(student: Student, on: Any = MONDAY, now: Any = EARLY) -> ExplainedSeries:
    (rule,) = of(student, on, now).rules
    return rule


def test_existing_class_and_its_origin(ana: Student, marta: Teacher) -> None:
    make.schedule(ana, marta)
    run = weekly().run_id
    stored = ScheduledClass.objects.get()
    JobRun.objects.update(started_at=moment("2026-01-05 06:00"))

    result = of(ana)

    assert result.summary == (
        "Ana Ruiz has a class on Monday 5 January 2026: "
        "10:00–11:00 Europe/Madrid · Ana Ruiz · Marta Gil."
    )
    (rule,) = result.rules
    assert rule.description == "Monday 10:00–11:00 Europe/Madrid · Ana Ruiz · Marta Gil"
    assert (rule.applies, rule.outcome, rule.class_id) == (True, "exists", stored.pk)
    assert rule.reason == "the class exists"
    (one,) = result.classes
    assert (one.scheduled_class, one.change) == (stored, "")
    assert (
        one.origin
        == f"created by run {run}: This week's lessons, command line, Mon 5 Jan 2026, 06:00"
    )
    JobRun.objects.all().delete()
    assert of(ana).classes[0].origin == f"created by run {run}, whose log has been deleted"


def test_planned_class(ana: Student) -> None:
    make.schedule(ana)

    assert of(ana).summary == (
        "Ana Ruiz has no class on Monday 5 January 2026 yet: Monday 10:00–11:00 · Ana Ruiz is "
        "planned; created with the next run."
    )
    assert only(ana).outcome == "planned"
    assert only(ana, NEXT).reason == "created with the next run"
    add_run(Job.WATCH, EARLY)
    assert only(ana, NEXT).reason == "created automatically on Monday 12 January"
    assert only(ana, day("2025-12-29")).reason == (
        "its time has passed, so it is not created automatically"
    )
    assert not ScheduledClass.objects.exists()


def test_beyond_the_horizon(ana: Student, marta: Teacher) -> None:
    make.slot(marta, ana)
    assert only(ana, day("2026-03-30")).reason == "created with the next run"
    add_run(Job.WATCH, EARLY)
    assert only(ana, day("2026-03-23")).reason == "created with the next run"
    assert only(ana, day("2026-03-30")).reason == "created automatically on Tuesday 6 January"


def test_other_weekday(ana: Student) -> None:
    make.schedule(ana)
    result = of(ana, day("2026-01-06"))
    assert result.summary == (
        "Ana Ruiz has no class on Tuesday 6 January 2026: the schedule is for Monday."
    )
    assert (result.rules[0].applies, result.rules[0].outcome) == (
        False,
        "not_this_weekday",
    )
    make.schedule(ana, weekday=3)
    assert of(ana, day("2026-01-06")).summary == (
        "Ana Ruiz has no class on Tuesday 6 January 2026: no schedule is for that weekday."
    )


@pytest.mark.parametrize(
    ("values", "fate", "reason"),
    [
        (
            {"interval_weeks": 2, "valid_from": day("2025-12-29")},
            "not_this_week",
            "the schedule takes place every 2 weeks, not in this one",
        ),
        (
            {"valid_from": NEXT},
            "not_started",
            "the schedule is valid from Monday 12 January 2026",
        ),
        (
            {"valid_until": day("2026-01-04")},
            "ended",
            "the schedule ended on Sunday 4 January 2026",
        ),
        ({"status": "paused"}, "paused", "the slot is paused"),
        ({"status": "cancelled"}, "ended", "the slot is cancelled"),
    ],
)
def test_series_that_does_not_apply(
    ana: Student, values: dict[str, Any], fate: str, reason: str
) -> None:
    make.slot(student=ana, **values)
    rule = only(ana)
    assert (rule.applies, rule.outcome, rule.reason) == (False, fate, reason)
    assert of(ana).summary == f"Ana Ruiz has no class on Monday 5 January 2026: {reason}."


@pytest.mark.parametrize(
    ("values", "fate", "reason"),
    [
        ({"start_date": NEXT}, "not_started", "the student starts on Monday 12 January 2026"),
        ({"start_date": None}, "not_started", "the student has no start date"),
        ({"end_date": day("2026-01-04")}, "ended", "the student ended on Sunday 4 January 2026"),
        ({"is_active": False}, "inactive", "the student is not active"),
    ],
)
def test_inactive_student(ana: Student, values: dict[str, Any], fate: str, reason: str) -> None:
    make.schedule(ana)
    Student.objects.update(**values)
    assert (only(ana).outcome, only(ana).reason) == (fate, reason)


def test_inactive_teacher_and_unknown_zone(ana: Student, marta: Teacher) -> None:
    make.schedule(ana, marta)
    Teacher.objects.update(is_active=False)
    assert only(ana).reason == "the teacher is not active"
    Teacher.objects.update(is_active=True, time_zone="Mars/Olympus")
    assert (only(ana).outcome, "Mars/Olympus" in only(ana).reason) == ("invalid", True)


def test_closure_before_and_after_its_run(ana: Student) -> None:
    make.schedule(ana)
    holiday = make.closure("Epiphany", MONDAY)
    assert (only(ana).outcome, only(ana).reason) == ("closed", "closed: Epiphany")

    holiday.delete()
    weekly()
    holiday = make.closure("Epiphany", MONDAY)
    assert only(ana).reason == ("the class exists; the next run cancels it: closed: Epiphany")

    weekly()
    result = of(ana)
    assert (result.rules[0].outcome, result.rules[0].reason) == (
        "closed",
        "a closure cancelled its class",
    )
    assert result.classes[0].change == "cancelled under a closure; Epiphany"
    holiday.delete()
    assert only(ana).reason == "the closure is gone; the next run restores the class"


def test_deleted_closure_with_a_taken_time_is_a_conflict(ana: Student, marta: Teacher) -> None:
    make.schedule(ana, marta)
    weekly()
    holiday = make.closure("Epiphany", MONDAY)
    weekly()
    stored = ScheduledClass.objects.get()
    assert only(ana).reason == "a closure cancelled its class"
    make.lesson(make.student("Leo Park"), MONDAY, teacher=marta)
    holiday.delete()

    rule = only(ana)

    assert (rule.outcome, rule.class_id) == ("conflict", stored.pk)
    assert rule.reason.startswith("Marta Gil already teaches Leo Park, Mon 5 Jan 2026, 10:00")


def test_conflict_names_the_class(ana: Student, marta: Teacher) -> None:
    make.schedule(ana, marta)
    taken = make.lesson(make.student("Ben Oz"), MONDAY, "10:30", "11:30", marta)

    rule = only(ana)

    reason = "Marta Gil already teaches Ben Oz, Mon 5 Jan 2026, 10:30–11:30 Europe/Madrid"
    assert (rule.applies, rule.outcome, rule.reason) == (True, "conflict", reason)
    assert rule.class_id == taken.pk
    assert of(ana).summary == f"Ana Ruiz has no class on Monday 5 January 2026: {reason}."


def test_week_fulfilled_by_a_moved_class(ana: Student) -> None:
    make.schedule(ana)
    weekly()
    one = ScheduledClass.objects.get()
    move(one.pk, to_date=day("2026-01-07"), now=EARLY)

    rule = only(ana)

    reason = (
        "the class of that week is the one on Wed 7 Jan 2026, 10:00–11:00, moved by hand: stays"
    )
    assert (rule.applies, rule.outcome, rule.reason, rule.class_id) == (
        True,
        "held",
        reason,
        one.pk,
    )
    assert of(ana).summary == f"Ana Ruiz has no class on Monday 5 January 2026: {reason}."
    result = of(ana, day("2026-01-07"))
    assert result.summary.startswith("Ana Ruiz has a class on Wednesday 7 January 2026")
    assert result.classes[0].change == "moved by hand: stays; originally on Monday 5 January 2026"
    assert result.rules[0].outcome == "exists"


def test_cancellation_by_a_person(ana: Student) -> None:
    make.schedule(ana)
    weekly()
    one = ScheduledClass.objects.get()
    cancel(one.pk, by=CancelledBy.STUDENT, reason="ill", now=EARLY)
    result = of(ana)
    assert result.summary == (
        "Ana Ruiz has no class on Monday 5 January 2026: cancelled by a person: stays cancelled."
    )
    assert result.classes[0].change == "cancelled by a person: stays cancelled; ill"
    assert (result.rules[0].outcome, result.rules[0].class_id) == ("cancelled", one.pk)


def test_planned_occurrence_cancelled_by_a_person(ana: Student) -> None:
    key = SeriesKey(SeriesKind.FIXED_SCHEDULE, make.schedule(ana).pk)
    occurrences.cancel(key, NEXT, by=CancelledBy.TEACHER, now=EARLY)
    result = of(ana, NEXT)
    assert result.rules[0].outcome == "cancelled"
    assert result.classes[0].origin == "entered by hand before it was created automatically"


def test_changed_series_with_its_class_on_the_old_date(ana: Student) -> None:
    make.schedule(ana, weekday=5)
    weekly()
    FixedSchedule.objects.update(weekday=4)
    friday, thursday = day("2026-01-09"), day("2026-01-08")

    rule = only(ana, thursday)
    assert (rule.outcome, rule.reason) == (
        "moved",
        "the class of that week is still on Fri 9 Jan 2026, 10:00–11:00; the next run "
        "moves it here",
    )
    assert only(ana, friday).reason == (
        "the class exists; the next run updates it: Thu 8 Jan 2026, 10:00–11:00"
    )
    # A class that has begun stays there.
    late = moment("2026-01-09 10:30")
    assert only(ana, thursday, late).reason == (
        "the class of that week is the one on Fri 9 Jan 2026, 10:00–11:00"
    )

    make.lesson(ana, thursday)
    blocked = only(ana, thursday)
    assert blocked.outcome == "conflict"
    assert "the class stays on Fri 9 Jan 2026, 10:00–11:00" in blocked.reason

    FixedSchedule.objects.update(valid_until=day("2026-01-06"))
    assert only(ana, friday).reason == (
        "the class exists; the next run removes it: the schedule ended on Tue 6 Jan 2026"
    )


def test_one_off_in_place_of_the_class(ana: Student) -> None:
    make.schedule(ana)
    stands = make.lesson(ana, MONDAY, edited_at=EARLY)
    result = of(ana)
    assert (result.rules[0].outcome, result.rules[0].class_id) == ("exists", stands.pk)
    assert result.rules[0].reason == "a class entered by hand takes its place"
    assert (result.classes[0].origin, result.classes[0].change) == ("entered by hand", "")


def test_attendance_is_included(ana: Student) -> None:
    make.schedule(ana)
    weekly()
    mark_attendance(ScheduledClass.objects.get().pk, "excused", now=EARLY)
    assert of(ana).classes[0].change == "attendance is marked: stays"


def test_no_schedule_and_no_class(ana: Student) -> None:
    assert of(ana).summary == (
        "Ana Ruiz has no class on Monday 5 January 2026: there is no weekly schedule, and "
        "nothing was "
        "entered by hand."
    )
    make.lesson(ana, MONDAY, status="cancelled", cancelled_by="student")
    assert of(ana).summary.endswith("everything was cancelled.")


def test_summary_uses_the_first_outcome(ana: Student) -> None:
    make.schedule(ana, weekday=2)
    make.slot(student=ana, status="paused")
    result = of(ana)
    assert [rule.outcome for rule in result.rules] == ["paused", "not_this_weekday"]
    assert result.summary == "Ana Ruiz has no class on Monday 5 January 2026: the slot is paused."
    make.slot(student=ana, start="12:00", status="paused")
    assert "the slot is paused (and more; see each schedule)" in of(ana).summary


def test_teacher(ana: Student, marta: Teacher) -> None:
    make.slot(marta, ana)
    make.slot(marta, start="12:00")

    result = explain(teacher_id=marta.pk, day=MONDAY, now=EARLY)
    assert result.summary == "Marta Gil has no class on Monday 5 January 2026 yet: 2 are planned."
    assert {rule.teacher for rule in result.rules} == {"Marta Gil"}

    horizon()
    result = explain(teacher_id=marta.pk, day=MONDAY, now=EARLY)
    assert result.summary == "Marta Gil has 2 classes on Monday 5 January 2026."


def test_class_of_a_substitute_is_excluded(ana: Student, marta: Teacher) -> None:
    make.slot(marta, ana)
    horizon()
    one = ScheduledClass.objects.get(date=MONDAY)
    move(one.pk, teacher=make.teacher("Noor Aziz"), now=EARLY)

    result = explain(teacher_id=marta.pk, day=MONDAY, now=EARLY)

    assert result.summary == (
        "Marta Gil has no class on Monday 5 January 2026: the class of that week is given by "
        "Noor Aziz."
    )
    assert of(ana).rules[0].outcome == "exists"


def test_person_is_required(ana: Student) -> None:
    for people in ({}, {"student_id": ana.pk, "teacher_id": 1}):
        with pytest.raises(ValueError, match="a student or a teacher"):
            explain(**people, day=MONDAY, now=EARLY)
    with pytest.raises(Student.DoesNotExist):
        explain(student_id=0, day=MONDAY, now=EARLY)


def test_number_of_queries_is_constant(marta: Teacher) -> None:
    def queries() -> int:
        with one_reading(), CaptureQueriesContext(connection) as seen:
            result = explain(teacher_id=marta.pk, day=MONDAY, now=EARLY)
            _texts = [result.summary, *(rule.description for rule in result.rules)]
            _texts += [one.description for one in result.classes]
        return len(seen)

    def more(count: int) -> None:
        for _each in range(count):
            student = make.student()
            make.slot(marta, student, weekday=3)
            make.schedule(student, marta, start="08:00", end="09:00", is_shared=True)
            make.slot(marta, student, start="12:30")
        weekly()

    make.lesson(make.student(), MONDAY, "12:00", "13:00", marta)
    more(2)
    few = queries()
    more(6)
    assert queries() == few
