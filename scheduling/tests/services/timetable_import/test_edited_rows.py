"""Imports respect people and rules that were created or edited by hand."""

from datetime import date, time, timedelta

import pytest

from scheduling.models import FixedSchedule, RecurringSlot, Student, Teacher

from .timetable_files import NO_TEACHER, NOW, everything, imported, places, row

pytestmark = pytest.mark.django_db

EDITS = {
    "start time": (RecurringSlot, {"start_time": time(17, 30)}, "start_time"),
    "length": (RecurringSlot, {"duration_minutes": 45}, "end_time"),
    "weekday": (RecurringSlot, {"weekday": 2}, "days"),
    "valid from": (RecurringSlot, {"valid_from": date(2026, 1, 6)}, "valid_from"),
    "valid until": (RecurringSlot, {"valid_until": date(2026, 6, 1)}, "valid_until"),
    "subject": (RecurringSlot, {"subject": "Violin"}, "subject"),
    "shared": (RecurringSlot, {"is_shared": True}, "is_shared"),
    "interval": (RecurringSlot, {"interval_weeks": 2}, "interval_weeks"),
    "paused": (RecurringSlot, {"status": "paused"}, ""),
    "cancelled": (RecurringSlot, {"status": "cancelled"}, ""),
    "student's first name": (Student, {"first_name": "Anna"}, "student_first_name"),
    "student's last name": (Student, {"last_name": "Gómez"}, "student_last_name"),
    "student's e-mail": (Student, {"email": "a@example.com"}, "student_email"),
    "student's start": (Student, {"start_date": date(2026, 2, 1)}, "valid_from"),
    "student's start removed": (Student, {"start_date": None}, "valid_from"),
    "teacher's name": (Teacher, {"name": "Klara"}, "teacher"),
    "teacher's zone": (Teacher, {"time_zone": "Europe/Paris"}, "teacher_time_zone"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_manual_edit_is_a_fault(edit):
    table, values, column = EDITS[edit]
    imported(row())
    table.objects.update(**values)
    before = everything()

    report = imported(row(), row(days="6", student_first_name="Eva", student_email=""))

    assert places(report) == [(2, column)]
    assert everything() == before


def test_the_fault_names_the_edit_and_the_remedy():
    imported(row(days="13"))
    RecurringSlot.objects.filter(weekday=3).update(start_time=time(17, 30), subject="Violin")
    (fault,) = imported(row(days="13")).faults
    assert fault.message.startswith(
        "The rule of Wednesday at 17:00 was changed by hand since it was imported (start time is "
        "17:30, the file says 17:00; end time is 18:30, the file says 18:00; subject is “Violin”, "
        "the file says “Piano”). Write into the file what holds now"
    )


def test_a_manual_change_of_student_or_teacher_is_a_fault():
    imported(row(), row(days="2", student_first_name="Eva", teacher="Tom"))
    rule = RecurringSlot.objects.get(weekday=1)
    rule.student = Student.objects.get(first_name="Eva")
    rule.teacher = Teacher.objects.get(name="Tom")
    rule.save()
    before = everything()
    report = imported(row(), row(days="2", student_first_name="Eva", teacher="Tom"))
    assert places(report) == [(2, "student_first_name")]
    assert "teacher is “Tom”, the file says “Clara”" in report.faults[0].message
    assert everything() == before


@pytest.mark.parametrize(
    "values", [{"end_time": time(19)}, {"subject": "Choir"}, {"valid_until": date(2026, 9, 1)}]
)
def test_a_manual_edit_of_a_fixed_schedule_is_a_fault(values):
    imported(row(**NO_TEACHER))
    FixedSchedule.objects.update(**values)
    before = everything()
    assert len(imported(row(**NO_TEACHER)).faults) == 1
    assert everything() == before


def test_a_manually_added_teacher_is_a_fault():
    imported(row(**NO_TEACHER))
    FixedSchedule.objects.update(teacher=Teacher.objects.create(name="Clara"))
    assert places(imported(row(**NO_TEACHER))) == [(2, "teacher")]


def test_a_file_that_equals_the_edit_adopts_the_rule():
    imported(row())
    RecurringSlot.objects.update(start_time=time(17, 30))
    corrected = row(start_time="17:30", end_time="18:30")
    report = imported(corrected)
    assert (report.faults, report.unchanged) == ([], 1)
    RecurringSlot.objects.update(start_time=time(18))
    assert places(imported(corrected)) == [(2, "start_time")]
    assert RecurringSlot.objects.count() == 1


def by_hand(**changes):
    teacher, _ = Teacher.objects.get_or_create(name="Clara", time_zone="Europe/Madrid")
    student, _ = Student.objects.get_or_create(
        first_name="Ana",
        last_name="Pérez",
        email="ana@example.com",
        defaults={"start_date": date(2025, 12, 1)},
    )
    values = {
        "teacher": teacher,
        "student": student,
        "weekday": 1,
        "start_time": time(17),
        "duration_minutes": 60,
        "subject": "Piano",
        "valid_from": date(2026, 1, 5),
    }
    return RecurringSlot.objects.create(**(values | changes))


def test_an_equal_manual_rule_is_adopted():
    rule = by_hand()
    report = imported(row())
    assert (report.faults, report.unchanged, RecurringSlot.objects.count()) == ([], 1, 1)
    assert Student.objects.get().start_date == date(2025, 12, 1)
    # The adopted rule is recognised after an edit.
    rule.refresh_from_db()
    rule.start_time = time(20)
    rule.save()
    assert places(imported(row())) == [(2, "start_time")]


@pytest.mark.parametrize("change", [{"duration_minutes": 45}, {"status": "paused"}])
def test_a_different_manual_rule_with_the_same_identity_is_a_fault(change):
    by_hand(**change)
    before = everything()
    (fault,) = imported(row()).faults
    assert "there already with other values" in fault.message
    assert everything() == before


def test_a_fixed_schedule_with_a_teacher_equals_the_files_rule():
    slot = by_hand()
    slot.delete()
    FixedSchedule.objects.create(
        student=Student.objects.get(),
        teacher=Teacher.objects.get(),
        weekday=1,
        start_time=time(17),
        end_time=time(18),
        subject="Piano",
        valid_from=date(2026, 1, 5),
    )
    report = imported(row())
    assert (report.faults, report.unchanged, report.recurring_slots) == ([], 1, 0)


def test_a_fixed_schedule_without_valid_from_starts_with_the_student():
    student = Student.objects.create(
        first_name="Ana", last_name="Pérez", email="ana@example.com", start_date=date(2026, 1, 5)
    )
    FixedSchedule.objects.create(
        student=student, weekday=1, start_time=time(17), end_time=time(18), subject="Piano"
    )
    assert imported(row(**NO_TEACHER)).unchanged == 1
    assert FixedSchedule.objects.count() == 1


def test_a_row_without_valid_from_matches_rules_that_have_not_ended():
    by_hand(valid_until=date(2026, 2, 9))
    assert imported(row(valid_from="")).recurring_slots == 1
    assert RecurringSlot.objects.count() == 2
    assert imported(row(valid_from=""), now=NOW + timedelta(days=9)).unchanged == 1

    RecurringSlot.objects.all().delete()
    by_hand()
    assert imported(row(valid_from="")).unchanged == 1


def test_valid_from_is_part_of_the_identity():
    by_hand()
    assert imported(row(valid_from="2026-09-01")).recurring_slots == 1


def test_two_stored_teachers_with_one_name_are_a_fault():
    Teacher.objects.create(name="Clara", time_zone="Europe/Madrid")
    Teacher.objects.create(name="Clara", time_zone="Asia/Tokyo")
    assert places(imported(row(), row(days="2"))) == [(2, "teacher")]


def test_two_stored_students_with_one_name_are_a_fault():
    for _ in range(2):
        Student.objects.create(first_name="Ana", last_name="Pérez", email="ana@example.com")
    assert places(imported(row())) == [(2, "student_email")]


def test_a_stored_teacher_in_another_zone_is_a_fault():
    Teacher.objects.create(name="Clara", time_zone="Asia/Tokyo")
    (fault,) = imported(row()).faults
    assert fault.column == "teacher_time_zone"
    assert "Europe/Madrid here and in Asia/Tokyo" in fault.message


class TestStoredStudentWithoutStartDate:
    @pytest.fixture
    def student(self):
        return Student.objects.create(
            first_name="Ana", last_name="Pérez", email="ana@example.com", language="es"
        )

    def test_without_rules_the_earliest_valid_from_is_set(self, student):
        report = imported(row(), row(days="2", valid_from="2025-09-15"))
        assert (report.faults, report.students, report.start_dates) == ([], 0, 1)
        student.refresh_from_db()
        assert (student.start_date, student.language) == (date(2025, 9, 15), "es")

    def test_with_rules_is_a_fault(self, student):
        by_hand(weekday=4)
        assert places(imported(row())) == [(2, "valid_from")]
        student.refresh_from_db()
        assert student.start_date is None

    def test_after_the_students_last_day_is_a_fault(self, student):
        Student.objects.update(end_date=date(2025, 12, 31))
        assert places(imported(row())) == [(2, "valid_from")]


def test_a_rule_before_the_students_start_is_a_fault():
    by_hand(weekday=4)
    assert not imported(row(valid_from="2025-12-01")).faults
    report = imported(
        row(days="2", valid_from="2025-12-02"), row(days="3", valid_from="2025-11-30")
    )
    assert places(report) == [(3, "valid_from")]
    assert "starts on 2025-12-01" in report.faults[0].message


def test_an_open_start_is_valid_for_a_student_who_starts_later():
    by_hand(weekday=4, valid_from=date(2026, 5, 1))
    Student.objects.update(start_date=date(2026, 5, 1))
    assert not imported(row(valid_from="")).faults
