"""Lookalikes are one question per file, and are never duplicated without an answer."""

from datetime import date

import pytest
from django.contrib.auth.models import User

from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.models import FixedSchedule, RecurringSlot, Student, Teacher
from scheduling.services.timetable_import import Answers, LookalikeAnswer, uploads
from scheduling.tests.services.timetable_import.timetable_files import (
    NO_TEACHER,
    NOW,
    csv_bytes,
    everything,
    imported,
    places,
    row,
)

pytestmark = pytest.mark.django_db

CLARA = row(teacher="Clara Ruíz", student_first_name="Ana María")
SPELLINGS = {
    "case": row(teacher="CLARA RUÍZ", student_first_name="ANA MARÍA"),
    "accents": row(teacher="Clara Ruiz", student_last_name="Perez", student_first_name="Ana María"),
    "punctuation": row(teacher="Clara-Ruíz", student_first_name="Ana María."),
    "all": row(teacher="clara ruiz.", student_first_name="ana-maria", student_last_name="PEREZ"),
    "apart": row(teacher="ClaraRuíz", student_first_name="Ana", student_last_name="María Pérez"),
}


def found(report):
    return [(lookalike.line, lookalike.column, lookalike.others) for lookalike in report.lookalikes]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_is_a_question(spelling):
    imported(CLARA)
    before = everything()
    report = imported(SPELLINGS[spelling])
    assert not report.succeeded
    assert report.faults == []
    assert [fault.line for fault in report.problems] == [2, 2]
    assert all("--people" in fault.message for fault in report.problems)
    assert {lookalike.column for lookalike in report.lookalikes} > {"teacher"}
    assert everything() == before


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_same_people_are_not_duplicated(spelling):
    imported(CLARA)
    before = everything()
    report = imported(
        SPELLINGS[spelling], row(days="4") | SPELLINGS[spelling], people=LookalikeAnswer.SAME
    )
    assert (report.problems, report.unchanged, report.merged_rows) == ([], 1, 1)
    assert everything() == before
    report = imported(SPELLINGS[spelling] | {"days": "4"}, people=LookalikeAnswer.SAME)
    assert (report.students, report.teachers, report.recurring_slots) == (0, 0, 1)
    assert imported(CLARA, CLARA | {"days": "4"}).unchanged == 2


def test_new_people_are_added_and_raise_no_further_question():
    imported(row(), row(student_first_name="Eva"))
    other = row(student_last_name="Perez", days="2")
    report = imported(other, people=LookalikeAnswer.NEW)
    assert (report.problems, report.students, report.recurring_slots) == ([], 1, 1)
    assert Student.objects.count() == 3
    for people in (None, *LookalikeAnswer):
        report = imported(row(), other, people=people)
        assert (report.lookalikes, report.unchanged) == ([], 2)


def test_students_that_are_lookalikes():
    imported(row(), row(student_email="", student_first_name="Leo", days="2"))
    alike = {
        "the same address": row(student_last_name="Perez", days="7"),
        "the same address in other letters": row(
            student_last_name="Perez", student_email="ANA@example.com", days="7"
        ),
        "a lesson": row(student_last_name="Perez", student_email="a@example.org"),
        "a lesson, no address": row(student_first_name="LEO", student_email="", days="2"),
    }
    for rows in alike.values():
        assert [lookalike.column for lookalike in imported(rows).lookalikes] in (
            ["student_last_name"],
            ["student_first_name"],
        )
    different = {
        "a twin": row(student_first_name="Ane"),
        "neither address nor lesson": row(
            student_last_name="Perez", student_email="a@example.org", days="7"
        ),
        "no address, another time": row(student_first_name="LEO", student_email="", days="3"),
        "an hour with somebody else": row(
            teacher="Tom", student_last_name="Perez", student_email="a@example.org"
        ),
        "the same name at another address": row(student_email="a@example.org"),
        "signs alone": row(student_first_name="!", student_last_name="?"),
    }
    for rows in different.values():
        assert imported(rows, dry_run=True).lookalikes == []


