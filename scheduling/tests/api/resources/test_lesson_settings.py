"""``lessonSettings`` of a teacher."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import LessonSettings
from scheduling.tests import factories as make

from .helpers import invalid, ok, raw, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="postgresql"),
]

SETTINGS = {"durations": [{"minutes": 30, "price": 25.5}], "advanceBookingDays": 14}


def test_settings_are_replaced_as_a_whole(api: APIClient) -> None:
    teacher = make.teacher()
    url = f"/api/teachers/{teacher.pk}"
    ok(api.patch(url, {"lessonSettings": SETTINGS}))

    new = {"durations": [{"minutes": 60, "price": 40}, {"minutes": 45, "price": 0}]}
    changed = ok(api.patch(url, {"lessonSettings": new}))

    durations = [{"minutes": 45, "price": 0}, {"minutes": 60, "price": 40}]
    assert changed["lessonSettings"] == {"durations": durations, "advanceBookingDays": 28}
    assert ok(api.patch(url, {"lessonSettings": None}))["lessonSettings"] is None
    assert not LessonSettings.objects.exists()
    assert ok(api.patch(url, {"lessonSettings": None}))["lessonSettings"] is None


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"durations": [{"minutes": 30}]}, "lessonSettings.durations[0].price"),
        ({"durations": [{"price": 3}]}, "lessonSettings.durations[0].minutes"),
        ({"durations": [{"minutes": 0, "price": 3}]}, "lessonSettings.durations[0].minutes"),
        ({"durations": [{"minutes": 1441, "price": 3}]}, "lessonSettings.durations[0].minutes"),
        ({"durations": [{"minutes": 30, "price": -1}]}, "lessonSettings.durations[0].price"),
        ({"durations": [{"minutes": 30, "price": 1.234}]}, "lessonSettings.durations[0].price"),
        ({"durations": [{"minutes": 30, "price": 1e400}]}, "lessonSettings.durations[0].price"),
        ({"durations": [{"minutes": 30, "price": "3"}]}, "lessonSettings.durations[0].price"),
        (
            {"durations": [{"minutes": 30, "price": 3}, {"minutes": 30, "price": 4}]},
            "lessonSettings.durations[1].minutes",
        ),
        ({"durations": [{"minutes": 30, "price": 3, "x": 1}]}, "lessonSettings.durations[0].x"),
        ({"durations": 5}, "lessonSettings.durations"),
        ({"advanceBookingDays": -1}, "lessonSettings.advanceBookingDays"),
        ({"advanceBookingDays": 40000}, "lessonSettings.advanceBookingDays"),
        ({"advanceDays": 1}, "lessonSettings.advanceDays"),
        ("weekly", "lessonSettings"),
    ],
)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_invalid_settings_are_refused(
    api: APIClient, settings: Any, field: str, method: str
) -> None:
    if method == "post":
        answer = raw(api, "/api/teachers", {"name": "Marta", "lessonSettings": settings})
    else:
        url = f"/api/teachers/{make.teacher().pk}"
        answer = raw(api, url, {"lessonSettings": settings}, api.patch)
    invalid(answer, f"{field}: ")


def test_settings_need_their_own_permission(staff: Callable[..., APIClient]) -> None:
    teacher = make.teacher()
    caller = staff("view_teacher", "change_teacher")
    url = f"/api/teachers/{teacher.pk}"

    ok(caller.patch(url, {"name": "Marta"}))
    refused(caller.patch(url, {"lessonSettings": SETTINGS}), 403, "permission_denied")
    assert not LessonSettings.objects.exists()
