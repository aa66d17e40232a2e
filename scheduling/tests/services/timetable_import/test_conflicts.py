"""A preview names the double bookings that a file would make."""

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


def look(*rows):
    before = everything()
    report = imported(*rows, dry_run=True)
    assert everything() == before
    assert report.problems == []
    return report


def who(report):
    return [(one.student, str(one.day), one.hours) for one in report.conflicts]


def test_two_rows_that_want_one_teacher():
    report = look(row(), row(**LUIS, start_time="17:30", end_time="18:30"))

    days = ("2026-02-16", "2026-02-23", "2026-03-02", "2026-03-09")
    assert who(report) == [("Luis Pérez", day, "17:30–18:30") for day in days]
    assert report.conflicts[0].reason.startswith("Clara already teaches Ana Pérez")
    document = report.document()["clashes"]
    assert document[0]["student"] == "Luis Pérez"
    lines = list(report.lines())
    assert "4 lessons would clash with others:" in lines
    assert sum("Clara already teaches" in line for line in lines) == 1


def test_a_student_in_two_lessons_at_once():
    report = look(row(), row(teacher="Tom", start_time="17:15", end_time="17:45"))
    assert {one.teacher for one in report.conflicts} == {"Tom"}


def test_with_what_is_there_whether_a_class_or_only_a_rule():
    imported(row())
    today = NOW.date()
    horizon(today, NOW, weeks=4)
    stored = look(row(**LUIS))
    assert {one.student for one in stored.conflicts} == {"Luis Pérez"}
    ScheduledClass.objects.all().delete()
    planned = look(row(**LUIS))
    assert who(planned) == who(stored)


def test_what_clashes_already_is_not_the_files():
    imported(row(), row(**LUIS))
    assert look(row(), row(**LUIS), row(days="3")).conflicts == []


def test_a_group_lesson_and_a_file_that_changes_nothing_clash_with_nothing():
    shared = {"is_shared": "yes"}
    assert look(row(**shared), row(**LUIS, **shared)).conflicts == []
    assert look(row(**NO_TEACHER)).conflicts == []


def test_a_one_off_is_in_the_way():
    imported(row(days="2"))
    teacher = RecurringSlot.objects.get().teacher
    make.lesson(make.student("Eva Mora"), make.day("2026-02-16"), "17:30", "18:00", teacher)
    report = look(row(**LUIS))
    assert who(report) == [("Luis Pérez", "2026-02-16", "17:00–18:00")]
    assert "Eva Mora" in report.conflicts[0].reason


def test_an_import_itself_does_not_look():
    assert imported(row(), row(**LUIS)).conflicts is None
    assert Student.objects.count() == 2