def test_a_similar_teacher_is_always_a_question():
    Teacher.objects.create(name="Clara", time_zone="Europe/Madrid")
    report = imported(row(teacher="CLARA"), dry_run=True)
    assert found(report) == [(2, "teacher", ("Clara",))]
    assert report.lookalikes[0].sentence == "“CLARA” looks like “Clara”, who is already a teacher."
    assert imported(row(teacher="Clara"), dry_run=True).lookalikes == []
    assert imported(row(teacher="Clara B"), dry_run=True).lookalikes == []


def test_a_common_lesson_ignores_the_spelling_of_its_teacher():
    imported(row())
    other = row(teacher="CLARA", student_last_name="Perez", student_email="")
    report = imported(other)
    assert found(report) == [
        (2, "teacher", ("Clara",)),
        (2, "student_last_name", ("Ana Pérez (ana@example.com)",)),
    ]
    report = imported(other, people=LookalikeAnswer.SAME)
    assert (report.problems, report.unchanged) == ([], 1)
    assert Student.objects.get().email == "ana@example.com"


def test_fixed_schedules_without_a_teacher_or_an_address():
    plain = row(**NO_TEACHER, student_email="")
    imported(plain)
    other = plain | {"student_first_name": "ANA"}
    assert found(imported(other)) == [(2, "student_first_name", ("Ana Pérez",))]
    assert imported(other, people=LookalikeAnswer.SAME).unchanged == 1
    assert imported(other | {"days": "2"}, dry_run=True).lookalikes == []
    assert FixedSchedule.objects.count() == 1


def test_two_spellings_within_one_file_are_a_question():
    rows = [row(), row(teacher="CLARA", student_last_name="Perez", days="2"), row(days="3")]
    report = imported(*rows)
    assert found(report) == [
        (3, "teacher", ("Clara",)),
        (3, "student_last_name", ("Ana Pérez",)),
    ]
    assert report.lookalikes[1].sentence == "“Ana Perez” looks like “Ana Pérez” on line 2."
    report = imported(*rows, people=LookalikeAnswer.SAME)
    assert (report.teachers, report.students, report.recurring_slots) == (1, 1, 3)
    assert (Teacher.objects.get().name, Student.objects.get().last_name) == ("Clara", "Pérez")


def test_three_linked_spellings_are_one_person():
    rows = [
        row(student_email="", days="12"),
        row(student_last_name="Perez", days="2"),  # a lesson with the first
        row(student_last_name="PÉREZ", days="3"),  # the address of the second
    ]
    assert [lookalike.line for lookalike in imported(*rows).lookalikes] == [3, 4]
    imported(*rows, people=LookalikeAnswer.SAME)
    assert Student.objects.get().last_name == "Pérez"
    assert RecurringSlot.objects.count() == 3


def test_two_spellings_get_the_stored_name():
    imported(row())
    rows = [row(student_last_name=name, days=day) for name, day in [("Perez", "2"), ("PÉREZ", "3")]]
    assert [lookalike.others for lookalike in imported(*rows).lookalikes] == [("Ana Pérez",)] * 2
    imported(*rows, people=LookalikeAnswer.SAME)
    assert (Student.objects.count(), RecurringSlot.objects.count()) == (1, 3)


def test_several_stored_lookalikes_are_a_fault():
    imported(row(), row(student_last_name="Perez"), people=LookalikeAnswer.NEW)
    other = row(student_last_name="PEREZ", days="2")
    before = everything()
    report = imported(other, people=LookalikeAnswer.SAME)
    assert places(report) == [(2, "student_last_name")]
    assert "“Ana Perez”, “Ana Pérez”" in report.faults[0].message
    assert everything() == before
    assert imported(other, people=LookalikeAnswer.NEW).students == 1


def test_a_corrected_name_is_kept():
    imported(row(student_last_name="Perez", teacher="Clara Diez"))
    Student.objects.update(last_name="Pérez")
    Teacher.objects.update(name="Clara Díez")
    report = imported(
        row(student_last_name="Perez", teacher="Clara Diez"), people=LookalikeAnswer.SAME
    )
    assert (report.problems, report.unchanged) == ([], 1)
    assert imported(row(teacher="Clara Díez")).unchanged == 1
    assert Student.objects.get().last_name == "Pérez"


