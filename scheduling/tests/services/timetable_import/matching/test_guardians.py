"""Guardians in a timetable file: added with the students, and never removed."""

import io

import pytest
from auditlog.models import LogEntry

from scheduling.models import Guardian, Student, StudentGuardian
from scheduling.services.timetable_export import timetable_rows
from scheduling.services.timetable_import import import_timetable
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY

pytestmark = pytest.mark.django_db

COLUMNS = (
    "teacher,teacher_time_zone,student_first_name,student_last_name,student_email,days,"
    "start_time,end_time,valid_from,guardian_name,guardian_email"
)
ANA = "Clara,UTC,Ana,Ruiz,,1,17:00,18:00,2026-01-05"
LEO = "Clara,UTC,Leo,Ruiz,,1,18:00,19:00,2026-01-05"


def read(*rows, dry_run=False, columns=COLUMNS):
    text = "\n".join((columns, *rows))
    return import_timetable(io.BytesIO(text.encode()), now=EARLY, dry_run=dry_run)


def links():
    rows = StudentGuardian.objects.order_by("student__first_name", "guardian__first_name")
    return [(row.student.first_name, row.guardian.full_name, row.guardian.email) for row in rows]


def test_brothers_and_sisters_share_a_guardian_by_address_and_name():
    report = read(f"{ANA},Eva Ruiz,eva@example.org", f"{LEO},Eva  Ruiz,EVA@example.org")
    assert report.problems == []
    assert (report.guardians, report.guarded) == (1, 2)
    assert links() == [
        ("Ana", "Eva Ruiz", "eva@example.org"),
        ("Leo", "Eva Ruiz", "eva@example.org"),
    ]
    assert "2 students get a guardian." in report.lines()


def test_same_file_twice_changes_nothing():
    rows = (f"{ANA},Eva Ruiz,eva@example.org", f"{LEO},Iker,")
    read(*rows)
    entries = LogEntry.objects.count()
    report = read(*rows)
    assert (report.guardians, report.guarded, report.problems) == (0, 0, [])
    assert (Guardian.objects.count(), StudentGuardian.objects.count()) == (2, 2)
    assert LogEntry.objects.count() == entries


def test_guardians_without_an_address_are_not_shared():
    read(f"{ANA},Eva Ruiz,", f"{LEO},Eva Ruiz,")
    assert links() == [("Ana", "Eva Ruiz", ""), ("Leo", "Eva Ruiz", "")]
    assert Guardian.objects.count() == 2


def test_parents_with_one_address_are_two_guardians():
    read(f"{ANA},Eva Ruiz,family@example.org", f"{LEO},Iker Ruiz,family@example.org")
    assert Guardian.objects.count() == 2


def test_rows_of_one_student_may_name_two_guardians():
    other = ANA.replace(",1,", ",3,")
    read(f"{ANA},Eva Ruiz,eva@example.org", f"{other},Iker Ruiz,iker@example.org")
    assert [guardian for _student, guardian, _email in links()] == ["Eva Ruiz", "Iker Ruiz"]


def test_stored_guardian_is_used_and_none_is_removed():
    ana = make.student("Ana Ruiz", start=MONDAY)
    make.guardian("Rosa Gil", ana)
    eva = make.guardian("Eva Ruiz", email="Eva@Example.org")
    read(f"{ANA},Eva Ruiz,eva@example.org")
    assert set(ana.guardians.values_list("first_name", flat=True)) == {"Rosa", "Eva"}
    assert eva.students.get() == ana
    read(f"{ANA},,")
    assert ana.guardians.count() == 2


def test_stored_guardian_with_an_address_is_found_by_name_alone():
    ana = make.student("Ana Ruiz", start=MONDAY)
    make.guardian("Eva Ruiz", ana, email="eva@example.org")
    assert read(f"{ANA},Eva Ruiz,").guarded == 0


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (",eva@example.org", "guardian_name"),
        ("Eva,no address", "guardian_email"),
        ("x" * 101 + ",", "guardian_name"),
    ],
)
def test_bad_cells_are_faults_and_nothing_is_written(cells, column):
    report = read(f"{ANA},{cells}")
    assert [fault.column for fault in report.problems] == [column]
    assert not Student.objects.exists()
    assert not Guardian.objects.exists()


def test_preview_lists_the_guardians_and_its_plan_depends_on_them():
    with_eva = read(f"{ANA},Eva Ruiz,eva@example.org", dry_run=True)
    (line,) = with_eva.plan.guardians
    assert (line.line, line.guardian, line.email, line.student) == (
        2,
        "Eva Ruiz",
        "eva@example.org",
        "Ana Ruiz",
    )
    assert with_eva.document()["created"]["guardians"] == 1
    assert with_eva.fingerprint != read(f"{ANA},,", dry_run=True).fingerprint
    assert "guardians" not in read(f"{ANA},,", dry_run=True).document()["created"]


def test_new_rows_are_in_the_audit_log():
    read(f"{ANA},Eva Ruiz,eva@example.org")
    assert LogEntry.objects.get_for_model(Guardian).get().object_repr == "Eva Ruiz"
    assert LogEntry.objects.get_for_model(StudentGuardian).count() == 1


def test_export_names_the_payer():
    read(f"{ANA},Eva Ruiz,eva@example.org", f"{LEO},,")
    ana = Student.objects.get(first_name="Ana")
    make.guardian("Iker Ruiz", ana, email="iker@example.org")
    ana.student_guardians.filter(guardian__first_name="Iker").update(is_payer=True)
    first, second = timetable_rows(MONDAY)
    assert (first.guardian_name, first.guardian_email) == ("Iker Ruiz", "iker@example.org")
    assert (second.guardian_name, second.guardian_email) == ("", "")


def test_headings_in_spanish_are_known():
    columns = COLUMNS.replace("guardian_name", "Tutora").replace(
        "guardian_email", "Correo de la tutora"
    )
    read(f"{ANA},Eva Ruiz,eva@example.org", columns=columns)
    assert links() == [("Ana", "Eva Ruiz", "eva@example.org")]
