"""``/api/recurring-slots``: recurring slots and their classes."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import JobRun, RecurringSlot, ScheduledClass
from scheduling.services.schedules import apply_changes
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, day
from scheduling.tests.jobs.helpers import dates

from .helpers import SLOT, invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]

TUESDAYS = {"dayOfWeek": 2, "startTime": "23:30", "durationMinutes": 60}


def body(**values: Any) -> dict[str, Any]:
    return TUESDAYS | {"teacher": make.teacher().pk, "student": make.student().pk} | values


def test_new_slot_has_classes_at_once(api: APIClient) -> None:
    sent = body()

    made = ok(api.post("/api/recurring-slots", sent), 201)

    assert set(made) == SLOT | {"classesCreated"}
    assert made == sent | {
        "id": made["id"],
        "intervalWeeks": 1,
        "subject": "",
        "room": None,
        "isShared": False,
        "validFrom": "2026-01-05",
        "validUntil": None,
        "status": "active",
        "classesCreated": 12,
    }
    read = ok(api.get(f"/api/recurring-slots/{made['id']}/"))
    assert set(read) == SLOT
    assert list(JobRun.objects.values_list("job", "trigger")) == [("horizon", "change")]


def test_repeated_request_creates_one_slot(api: APIClient) -> None:
    sent = body(validFrom="2026-01-06")
    made = ok(api.post("/api/recurring-slots", sent), 201)

    number = f"ID {made['id']}"
    refused(api.post("/api/recurring-slots", sent), 409, "already_there", number)

    assert RecurringSlot.objects.count() == 1
    ok(api.post("/api/recurring-slots", sent | {"startTime": "20:00"}), 201)
    ok(api.patch(f"/api/recurring-slots/{made['id']}", {"status": "cancelled"}))
    ok(api.post("/api/recurring-slots", sent), 201)


def test_change_moves_future_classes(api: APIClient) -> None:
    made = ok(api.post("/api/recurring-slots", body()), 201)
    url = f"/api/recurring-slots/{made['id']}"

    changed = ok(api.patch(url, {"dayOfWeek": 3, "validUntil": "2026-01-31"}))

    assert changed["classesCreated"] == 0
    assert dates() == ["2026-01-07", "2026-01-14", "2026-01-21", "2026-01-28"]
    assert ok(api.patch(url, {"status": "paused"}))["status"] == "paused"
    assert dates() == []
    assert ok(api.patch(url, {"status": "active", "validUntil": None}))["classesCreated"] == 12


def test_two_slots_can_swap_hours_in_two_requests(api: APIClient) -> None:
    teacher = make.teacher().pk
    ten, eleven = (
        ok(api.post("/api/recurring-slots", body(teacher=teacher, startTime=start)), 201)
        for start in ("10:00", "11:00")
    )

    blocked = ok(api.patch(f"/api/recurring-slots/{ten['id']}", {"startTime": "11:00"}))
    assert "12 classes clash with other lessons" in blocked["warning"]
    swapped = ok(api.patch(f"/api/recurring-slots/{eleven['id']}", {"startTime": "10:00"}))

    assert "warning" not in swapped
    hours = ScheduledClass.objects.values_list("recurring_slot_id", "start_time").distinct()
    assert {(slot, f"{start:%H:%M}") for slot, start in hours} == {
        (ten["id"], "11:00"),
        (eleven["id"], "10:00"),
    }


def test_unchanged_slot_starts_no_run(api: APIClient) -> None:
    made = ok(api.post("/api/recurring-slots", body()), 201)
    JobRun.objects.all().delete()
    made.pop("classesCreated")

    assert ok(api.patch(f"/api/recurring-slots/{made['id']}", made))["classesCreated"] == 0

    assert not JobRun.objects.exists()


def test_new_student_gets_future_classes(api: APIClient) -> None:
    made = ok(api.post("/api/recurring-slots", body()), 201)
    other = make.student()

    ok(api.patch(f"/api/recurring-slots/{made['id']}", {"student": other.pk}))

    assert set(ScheduledClass.objects.values_list("student", flat=True)) == {other.pk}


def test_slot_is_kept_when_applying_fails(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(request: Any, conduct: Any) -> Any:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(apply_changes, "run", run)

    made = ok(api.post("/api/recurring-slots", body()), 201)

    assert made["classesCreated"] == 0
    assert "out of luck" in made["warning"]
    assert RecurringSlot.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"teacher": None}, "teacher"),
        ({"teacher": 999}, "teacher"),
        ({"student": 2**64}, "student"),
        ({"student": [1]}, "student"),
        ({"student": False}, "student"),
        ({"dayOfWeek": 0}, "dayOfWeek"),
        ({"dayOfWeek": 8}, "dayOfWeek"),
        ({"dayOfWeek": 10**400}, "dayOfWeek"),
        ({"dayOfWeek": None}, "dayOfWeek"),
        ({"dayOfWeek": "Monday"}, "dayOfWeek"),
        ({"startTime": "25:00"}, "startTime"),
        ({"startTime": None}, "startTime"),
        ({"durationMinutes": 0}, "durationMinutes"),
        ({"durationMinutes": 1441}, "durationMinutes"),
        ({"intervalWeeks": 5}, "intervalWeeks"),
        ({"isShared": "false"}, "isShared"),
        ({"validFrom": None}, "validFrom"),
        ({"validFrom": "2200-01-01"}, "validFrom"),
        ({"validUntil": "2026-01-04"}, "validUntil"),
        ({"validFrom": "2026-02-01", "validUntil": "2026-01-31"}, "validUntil"),
        ({"status": "ended"}, "status"),
        ({"status": True}, "status"),
        ({"endTime": "18:00"}, "endTime"),
    ],
)
def test_invalid_slot_is_refused(api: APIClient, values: Any, field: str) -> None:
    invalid(api.post("/api/recurring-slots", body(**values)), f"{field}: ")
    stored = make.slot(valid_from=MONDAY)
    invalid(api.patch(f"/api/recurring-slots/{stored.pk}", values), f"{field}: ")


@pytest.mark.parametrize("field", ["teacher", "student", *TUESDAYS])
def test_new_slot_requires_field(api: APIClient, field: str) -> None:
    sent = body()
    del sent[field]
    invalid(api.post("/api/recurring-slots", sent), f"{field}: ")


def test_validity_is_checked_with_stored_dates(api: APIClient) -> None:
    stored = make.slot(valid_from=MONDAY, valid_until=day("2026-02-01"))
    url = f"/api/recurring-slots/{stored.pk}"

    invalid(api.patch(url, {"validFrom": "2026-02-02"}), "validFrom: ")
    invalid(api.patch(url, {"validUntil": "2026-01-01"}), "validUntil: ")


def test_list_can_be_filtered_and_ordered(api: APIClient) -> None:
    tuesday = make.slot(weekday=2, start="09:00")
    monday = make.slot(weekday=1, start="11:00", status="paused")

    def ids(query: str) -> list[int]:
        return [found["id"] for found in ok(api.get(f"/api/recurring-slots?{query}"))["results"]]

    assert ids("") == [tuesday.pk, monday.pk]
    assert ids("ordering=dayOfWeek") == [monday.pk, tuesday.pk]
    assert ids("ordering=-startTime") == [monday.pk, tuesday.pk]
    assert ids("status=paused") == [monday.pk]
    assert ids("dayOfWeek=2") == [tuesday.pk]
    assert ids(f"teacher={tuesday.teacher_id}") == [tuesday.pk]
    assert ids(f"student={monday.student_id}") == [monday.pk]
    assert ids("student=999") == []
    for query in ("status=ended", "dayOfWeek=0", "dayOfWeek=8", "teacher=-1", "student=1.5"):
        invalid(api.get(f"/api/recurring-slots?{query}"), query.split("=")[0])


@pytest.mark.parametrize("size", [1, 7])
def test_query_count_does_not_depend_on_page_size(
    api: APIClient, size: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _number in range(size):
        make.slot()
    with django_assert_num_queries(4):  # studio, session, user, slots
        assert len(ok(api.get("/api/recurring-slots"))["results"]) == size
