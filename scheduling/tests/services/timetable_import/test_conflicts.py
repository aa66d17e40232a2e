"""A dry run lists the double bookings that a file would create."""

import pytest

from scheduling.models import RecurringSlot, ScheduledClass, Student
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon

from .timetable_files import NO_TEACHER, NOW, everything, imported, row

pytestmark = pytest.mark.django_db
LUIS = {"student_first_name": "Luis", "student_email": "luis@example.com"}


@pytest.fixture(autouse=True)
def four_weeks(settings):
    settings.HORIZON_WEEKS = 4


def preview(*rows):
    before = everything()
    report = imported(*rows, dry_run=True)
    assert everything() == before
    assert report.problems == []
    return report


def conflicts_of(report):
    return [(line.student, str(line.day), line.hours) for line in report.conflicts]


def test_two_rows_with_one_teacher_at_a_time():
    report = preview(row(), row(**LUIS, start_time="17:30", end_time="18:30"))

    days = ("2026-02-16", "2026-02-23", "2026-03-02", "2026-03-09")
    assert conflicts_of(report) == [("Luis Pérez", day, "17:30–18:30") for day in days]
    assert report.conflicts[0].reason.startswith("Clara already teaches Ana Pérez")
    document = report.document()["clashes"]
    assert document[0]["student"] == "Luis Pérez"
    lines = list(report.lines())
    assert "4 lessons would clash with others:" in lines
    assert sum("Clara already teaches" in line for line in lines) == 1


def test_two_rows_with_one_student_at_a_time():
    report = preview(row(), row(teacher="Tom", start_time="17:15", end_time="17:45"))
    assert {line.teacher for line in report.conflicts} == {"Tom"}


def test_conflicts_with_stored_classes_and_series():
    imported(row())
    today = NOW.date()
    horizon(today, NOW, weeks=4)
    stored = preview(row(**LUIS))
    assert {line.student for line in stored.conflicts} == {"Luis Pérez"}
    ScheduledClass.objects.all().delete()
    planned = preview(row(**LUIS))
    assert conflicts_of(planned) == conflicts_of(stored)


def test_existing_conflicts_are_left_out():
    imported(row(), row(**LUIS))
    assert preview(row(), row(**LUIS), row(days="3")).conflicts == []


def test_group_lessons_and_unchanged_files_have_no_conflicts():
    shared = {"is_shared": "yes"}
    assert preview(row(**shared), row(**LUIS, **shared)).conflicts == []
    assert preview(row(**NO_TEACHER)).conflicts == []


def test_a_group_that_is_larger_than_its_room_is_a_warning():
    make.room("Cabin", capacity=1)
    group = {"is_shared": "yes", "room": "Cabin"}
    report = preview(row(**group), row(**LUIS, **group), row(days="3", **group))
    assert report.overfull == ["Clara, Monday 17:00: Cabin holds 1, and this group has 2."]
    assert report.document()["overfull"] == report.overfull
    assert set(report.overfull) <= set(report.lines())
    imported(row(**group), row(**LUIS, **group))
    # It is there already.
    assert preview(row(**group), row(days="3", **group)).overfull == []
    eva = {"student_first_name": "Eva", "student_email": "eva@example.com"}
    more = preview(row(**eva, **group))
    assert more.overfull == ["Clara, Monday 17:00: Cabin holds 1, and this group has 3."]


def test_a_one_off_class_conflicts():
    imported(row(days="2"))
    teacher = RecurringSlot.objects.get().teacher
    make.lesson(make.student("Eva Mora"), make.day("2026-02-16"), "17:30", "18:00", teacher)
    report = preview(row(**LUIS))
    assert conflicts_of(report) == [("Luis Pérez", "2026-02-16", "17:00–18:00")]
    assert "Eva Mora" in report.conflicts[0].reason


def test_an_import_does_not_check_conflicts():
    assert imported(row(), row(**LUIS)).conflicts is None
    assert Student.objects.count() == 2
