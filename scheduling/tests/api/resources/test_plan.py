"""``/api/plan``: the plan of a run, which changes nothing."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from scheduling.api.views.resources import plan as view
from scheduling.models import JobRun, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, day
from scheduling.tests.jobs.helpers import horizon

from .helpers import invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]

KEYS = {"windowStart", "windowEnd", "counts", "items", "truncated"}
ITEM = {
    *("outcome", "student", "studentName", "teacher", "teacherName", "room", "roomName"),
    *("classId", "date", "startTime", "endTime", "timeZone", "occurrences", "reason"),
}


def test_default_plan_is_that_of_the_horizon(api: APIClient) -> None:
    slot = make.slot(make.teacher("Marta Gil", "Europe/Madrid"), make.student("Ana Gil"))

    plan = ok(api.get("/api/plan"))

    assert set(plan) == KEYS
    assert (plan["windowStart"], plan["windowEnd"]) == ("2026-01-05", "2026-03-29")
    assert (plan["counts"], plan["truncated"]) == ({"created": 12}, False)
    assert len(plan["items"]) == 12
    assert plan["items"][0] == {
        "outcome": "created",
        "student": slot.student_id,
        "studentName": "Ana Gil",
        "teacher": slot.teacher_id,
        "teacherName": "Marta Gil",
        "room": None,
        "roomName": "",
        "classId": None,
        "date": "2026-01-05",
        "startTime": "10:00",
        "endTime": "11:00",
        "timeZone": "Europe/Madrid",
        "occurrences": 1,
        "reason": "",
    }
    assert set(plan["items"][0]) == ITEM
    assert not ScheduledClass.objects.exists()
    assert not JobRun.objects.exists()


def test_plan_is_limited_by_dates(api: APIClient) -> None:
    make.slot(weekday=1)
    make.slot(weekday=4)

    plan = ok(api.get("/api/plan?from=2026-02-02&to=2026-02-09"))

    assert (plan["windowStart"], plan["windowEnd"]) == ("2026-02-02", "2026-02-09")
    days = sorted(item["date"] for item in plan["items"])
    assert days == ["2026-02-02", "2026-02-05", "2026-02-09"]
    plan = ok(api.get("/api/plan?to=2026-01-11"))
    assert (plan["windowStart"], plan["windowEnd"]) == ("2026-01-05", "2026-01-11")
    plan = ok(api.get("/api/plan?from=2026-03-28"))
    assert (plan["windowStart"], plan["windowEnd"]) == ("2026-03-28", "2026-06-19")
    plan = ok(api.get("/api/plan?from=2026-01-08&date=2026-01-06&weeks=1"))
    assert (plan["windowStart"], plan["windowEnd"]) == ("2026-01-08", "2026-01-12")


def test_last_day_before_first_is_refused(api: APIClient) -> None:
    assert "2026-02-09" in invalid(api.get("/api/plan?from=2026-02-09&to=2026-02-02"), "to: ")
    assert "2026-02-09" in invalid(api.get("/api/plan?date=2026-02-09&to=2026-02-02"), "to: ")
    assert "2026-01-05" in invalid(api.get("/api/plan?to=2026-01-04"), "to: ")
    assert ok(api.get("/api/plan?to=2026-01-05"))["windowEnd"] == "2026-01-05"


def test_items_have_time_zones(api: APIClient) -> None:
    slot = make.slot(make.teacher("Marta Gil", "Europe/Madrid"), weekday=3)
    make.slot(slot.teacher, weekday=4, status="paused")
    horizon(MONDAY)
    slot.start_time = make.at("12:00")
    slot.save()

    items = ok(api.get("/api/plan?weeks=2"))["items"]

    assert {item["outcome"] for item in items} == {"moved", "paused"}
    assert {item["timeZone"] for item in items} == {"Europe/Madrid"}


def test_items_have_rooms(api: APIClient) -> None:
    hall, blue = make.room("Hall"), make.room("Blue room")
    slot = make.slot(weekday=3, room=hall)
    for start in ("10:00", "10:30"):
        make.slot(weekday=2, room=hall, start=start)
    make.slot(weekday=4, room=hall, status="paused")
    horizon(MONDAY)
    slot.room = blue
    slot.save()
    make.slot(weekday=5, room=blue)

    items = ok(api.get("/api/plan?weeks=1"))["items"]

    assert {item["outcome"]: (item["room"], item["roomName"]) for item in items} == {
        "created": (blue.pk, "Blue room"),
        "moved": (blue.pk, "Blue room"),
        "conflict": (hall.pk, "Hall"),
        "paused": (hall.pk, "Hall"),
    }


def test_plan_of_week_with_date(api: APIClient) -> None:
    make.schedule(weekday=4)

    plan = ok(api.get("/api/plan/?job=weekly&date=2026-02-04"))

    assert (plan["windowStart"], plan["windowEnd"]) == ("2026-02-02", "2026-02-08")
    assert [item["date"] for item in plan["items"]] == ["2026-02-05"]


def test_plan_is_limited_by_weeks_and_people(api: APIClient) -> None:
    slots = [make.slot() for _number in range(3)]
    first, second = (slot.student_id for slot in slots[:2])

    def counts(query: str) -> dict[str, int]:
        return dict(ok(api.get(f"/api/plan?weeks=2&{query}"))["counts"])

    assert counts("") == {"created": 6}
    assert counts(f"student={first}&student={second}") == {"created": 4}
    assert counts(f"teacher={slots[2].teacher_id}") == {"created": 2}
    assert counts(f"student={first}&teacher={slots[2].teacher_id}") == {}


def test_conflicts_come_first_and_long_plan_is_truncated(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "MAX_ITEMS", 5)
    teacher = make.teacher()
    make.lesson(on=day("2026-01-12"), start="10:30", end="11:30", teacher=teacher)
    make.slot(teacher)

    plan = ok(api.get("/api/plan"))

    assert plan["truncated"] is True
    assert [item["outcome"] for item in plan["items"]] == ["conflict", *["created"] * 4]
    assert "already teaches" in plan["items"][0]["reason"]
    assert plan["counts"] == {"conflict": 1, "created": 11}


def test_plan_contains_removed_classes(api: APIClient) -> None:
    slot = make.slot()
    horizon(MONDAY)
    slot.valid_until = day("2026-01-05")
    slot.save()

    plan = ok(api.get("/api/plan?weeks=1"))

    assert plan["counts"]["removed"] == 11
    assert {item["outcome"] for item in plan["items"]} >= {"removed"}
    assert plan["items"][0]["classId"]


@pytest.mark.parametrize(
    "query",
    [
        "job=missing",
        "job=prune",
        "date=tomorrow",
        "date=2200-01-01",
        "weeks=0",
        "weeks=105",
        "job=weekly&weeks=3",
        "student=x",
        "student=999",
        "student=1&student=0",
        f"teacher={2**63}",
        "teacher=999",
        "from=2026-13-01",
        "students=1",
        "date=2026-01-01&date=2026-01-02",
    ],
)
def test_invalid_parameter_is_refused(api: APIClient, query: str) -> None:
    name = query.split("&")[-1].split("=")[0]
    invalid(api.get(f"/api/plan?{query}"), name)


def test_plan_needs_permission_to_run_jobs(staff: Callable[..., APIClient]) -> None:
    ok(staff("run_jobs").get("/api/plan"))
    refused(staff("view_scheduledclass").get("/api/plan"), 403, "permission_denied")
    refused(staff("run_jobs", is_staff=False).get("/api/plan"), 403, "permission_denied")
    refused(staff("run_jobs").post("/api/plan"), 405, "method_not_allowed")