def test_faults_come_with_the_questions_and_with_the_answer():
    imported(row())
    wrong = row(teacher="CLARA", teacher_time_zone="Europe/Lisbon", days="2")
    report = imported(wrong, row(days="8"))
    assert [(fault.line, fault.column) for fault in report.problems] == [
        (2, "teacher"),
        (3, "days"),
    ]
    # The zone is valid for a new teacher, and a fault for the stored one.
    assert places(imported(wrong, people=LookalikeAnswer.SAME)) == [(2, "teacher_time_zone")]
    assert imported(wrong, people=LookalikeAnswer.NEW, dry_run=True).problems == []


def test_a_rule_is_replaced_under_another_spelling():
    imported(row())
    change = row(student_last_name="Perez", days="4", valid_from="2026-03-02", replaces="1 17:00")
    report = imported(change, people=LookalikeAnswer.SAME)
    assert (report.problems, report.replaced, report.recurring_slots) == ([], 1, 0)
    assert Student.objects.count() == 1
    days = RecurringSlot.objects.order_by("weekday").values_list("weekday", "valid_until")
    assert list(days) == [(1, date(2026, 3, 1)), (4, None)]


@pytest.fixture
def upload():
    imported(row())
    owner = User.objects.create_user("teresa")
    content = csv_bytes(row(student_last_name="Perez", days="2"))
    return uploads.store_upload(content, "week.csv", owner, NOW)


def confirm(upload, word, people):
    return uploads.confirm(upload.pk, upload.owner, word, NOW, Answers(people=people))


@pytest.mark.parametrize(
    ("people", "students"), [(LookalikeAnswer.SAME, 1), (LookalikeAnswer.NEW, 2)]
)
def test_the_answer_is_part_of_what_is_approved(upload, people, students):
    assert uploads.preview(upload, NOW).plan is None
    word = uploads.preview(upload, NOW, Answers(people=people)).fingerprint
    before = everything()
    assert not confirm(upload, word, None).succeeded
    (other,) = set(LookalikeAnswer) - {people}
    with pytest.raises(StalePlanError):
        confirm(upload, word, other)
    assert everything() == before
    assert confirm(upload, word, people).succeeded
    assert Student.objects.count() == students


@pytest.mark.parametrize("people", LookalikeAnswer)
def test_a_new_lookalike_makes_the_plan_stale(upload, people):
    word = uploads.preview(upload, NOW, Answers(people=people)).fingerprint
    Student.objects.create(first_name="ANA", last_name="Pérez", email="ana@example.com")
    before = everything()
    if people is LookalikeAnswer.NEW:
        with pytest.raises(StalePlanError):
            confirm(upload, word, people)
    else:
        assert places(confirm(upload, word, people)) == [(2, "student_last_name")]
    assert everything() == before


def test_a_new_question_stops_the_import():
    upload = uploads.store_upload(
        csv_bytes(row()), "w.csv", User.objects.create_user("teresa"), NOW
    )
    word = uploads.preview(upload, NOW).fingerprint
    Teacher.objects.create(name="CLARA", time_zone="Europe/Madrid")
    report = confirm(upload, word, None)
    assert [lookalike.column for lookalike in report.lookalikes] == ["teacher"]
    assert not Student.objects.exists()


@pytest.mark.one_database(name="sqlite")
def test_query_count_does_not_grow_with_the_lookalikes(django_assert_max_num_queries):
    def rows(count, last_name):
        return [
            row(student_email=f"{i}@example.com", student_last_name=last_name, teacher=f"T{i % 50}")
            for i in range(count)
        ]

    imported(*rows(1000, "Pérez"))
    for count in (10, 1000):
        with django_assert_max_num_queries(30):
            report = imported(*rows(count, "Perez"), people=LookalikeAnswer.SAME)
        assert (len(report.lookalikes), report.unchanged) == (count, count)
