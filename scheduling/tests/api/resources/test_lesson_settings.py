"""``lessonSettings`` of a teacher."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from auditlog.models import LogEntry
from rest_framework.test import APIClient

from scheduling.domain.windows import DAY, FIRST_DATE
from scheduling.models import LessonDuration, LessonSettings, Teacher
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY

from .helpers import invalid, ok, raw, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
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


def stored_prices(teacher: Teacher) -> list[tuple[Any, ...]]:
    rows = LessonDuration.objects.filter(settings__teacher=teacher)
    return list(
        rows.order_by("minutes", "valid_from").values_list("minutes", "price", "valid_from")
    )


def test_a_changed_price_counts_from_today_on(api: APIClient) -> None:
    teacher = make.teacher()
    url = f"/api/teachers/{teacher.pk}"

    def write(**prices: Any) -> Any:
        durations = [{"minutes": int(name[1:]), "price": price} for name, price in prices.items()]
        answer = ok(api.patch(url, {"lessonSettings": {"durations": durations}}))
        assert answer["lessonSettings"]["durations"] == durations
        return answer

    write(m30=20, m60=40)
    always = [(30, Decimal(20), FIRST_DATE), (60, Decimal(40), FIRST_DATE)]
    assert stored_prices(teacher) == always
    write(m30=20, m60=40)
    assert stored_prices(teacher) == always

    write(m45=30, m60=45)  # 30 minutes are not offered any more
    write(m45=30, m60=46)
    assert stored_prices(teacher) == [
        (30, Decimal(20), FIRST_DATE),
        (30, None, MONDAY),
        (45, Decimal(30), FIRST_DATE),
        (60, Decimal(40), FIRST_DATE),
        (60, Decimal(46), MONDAY),
    ]
    write(m30=22.5, m45=30, m60=46)
    assert stored_prices(teacher)[:2] == [
        (30, Decimal(20), FIRST_DATE),
        (30, Decimal("22.5"), MONDAY),
    ]


def test_a_price_of_a_later_day_is_not_shown_yet(api: APIClient) -> None:
    teacher = make.teacher()
    settings = LessonSettings.objects.create(teacher=teacher)
    url = f"/api/teachers/{teacher.pk}"
    for price, first in ((20, FIRST_DATE), (25, MONDAY + DAY)):
        LessonDuration.objects.create(settings=settings, minutes=30, price=price, valid_from=first)
    assert ok(api.get(url))["lessonSettings"]["durations"] == [{"minutes": 30, "price": 20}]
    ok(api.patch(url, {"lessonSettings": {"durations": [{"minutes": 30, "price": 21}]}}))
    assert [row[1] for row in stored_prices(teacher)] == [20, 21, 25]
    ok(api.patch(url, {"lessonSettings": {}}))
    assert [row[1] for row in stored_prices(teacher)] == [20, None]


def test_written_prices_are_in_the_audit_log(api: APIClient) -> None:
    teacher = make.teacher()
    url = f"/api/teachers/{teacher.pk}"
    for price in (20, 25):
        ok(api.patch(url, {"lessonSettings": {"durations": [{"minutes": 30, "price": price}]}}))
    entries = LogEntry.objects.get_for_model(LessonDuration).order_by("id")
    assert [entry.changes["price"][1] for entry in entries] == ["20.00", "25.00"]
    assert {str(entry.actor) for entry in entries} == {"root"}
