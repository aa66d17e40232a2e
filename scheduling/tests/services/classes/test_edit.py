"""Manual edits of one class, and the errors of refused ones."""

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
def row() -> ScheduledClass:
    """A generated class with a teacher, today at 10:00."""
    make.schedule(make.student("Ana Ruiz"), make.teacher("Marta Gil"))
    weekly()
    return ScheduledClass.objects.get()


def cancel(row: ScheduledClass, **values: Any) -> ScheduledClass:
    return edit.cancel(row.pk, **{"by": CancelledBy.STUDENT} | values, now=EARLY)


def test_move(row: ScheduledClass) -> None:
    noor = make.teacher()

    moved = edit.move(
        row.pk,
        to_date=TUESDAY,
        start_time=at("12:00"),
        end_time=at("13:30"),
        teacher=noor,
        now=EARLY,
    )

    row.refresh_from_db()
    assert (row.date, row.start_time, row.end_time) == (TUESDAY, at("12:00"), at("13:30"))
    assert (row.starts_at, row.teacher, row.edited_at) == (
        moment("2026-01-06 12:00"),
        noor,
        EARLY,
    )
    assert moved == row
    assert counts(weekly()) == {"protected": 1}


def test_move_without_a_change_is_not_an_edit(row: ScheduledClass) -> None:
    edit.move(row.pk, to_date=row.date, start_time=row.start_time, now=EARLY)
    row.refresh_from_db()
    assert row.edited_at is None


def test_cancelled_class_is_not_created_again(row: ScheduledClass) -> None:
    cancel(row, reason="ill")
    row.refresh_from_db()
    assert (row.status, row.cancelled_by, row.cancel_reason) == (
        "cancelled",
        "student",
        "ill",
    )
    weekly()
    assert dates() == []


def test_restoring_clears_chargeable(row: ScheduledClass) -> None:
    cancel(row, reason="too late", chargeable=True)
    row.refresh_from_db()
    assert row.is_chargeable

    edit.restore(row.pk, now=EARLY)

    row.refresh_from_db()
    assert not row.is_chargeable
    with pytest.raises(IntegrityError, match="chargeable"), transaction.atomic():
        ScheduledClass.objects.filter(pk=row.pk).update(is_chargeable=True)


def test_restore_a_cancelled_class(row: ScheduledClass) -> None:
    cancel(row, reason="ill")

    edit.restore(row.pk, now=EARLY)

    row.refresh_from_db()
    assert (row.status, row.cancelled_by, row.cancel_reason) == ("scheduled", "", "")
    assert counts(weekly()) == {"protected": 1}


def test_restoring_into_a_taken_time_names_the_other_class(row: ScheduledClass) -> None:
    cancel(row)
    make.lesson(make.student("Ben Oz"), MONDAY, "10:30", "11:30", row.teacher)

    message = r"Marta Gil already teaches Ben Oz at that time: Mon 5 Jan 2026, 10:30–11:30."
    with pytest.raises(DoubleBookedError, match=message):
        edit.restore(row.pk, now=EARLY)

    row.refresh_from_db()
    assert row.status == "cancelled"


def test_class_cancelled_by_a_closure_can_be_moved(row: ScheduledClass) -> None:
    make.closure("Holiday", MONDAY)
    weekly()
    row.refresh_from_db()
    assert row.cancelled_by == "closure"

    edit.move(row.pk, to_date=TUESDAY, now=EARLY)

    row.refresh_from_db()
    assert (row.date, row.status, row.closure_id) == (TUESDAY, "scheduled", None)
    weekly()
    assert dates() == ["2026-01-06"]


@pytest.mark.parametrize("values", [{"notes": "call parents"}, {"subject": "Bach"}])
def test_closure_restores_class_with_edited_notes(row, values) -> None:
    closure = make.closure("Holiday", MONDAY)
    weekly()
    row.refresh_from_db()
    assert edit.manual_edit(row, values, EARLY)
    row.refresh_from_db()
    assert (row.status, row.cancelled_by, row.closure_id) == (
        "cancelled",
        "closure",
        closure.pk,
    )
    assert counts(weekly()) == {"protected": 1}

    closure.delete()
    assert counts(weekly()) == {"restored": 1}

    row.refresh_from_db()
    assert (row.status, row.cancelled_by, row.cancel_reason) == ("scheduled", "", "")
    assert {name: getattr(row, name) for name in values} == values
    assert counts(weekly()) == {"protected": 1}


@pytest.mark.parametrize("values", [{"is_chargeable": True}, {"attendance": "excused"}])
def test_editing_a_closures_cancellation_makes_it_permanent(row, values) -> None:
    closure = make.closure("Holiday", MONDAY)
    weekly()
    row.refresh_from_db()
    edit.manual_edit(row, values, EARLY)
    closure.delete()
    weekly()
    row.refresh_from_db()
    assert (row.status, row.cancelled_by, row.closure_id) == ("cancelled", "studio", None)


