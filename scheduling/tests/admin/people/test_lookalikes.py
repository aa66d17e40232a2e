"""The warning after a person with a similar name is added; the person is saved all the same."""

import pytest
from django.test import Client
from django.urls import reverse

from scheduling.models import Student, Teacher
from scheduling.services.roles import SCHEDULER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

# The schedules of a new student are applied on commit.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

FORMS = {
    "teacher": {"time_zone": "Europe/Madrid", "language": "en", "is_active": "on"},
    "student": {
        "language": "en",
        "is_active": "on",
        "student_guardians-TOTAL_FORMS": "0",
        "student_guardians-INITIAL_FORMS": "0",
        "fixed_schedules-TOTAL_FORMS": "0",
        "fixed_schedules-INITIAL_FORMS": "0",
    },
}
WARNING = "Someone with a similar name already exists."


@pytest.fixture(autouse=True)
def scheduler(client: Client) -> None:
    client.force_login(account(SCHEDULER))


def add_person(client: Client, kind: str, **values: str) -> str:
    """Submit the form; return the next page."""
    address = reverse(f"admin:scheduling_{kind}_add")
    return client.post(address, FORMS[kind] | values, follow=True).content.decode()


@pytest.mark.parametrize("name", ["CLARA RUIZ", "Clara Ruíz", "Clara-Ruiz", "Clara Ruiz"])
def test_a_teacher_with_a_similar_name_is_warned_of(client: Client, name: str) -> None:
    clara = make.teacher("Clara Ruiz")
    page = add_person(client, "teacher", name=name)
    assert WARNING in page
    assert f'<a href="/admin/scheduling/teacher/{clara.pk}/change/">Clara Ruiz</a>' in page
    assert Teacher.objects.filter(name=name).exclude(pk=clara.pk).exists()


def test_a_teacher_with_another_name_is_not_warned_of(client: Client) -> None:
    make.teacher("Clara Ruiz")
    assert WARNING not in add_person(client, "teacher", name="Clara Rubio")
    assert Teacher.objects.count() == 2


@pytest.mark.parametrize("first_name", ["ANA", "Aná", "Ana"])
def test_a_student_with_a_similar_name_and_the_same_address_is_warned_of(
    client: Client, first_name: str
) -> None:
    ana = Student.objects.create(first_name="Ana", last_name="Pérez", email="ana@example.com")
    names = {"first_name": first_name, "last_name": "Perez"}
    page = add_person(client, "student", **names, email="Ana@Example.com")
    assert WARNING in page
    assert f'<a href="/admin/scheduling/student/{ana.pk}/change/">Ana Pérez</a>' in page
    assert Student.objects.count() == 2


@pytest.mark.parametrize(
    "values",
    [
        {"first_name": "Eva", "last_name": "Pérez", "email": "ana@example.com"},
        {"first_name": "Ana", "last_name": "Perez", "email": "other@example.com"},
        {"first_name": "Ana", "last_name": "Perez", "email": ""},
    ],
)
def test_a_sibling_or_a_stranger_is_not_warned_of(client: Client, values: dict[str, str]) -> None:
    Student.objects.create(first_name="Ana", last_name="Pérez", email="ana@example.com")
    Student.objects.create(first_name="Ana", last_name="Pérez", email="")
    assert WARNING not in add_person(client, "student", **values)
    assert Student.objects.count() == 3


def test_names_are_escaped_in_html(client: Client) -> None:
    make.teacher("<b>Clara</b>")
    assert "<b>CLARA" not in add_person(client, "teacher", name="<b>CLARA</b>")
    assert "<b>Clara" not in add_person(client, "teacher", name="<b>clara</b>")
