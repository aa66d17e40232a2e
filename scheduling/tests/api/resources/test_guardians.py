"""``/api/guardians``: guardians, their students and the payer."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import Guardian, StudentGuardian
from scheduling.tests import factories as make

from .helpers import GUARDIAN, invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]

URL = "/api/guardians"


def test_guardian_is_created_with_students(api: APIClient) -> None:
    ana, leo = make.student("Ana Ruiz"), make.student("Leo Ruiz")
    students = [
        {"id": ana.pk, "relation": "mother", "isPayer": True},
        {"id": leo.pk, "relation": "", "isPayer": False},
    ]
    body = {
        "firstName": "Eva",
        "lastName": "Ruiz",
        "email": "eva@example.org",
        "phone": "+34 600 000 000",
        "language": "es",
        "reminders": False,
        "notices": True,
        "students": students,
    }
    made = ok(api.post(URL, body), 201)
    assert set(made) == GUARDIAN
    assert made == body | {"id": made["id"]}
    assert ok(api.get(f"{URL}/{made['id']}")) == made


def test_name_alone_is_enough(api: APIClient) -> None:
    made = ok(api.post(URL, {"firstName": "Eva"}), 201)
    assert (made["reminders"], made["notices"], made["students"]) == (True, True, [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "firstName"),
        ({"firstName": " "}, "firstName"),
        ({"firstName": "x" * 101}, "firstName"),
        ({"firstName": "E", "email": "no address"}, "email"),
        ({"firstName": "E", "phone": "1" * 51}, "phone"),
        ({"firstName": "E", "language": "de"}, "language"),
        ({"firstName": "E", "reminders": "yes"}, "reminders"),
        ({"firstName": "E", "notices": 1}, "notices"),
        ({"firstName": "E", "students": [{}]}, "students"),
        ({"firstName": "E", "students": [{"id": 999}]}, "students"),
        ({"firstName": "E", "students": [{"id": 1.5}]}, "students"),
        ({"firstName": "E", "students": "all"}, "students"),
        ({"firstName": "E", "isPayer": True}, "isPayer"),
    ],
)
def test_invalid_body_is_refused_with_its_field(
    api: APIClient, body: dict[str, Any], field: str
) -> None:
    invalid(api.post(URL, body), field)
    assert not Guardian.objects.exists()


def test_same_student_twice_is_refused(api: APIClient) -> None:
    ana = {"id": make.student("Ana Ruiz").pk}
    invalid(api.post(URL, {"firstName": "E", "students": [ana, ana]}), "students", "already")
    assert not Guardian.objects.exists()


def test_second_payer_is_refused_with_the_name_of_the_first(api: APIClient) -> None:
    ana = make.student("Ana Ruiz")
    make.guardian("Eva Ruiz", ana)
    StudentGuardian.objects.update(is_payer=True)
    body = {"firstName": "Iker", "students": [{"id": ana.pk, "isPayer": True}]}
    invalid(api.post(URL, body), "isPayer", "Eva Ruiz")
    assert Guardian.objects.count() == 1


def test_students_are_replaced_as_a_whole(api: APIClient) -> None:
    ana, leo = make.student("Ana Ruiz"), make.student("Leo Ruiz")
    eva = make.guardian("Eva Ruiz", ana)
    students = [{"id": leo.pk, "relation": "aunt"}]
    answer = ok(api.patch(f"{URL}/{eva.pk}", {"students": students}))
    assert answer["students"] == [{"id": leo.pk, "relation": "aunt", "isPayer": False}]
    assert ok(api.patch(f"{URL}/{eva.pk}", {"phone": "1"}))["students"] == answer["students"]
    assert ok(api.patch(f"{URL}/{eva.pk}", {"students": []}))["students"] == []


def test_payer_stays_the_payer(api: APIClient) -> None:
    ana = make.student("Ana Ruiz")
    eva = make.guardian("Eva Ruiz", ana)
    students = [{"id": ana.pk, "isPayer": True}]
    ok(api.patch(f"{URL}/{eva.pk}", {"students": students}))
    before = StudentGuardian.objects.get().pk
    ok(api.patch(f"{URL}/{eva.pk}", {"students": students}))
    assert StudentGuardian.objects.get(is_payer=True).pk == before


def test_list_is_searched_and_filtered(api: APIClient) -> None:
    ana = make.student("Ana Ruiz")
    make.guardian("Eva Ruiz", ana, phone="600 123")
    make.guardian("Rosa Gil", email="rosa@example.org")

    def names(**query: Any) -> list[str]:
        return [row["firstName"] for row in ok(api.get(URL, query))["results"]]

    assert names() == ["Rosa", "Eva"]
    assert names(student=ana.pk) == ["Eva"]
    assert names(search="rosa@") == ["Rosa"]
    assert names(search="123") == ["Eva"]
    assert names(ordering="firstName") == ["Eva", "Rosa"]


def test_deleted_guardian_leaves_the_students(api: APIClient) -> None:
    ana = make.student("Ana Ruiz")
    eva = make.guardian("Eva Ruiz", ana)
    ok(api.delete(f"{URL}/{eva.pk}"), 204)
    assert not StudentGuardian.objects.exists()
    ana.refresh_from_db()


def test_students_need_their_own_permission(staff: Callable[..., APIClient]) -> None:
    client = staff("add_guardian", "view_guardian")
    ok(client.post(URL, {"firstName": "Eva"}), 201)
    body = {"firstName": "Iker", "students": [{"id": make.student().pk}]}
    refused(client.post(URL, body), 403, "permission_denied")
    assert Guardian.objects.count() == 1
