"""What a person does to one class, and what is refused in a clear sentence."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from scheduling.models import Attendance, CancelledBy, ClassStatus, ScheduledClass
from scheduling.services.classes import edit
from scheduling.services.classes.edit import DoubleBookedError
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, at, day, moment
from scheduling.tests.jobs.helpers import counts, dates, weekly

pytestmark = pytest.mark.django_db

TUESDAY = day("2026-01-06")
AFTER = moment("2026-01-05 12:00")


@pytest.fixture
def one() -> ScheduledClass:
    """A generated class with a teacher, today at ten."""
    make.schedule(make.student("Ana Ruiz"), make.teacher("Marta Gil"))
    weekly()
    return ScheduledClass.objects.get()


def cancel(one: ScheduledClass, **values: Any) -> ScheduledClass:
    return edit.cancel(one.pk, **{"by": CancelledBy.STUDENT} | values, now=EARLY)


def test_move(one: ScheduledClass) -> None:
    noor = make.teacher()

    moved = edit.move(
        one.pk,
        to_date=TUESDAY,
        start_time=at("12:00"),
        end_time=at("13:30"),
        teacher=noor,
        now=EARLY,
    )

    one.refresh_from_db()
    assert (one.date, one.start_time, one.end_time) == (TUESDAY, at("12:00"), at("13:30"))
    assert (one.starts_at, one.teacher, one.edited_at) == (moment("2026-01-06 12:00"), noor, EARLY)
    assert moved == one
    assert counts(weekly()) == {"protected": 1}


def test_moved_nowhere_it_stays_untouched(one: ScheduledClass) -> None:
    edit.move(one.pk, to_date=one.date, start_time=one.start_time, now=EARLY)
    one.refresh_from_db()
    assert one.edited_at is None


def test_cancel_rerun(one: ScheduledClass) -> None:
    cancel(one, reason="ill")
    one.refresh_from_db()
    assert (one.status, one.cancelled_by, one.cancel_reason) == ("cancelled", "student", "ill")
    weekly()
    assert dates() == []


def test_cancelled_and_to_be_paid_until_it_takes_place_after_all(one: ScheduledClass) -> None:
    cancel(one, reason="too late", chargeable=True)
    one.refresh_from_db()
    assert one.is_chargeable

    edit.restore(one.pk, now=EARLY)

    one.refresh_from_db()
    assert not one.is_chargeable
    with pytest.raises(IntegrityError, match="chargeable"), transaction.atomic():
        ScheduledClass.objects.filter(pk=one.pk).update(is_chargeable=True)


def test_restore_a_cancelled_class(one: ScheduledClass) -> None:
    cancel(one, reason="ill")

    edit.restore(one.pk, now=EARLY)

    one.refresh_from_db()
    assert (one.status, one.cancelled_by, one.cancel_reason) == ("scheduled", "", "")
    assert counts(weekly()) == {"protected": 1}


def test_restoring_it_into_a_taken_time_is_refused_naming_the_other(one: ScheduledClass) -> None:
    cancel(one)
    make.lesson(make.student("Ben Oz"), MONDAY, "10:30", "11:30", one.teacher)

    words = r"Marta Gil already teaches Ben Oz at that time: Mon 5 Jan 2026, 10:30–11:30 \(UTC\)."
    with pytest.raises(DoubleBookedError, match=words):
        edit.restore(one.pk, now=EARLY)

    one.refresh_from_db()
    assert one.status == "cancelled"


def test_what_a_closure_cancelled_can_be_moved_from_under_it(one: ScheduledClass) -> None:
    make.closure("Holiday", MONDAY)
    weekly()
    one.refresh_from_db()
    assert one.cancelled_by == "closure"

    edit.move(one.pk, to_date=TUESDAY, now=EARLY)

    one.refresh_from_db()
    assert (one.date, one.status, one.closure_id) == (TUESDAY, "scheduled", None)
    weekly()
    assert dates() == ["2026-01-06"]


@pytest.mark.parametrize("noted", [{"notes": "call parents"}, {"subject": "Bach"}])
def test_a_note_on_what_a_closure_cancelled_leaves_it_the_closures(one, noted) -> None:
    closure = make.closure("Holiday", MONDAY)
    weekly()
    one.refresh_from_db()
    assert edit.manual_edit(one, noted, EARLY)
    one.refresh_from_db()
    assert (one.status, one.cancelled_by, one.closure_id) == ("cancelled", "closure", closure.pk)
    assert counts(weekly()) == {"protected": 1}

    closure.delete()
    assert counts(weekly()) == {"restored": 1}

    one.refresh_from_db()
    assert (one.status, one.cancelled_by, one.cancel_reason) == ("scheduled", "", "")
    assert {name: getattr(one, name) for name in noted} == noted
    assert counts(weekly()) == {"protected": 1}


@pytest.mark.parametrize("said", [{"is_chargeable": True}, {"attendance": "excused"}])
def test_what_is_said_of_a_cancellation_makes_it_a_persons(one, said) -> None:
    closure = make.closure("Holiday", MONDAY)
    weekly()
    one.refresh_from_db()
    edit.manual_edit(one, said, EARLY)
    closure.delete()
    weekly()
    one.refresh_from_db()
    assert (one.status, one.cancelled_by, one.closure_id) == ("cancelled", "studio", None)


def test_what_a_closure_cancelled_is_cancelled_by_hand_and_stays_so(one: ScheduledClass) -> None:
    closure = make.closure("Holiday", MONDAY)
    weekly()
    one.refresh_from_db()
    assert edit.manual_edit(one, {"status": ClassStatus.CANCELLED}, EARLY)
    closure.delete()
    weekly()
    one.refresh_from_db()
    assert (one.status, one.cancelled_by, one.closure_id) == ("cancelled", "studio", None)


def test_what_a_person_cancelled_is_not_moved(one: ScheduledClass) -> None:
    cancel(one)
    with pytest.raises(ValidationError, match="Restore it first, then move it"):
        edit.move(one.pk, to_date=TUESDAY, now=EARLY)
    one.refresh_from_db()
    assert one.date == MONDAY


def test_a_past_class_is_completed_and_marked(one: ScheduledClass) -> None:
    edit.complete(one.pk, now=AFTER)
    edit.mark_attendance(one.pk, Attendance.PRESENT, now=AFTER)

    one.refresh_from_db()
    assert (one.status, one.attendance) == (ClassStatus.COMPLETED, Attendance.PRESENT)
    edit.mark_attendance(one.pk, "", now=AFTER)
    edit.restore(one.pk, now=AFTER)
    one.refresh_from_db()
    assert (one.status, one.attendance) == (ClassStatus.SCHEDULED, "")


def test_one_to_come_is_not_completed(one: ScheduledClass) -> None:
    words = r"completed once it has begun; this one begins on Mon 5 Jan 2026, 10:00 \(UTC\)."
    with pytest.raises(ValidationError, match=words):
        edit.complete(one.pk, now=EARLY)
    edit.complete(one.pk, now=moment("2026-01-05 10:00"))
    with pytest.raises(ValidationError, match="begins on Tue 6 Jan 2026"):
        edit.move(one.pk, to_date=TUESDAY, now=AFTER)


def test_nobody_is_present_before_it_begins_and_an_absence_is_told_ahead(
    one: ScheduledClass,
) -> None:
    words = r"before a class has begun; this one begins on Mon 5 Jan 2026, 10:00 \(UTC\)."
    with pytest.raises(ValidationError, match=words):
        edit.mark_attendance(one.pk, Attendance.PRESENT, now=EARLY)
    for told in (Attendance.EXCUSED, Attendance.UNEXCUSED, Attendance.TEACHER_ABSENT):
        edit.mark_attendance(one.pk, told, now=EARLY)
    edit.mark_attendance(one.pk, Attendance.PRESENT, now=moment("2026-01-05 10:00"))
    edit.mark(one.pk, attendance=Attendance.PRESENT, notes="scales", now=EARLY)


def test_nobody_is_present_at_a_cancelled_class(one: ScheduledClass) -> None:
    edit.mark_attendance(one.pk, Attendance.PRESENT, now=AFTER)
    with pytest.raises(ValidationError, match="Nobody can be present at a cancelled class"):
        cancel(one)
    edit.mark_attendance(one.pk, Attendance.EXCUSED, now=AFTER)
    cancel(one)
    with pytest.raises(ValidationError, match="Nobody can be present at a cancelled class"):
        edit.mark_attendance(one.pk, Attendance.PRESENT, now=AFTER)
    one.refresh_from_db()
    assert (one.status, one.attendance) == ("cancelled", "excused")


def test_what_is_odd_already_can_still_be_noted(one: ScheduledClass) -> None:
    ScheduledClass.objects.update(status="completed", attendance="present")
    one.refresh_from_db()
    assert edit.manual_edit(one, {"notes": "Scales"}, EARLY)
    ScheduledClass.objects.update(status="cancelled")
    one.refresh_from_db()
    assert edit.manual_edit(one, {"notes": "Arpeggios"}, EARLY)


def test_a_class_that_there_is_not(one: ScheduledClass) -> None:
    with pytest.raises(ScheduledClass.DoesNotExist):
        edit.complete(one.pk + 1, now=AFTER)