def test_cancelling_a_closed_class_makes_it_permanent(row: ScheduledClass) -> None:
    closure = make.closure("Holiday", MONDAY)
    weekly()
    row.refresh_from_db()
    assert edit.manual_edit(row, {"status": ClassStatus.CANCELLED}, EARLY)
    closure.delete()
    weekly()
    row.refresh_from_db()
    assert (row.status, row.cancelled_by, row.closure_id) == ("cancelled", "studio", None)


def test_cancelled_class_cannot_be_moved(row: ScheduledClass) -> None:
    cancel(row)
    with pytest.raises(ValidationError, match="Restore it first, then move it"):
        edit.move(row.pk, to_date=TUESDAY, now=EARLY)
    row.refresh_from_db()
    assert row.date == MONDAY


def test_a_past_class_is_completed_and_marked(row: ScheduledClass) -> None:
    edit.complete(row.pk, now=AFTER)
    edit.mark_attendance(row.pk, Attendance.PRESENT, now=AFTER)

    row.refresh_from_db()
    assert (row.status, row.attendance) == (ClassStatus.COMPLETED, Attendance.PRESENT)
    edit.mark_attendance(row.pk, "", now=AFTER)
    edit.restore(row.pk, now=AFTER)
    row.refresh_from_db()
    assert (row.status, row.attendance) == (ClassStatus.SCHEDULED, "")


def test_a_mark_completes_a_class_that_has_begun_and_its_removal_takes_that_back(
    row: ScheduledClass,
) -> None:
    def state(now, **values):
        edit.mark(row.pk, **{"attendance": "", "notes": "", **values}, now=now)
        row.refresh_from_db()
        return row.status, row.attendance

    begun = moment("2026-01-05 10:00")
    # Made ahead, it counts once the class is over.
    assert state(EARLY, attendance="excused") == ("scheduled", "excused")
    assert state(EARLY) == ("scheduled", "")
    for mark in Attendance.values:
        assert state(begun, attendance=mark) == ("completed", mark)
    assert state(AFTER, attendance=mark, notes="scales") == ("completed", mark)
    assert state(AFTER) == ("scheduled", "")
    edit.complete(row.pk, now=AFTER)
    assert state(AFTER, notes="scales") == ("completed", "")


def test_future_class_cannot_be_completed(row: ScheduledClass) -> None:
    message = r"completed once it has begun; this one begins on Mon 5 Jan 2026, 10:00."
    with pytest.raises(ValidationError, match=message):
        edit.complete(row.pk, now=EARLY)
    edit.complete(row.pk, now=moment("2026-01-05 10:00"))
    with pytest.raises(ValidationError, match="begins on Tue 6 Jan 2026"):
        edit.move(row.pk, to_date=TUESDAY, now=AFTER)


def test_presence_is_refused_before_the_start_but_absence_is_not(
    row: ScheduledClass,
) -> None:
    message = r"before a class begins; this one begins on Mon 5 Jan 2026, 10:00."
    with pytest.raises(ValidationError, match=message):
        edit.mark_attendance(row.pk, Attendance.PRESENT, now=EARLY)
    for attendance in (Attendance.EXCUSED, Attendance.UNEXCUSED, Attendance.TEACHER_ABSENT):
        edit.mark_attendance(row.pk, attendance, now=EARLY)
    edit.mark_attendance(row.pk, Attendance.PRESENT, now=moment("2026-01-05 10:00"))
    edit.mark(row.pk, attendance=Attendance.PRESENT, notes="scales", now=EARLY)


def test_presence_at_a_cancelled_class_is_refused(row: ScheduledClass) -> None:
    edit.mark_attendance(row.pk, Attendance.PRESENT, now=AFTER)
    with pytest.raises(ValidationError, match="Nobody can be present at a cancelled class"):
        cancel(row)
    edit.mark_attendance(row.pk, Attendance.EXCUSED, now=AFTER)
    cancel(row)
    with pytest.raises(ValidationError, match="Nobody can be present at a cancelled class"):
        edit.mark_attendance(row.pk, Attendance.PRESENT, now=AFTER)
    row.refresh_from_db()
    assert (row.status, row.attendance) == ("cancelled", "excused")


def test_notes_can_be_saved_on_a_contradictory_class(row: ScheduledClass) -> None:
    ScheduledClass.objects.update(status="completed", attendance="present")
    row.refresh_from_db()
    assert edit.manual_edit(row, {"notes": "Scales"}, EARLY)
    ScheduledClass.objects.update(status="cancelled")
    row.refresh_from_db()
    assert edit.manual_edit(row, {"notes": "Arpeggios"}, EARLY)


def test_unknown_class(row: ScheduledClass) -> None:
    with pytest.raises(ScheduledClass.DoesNotExist):
        edit.complete(row.pk + 1, now=AFTER)
