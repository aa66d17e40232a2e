"""Guardians in the admin: their page, and their rows on the page of a student."""

import pytest
from auditlog.models import LogEntry

from scheduling.models import JobRun, StudentGuardian
from scheduling.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return make.student("Ana Ruiz", email="eva@example.org")


def student_page(student):
    return f"/admin/scheduling/student/{student.pk}/change/"


def save_student(client, student, *rows):
    """Save the page of a student with rows of guardians: row or None, guardian, is payer."""
    data = {
        "first_name": student.first_name,
        "last_name": student.last_name,
        "email": student.email,
        "start_date": "2020-01-06",
        "is_active": "on",
        "reminders": "on",
        "language": "en",
        "fixed_schedules-TOTAL_FORMS": 0,
        "fixed_schedules-INITIAL_FORMS": 0,
        "student_guardians-TOTAL_FORMS": len(rows),
        "student_guardians-INITIAL_FORMS": sum(row is not None for row, _guardian, _payer in rows),
    }
    for index, (row, guardian, is_payer) in enumerate(rows):
        prefix = f"student_guardians-{index}"
        data |= {
            f"{prefix}-id": row.pk if row else "",
            f"{prefix}-student": student.pk,
            f"{prefix}-guardian": guardian.pk,
            f"{prefix}-relation": "mother",
        }
        if is_payer:
            data[f"{prefix}-is_payer"] = "on"
    return client.post(student_page(student), data)


def payers():
    return list(StudentGuardian.objects.filter(is_payer=True).values_list("guardian__first_name"))


def test_guardian_is_added_on_the_students_page_and_logged(admin_client, ana):
    eva = make.guardian("Eva Ruiz")
    LogEntry.objects.all().delete()
    assert save_student(admin_client, ana, (None, eva, True)).status_code == 302
    row = StudentGuardian.objects.get()
    assert (row.student, row.guardian, row.relation, row.is_payer) == (ana, eva, "mother", True)
    assert LogEntry.objects.get_for_object(row).count() == 1
    history = admin_client.get(f"/admin/scheduling/student/{ana.pk}/history/").content.decode()
    assert "mother" in history


def test_change_of_guardians_starts_no_run(admin_client, ana):
    save_student(admin_client, ana, (None, make.guardian("Eva Ruiz"), False))
    assert not JobRun.objects.exists()


def test_payer_changes_in_one_save(admin_client, ana):
    eva, iker = make.guardian("Eva Ruiz", ana), make.guardian("Iker Ruiz", ana)
    first, second = StudentGuardian.objects.order_by("id")
    assert (
        save_student(admin_client, ana, (first, eva, True), (second, iker, False)).status_code
        == 302
    )
    assert payers() == [("Eva",)]
    first, second = StudentGuardian.objects.order_by("-is_payer", "id")
    answer = save_student(admin_client, ana, (first, eva, False), (second, iker, True))
    assert answer.status_code == 302
    assert payers() == [("Iker",)]
    # And back, with the payer's row second.
    first, second = StudentGuardian.objects.order_by("-is_payer", "id")
    save_student(admin_client, ana, (first, iker, False), (second, eva, True))
    assert payers() == [("Eva",)]


def test_two_payers_are_refused_beside_the_field(admin_client, ana):
    eva, iker = make.guardian("Eva Ruiz"), make.guardian("Iker Ruiz")
    answer = save_student(admin_client, ana, (None, eva, True), (None, iker, True))
    assert "Only one guardian can be the payer." in answer.content.decode()
    assert not StudentGuardian.objects.exists()


def test_same_guardian_twice_is_refused(admin_client, ana):
    eva = make.guardian("Eva Ruiz")
    answer = save_student(admin_client, ana, (None, eva, False), (None, eva, False))
    assert answer.status_code == 200
    assert not StudentGuardian.objects.exists()


def test_second_payer_is_refused_on_the_guardians_page(admin_client, ana):
    make.guardian("Eva Ruiz", ana)
    StudentGuardian.objects.update(is_payer=True)
    iker = make.guardian("Iker Ruiz")
    data = {
        "first_name": "Iker",
        "language": "en",
        "student_guardians-TOTAL_FORMS": 1,
        "student_guardians-INITIAL_FORMS": 0,
        "student_guardians-0-student": ana.pk,
        "student_guardians-0-guardian": iker.pk,
        "student_guardians-0-is_payer": "on",
    }
    answer = admin_client.post(f"/admin/scheduling/guardian/{iker.pk}/change/", data)
    assert "Eva Ruiz is the payer of this student." in answer.content.decode()
    assert StudentGuardian.objects.count() == 1


def test_students_page_names_brothers_and_sisters(admin_client, ana):
    leo = make.student("Leo Ruiz")
    mia = make.student("Mia Roth", email="EVA@example.org")
    make.guardian("Eva Ruiz", ana, leo)
    page = admin_client.get(student_page(ana)).content.decode()
    family = page[page.index("<h2>Family</h2>") :]
    assert f"{leo.pk}/change/" in family[: family.index("Also with the address")]
    assert f"{mia.pk}/change/" in family[family.index("Also with the address") :]
    assert f"guardian/{ana.guardians.get().pk}/change/" in family
    alone = admin_client.get(student_page(make.student())).content.decode()
    assert "Brothers and sisters" not in alone


def test_guardian_is_added_for_a_student_whose_page_follows(admin_client, ana):
    add = f"/admin/scheduling/guardian/add/?student={ana.pk}"
    assert add in admin_client.get(student_page(ana)).content.decode()
    page = admin_client.get(add).content.decode()
    assert f'<option value="{ana.pk}" selected>Ana Ruiz' in page
    data = {
        "first_name": "Eva",
        "language": "en",
        "student_guardians-TOTAL_FORMS": 1,
        "student_guardians-INITIAL_FORMS": 0,
        "student_guardians-0-student": ana.pk,
    }
    answer = admin_client.post(add, data)
    assert answer["Location"] == student_page(ana)
    assert ana.guardians.get().first_name == "Eva"


def test_list_shows_the_students_in_a_constant_number_of_queries(
    admin_client, ana, django_assert_num_queries
):
    make.guardian("Eva Ruiz", ana, make.student("Leo Ruiz"))
    with django_assert_num_queries(7):
        page = admin_client.get("/admin/scheduling/guardian/").content.decode()
    assert "Ana Ruiz</a>, <a" in page
    for number in range(5):
        make.guardian(f"Guardian {number}", ana, make.student(f"Child {number}"))
    with django_assert_num_queries(7):
        admin_client.get("/admin/scheduling/guardian/")
