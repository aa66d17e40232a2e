"""``…/personal-data`` and ``…/erase``."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import Guardian, Student
from scheduling.tests import factories as make

from .helpers import NOW, invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]


@pytest.fixture
def ana() -> Student:
    student = make.student("Ana Ruiz", email="ana@example.org")
    make.guardian("Eva Ruiz", student)
    make.lesson(student, make.day("2025-12-01"), notes="Scales")
    return student


def test_student_is_exported_and_erased(api: APIClient, ana: Student) -> None:
    url = f"/api/students/{ana.pk}"
    data = ok(api.get(f"{url}/personal-data"))
    assert data["exportedAt"] == NOW.isoformat()
    assert (data["kind"], data["person"]["email"]) == ("student", "ana@example.org")
    assert data["family"][0]["guardian"]["name"] == "Eva Ruiz"

    body: dict[str, Any] = {"withGuardians": True}
    plan = ok(api.post(f"{url}/erase", body | {"dryRun": True}))
    assert plan["names"] == [
        f"Erased student {ana.pk}",
        f"Erased guardian {Guardian.objects.get().pk}",
    ]
    assert {"table": "classes", "rows": 1} in plan["kept"]
    assert {"table": "scheduling_student", "rows": 1} in plan["removed"]
    refused(api.post(f"{url}/erase", body | {"plan": "0" * 64}), 409, "changed_since")
    done = ok(api.post(f"{url}/erase", body | {"plan": plan["plan"]}))
    assert (done["dryRun"], done["removed"]) == (False, plan["removed"])
    assert ok(api.get(url))["firstName"] == f"Erased student {ana.pk}"
    assert not Guardian.objects.exists()
    refused(api.post(f"{url}/erase", body), 409, "erased")
    refused(api.patch(url, {"isActive": True}), 409, "erased")


def test_guardian_and_teacher(api: APIClient, ana: Student) -> None:
    slot = make.slot()
    guardian = Guardian.objects.get()
    assert ok(api.get(f"/api/guardians/{guardian.pk}/personal-data"))["kind"] == "guardian"
    ok(api.post(f"/api/guardians/{guardian.pk}/erase", {}))
    assert not ana.guardians.exists()
    teacher = f"/api/teachers/{slot.teacher_id}"
    assert ok(api.get(f"{teacher}/personal-data"))["recurringSlots"][0]["student"] == (
        slot.student_id
    )
    refused(api.post(f"{teacher}/erase", {}), 409, "lessons_ahead")
    invalid(api.post(f"{teacher}/erase", {"withGuardians": True}), "withGuardians")


def test_both_need_their_permission(staff: Callable[..., APIClient], ana: Student) -> None:
    others = staff("view_student", "change_student", "delete_student", "import_timetable")
    for method, page in (("get", "personal-data"), ("post", "erase")):
        url = f"/api/students/{ana.pk}/{page}"
        refused(getattr(others, method)(url), 403, "permission_denied")
        outside = staff("manage_personal_data", is_staff=False)
        refused(getattr(outside, method)(url), 403, "permission_denied")
    allowed = staff("manage_personal_data")
    ok(allowed.get(f"/api/students/{ana.pk}/personal-data"))
    refused(allowed.get("/api/students/0/personal-data"), 404, "not_found")
    assert Student.objects.get().full_name == "Ana Ruiz"
