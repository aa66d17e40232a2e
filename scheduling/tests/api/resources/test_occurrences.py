"""``POST /api/classes`` with a series and a date: edits of planned occurrences."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import RecurringSlot, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, day
from scheduling.tests.jobs.helpers import dates, horizon, weekly

from .helpers import CLASS, invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]


@pytest.fixture
def slot() -> RecurringSlot:
    """Return a slot on Mondays at ten in Madrid, for three weeks."""
    marta = make.teacher("Marta Gil", "Europe/Madrid")
    return make.slot(marta, make.student("Ana Ruiz"), valid_until=day("2026-01-19"))


def occurrence(slot: RecurringSlot, on: str = "2026-01-12", **values: Any) -> dict[str, Any]:
    return {"source": "recurring_slot", "series": slot.pk, "date": on} | values


def test_planned_occurrence_is_cancelled(api: APIClient, slot: RecurringSlot) -> None:
    sent = occurrence(slot, status="cancelled", cancelReason="skiing", cancelledBy="student")

    made = ok(api.post("/api/classes", sent), 201)

    assert set(made) == CLASS
    assert (
        made
        | {
            "student": slot.student_id,
            "teacher": slot.teacher_id,
            "date": "2026-01-12",
            "startTime": "10:00",
            "endTime": "11:00",
            "timeZone": "Europe/Madrid",
            "startsAt": "2026-01-12T09:00:00Z",
            "status": "cancelled",
            "cancelReason": "skiing",
            "source": "recurring_slot",
            "occurrenceDate": "2026-01-12",
        }
        == made
    )
    assert ScheduledClass.objects.get().cancelled_by == "student"
    horizon()
    assert dates() == ["2026-01-05", "2026-01-19"]


def test_planned_occurrence_is_moved(api: APIClient, slot: RecurringSlot) -> None:
    sent = occurrence(
        slot, "2026-01-14", occurrenceDate="2026-01-12", startTime="16:00", endTime="16:45"
    )

    made = ok(api.post("/api/classes", sent), 201)

    assert (made["date"], made["occurrenceDate"]) == ("2026-01-14", "2026-01-12")
    assert (made["startsAt"], made["endsAt"]) == ("2026-01-14T15:00:00Z", "2026-01-14T15:45:00Z")
    horizon()
    assert dates() == ["2026-01-05", "2026-01-14", "2026-01-19"]


def test_moved_occurrence_keeps_length_of_series(api: APIClient, slot: RecurringSlot) -> None:
    made = ok(api.post("/api/classes", occurrence(slot, startTime="15:00")), 201)
    assert (made["startTime"], made["endTime"]) == ("15:00", "16:00")
    invalid(api.post("/api/classes", occurrence(slot, "2026-01-19", endTime="09:00")), "endTime")


def test_occurrence_of_fixed_schedule_is_edited(api: APIClient) -> None:
    series = make.schedule()
    sent = {"source": "fixed_schedule", "series": series.pk, "occurrenceDate": "2026-01-05"}

    made = ok(api.post("/api/classes", sent | {"notes": "Bring the violin"}), 201)

    assert (made["date"], made["notes"], made["source"]) == (
        "2026-01-05",
        "Bring the violin",
        "fixed_schedule",
    )
    weekly()
    assert ScheduledClass.objects.count() == 1


def test_existing_class_of_occurrence_is_changed(api: APIClient, slot: RecurringSlot) -> None:
    horizon()
    before = ScheduledClass.objects.get(date=day("2026-01-12"))

    changed = ok(api.post("/api/classes", occurrence(slot, status="cancelled")), 200)

    assert (changed["id"], changed["status"]) == (before.pk, "cancelled")
    assert ScheduledClass.objects.count() == 3


def test_repeated_request_creates_one_class(api: APIClient, slot: RecurringSlot) -> None:
    sent = occurrence(slot, status="cancelled")
    first = ok(api.post("/api/classes", sent), 201)
    assert ok(api.post("/api/classes", sent), 200) == first


def test_day_without_occurrence_is_refused(api: APIClient, slot: RecurringSlot) -> None:
    words = "no class on Tuesday 13 January 2026. The nearest one is on Monday 12 January 2026."
    invalid(api.post("/api/classes", occurrence(slot, "2026-01-13")), words)
    invalid(
        api.post("/api/classes", occurrence(slot) | {"series": 999999}), "There is no such schedule"
    )
    assert not ScheduledClass.objects.exists()


def test_double_booking_is_409_unless_cancelled(api: APIClient, slot: RecurringSlot) -> None:
    make.lesson(make.student("Ben Oz"), day("2026-01-12"), "10:30", "11:30", slot.teacher)
    words = ("Marta Gil already teaches Ben Oz", "Mon 12 Jan 2026, 10:30–11:30 (Europe/Madrid)")
    refused(api.post("/api/classes", occurrence(slot)), 409, "double_booked", *words)
    ok(api.post("/api/classes", occurrence(slot, status="cancelled")), 201)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"date": None}, "date"),
        ({"series": "7"}, "series"),
        ({"series": 0}, "series"),
        ({"source": "one_off"}, "source"),
        ({"student": 1}, "student"),
        ({"id": 1}, "id"),
        ({"endTime": "10:00"}, "The end time must be after the start time"),
        ({"startTime": "12:00", "endTime": "12:00"}, "The end time must be after the start time"),
        ({"cancelReason": "ill"}, "Only a cancelled class has this"),
        ({"status": "completed"}, "once it has begun"),
        ({"cancelledBy": "closure", "status": "cancelled"}, "cancelledBy"),
    ],
)
def test_invalid_occurrence_is_refused(
    api: APIClient, slot: RecurringSlot, values: dict[str, Any], word: str
) -> None:
    invalid(api.post("/api/classes", occurrence(slot) | values), word)
    assert not ScheduledClass.objects.exists()


def test_date_is_required(api: APIClient, slot: RecurringSlot) -> None:
    sent = occurrence(slot)
    del sent["date"]
    invalid(api.post("/api/classes", sent), "occurrenceDate", "Give the date")


def test_occurrence_needs_permissions_to_add_and_change(staff: Any, slot: RecurringSlot) -> None:
    for permission in ("add_scheduledclass", "change_scheduledclass"):
        refused(staff(permission).post("/api/classes", occurrence(slot)), 403, "permission_denied")
    caller = staff("add_scheduledclass", "change_scheduledclass")
    assert ok(caller.post("/api/classes", occurrence(slot)), 201)["date"] == "2026-01-12"


def test_lesson_of_24_hours_keeps_its_length(api: APIClient) -> None:
    slot = make.slot(start="09:00", minutes=1440)
    made = ok(api.post("/api/classes", occurrence(slot, subject="Marathon")), 201)
    assert (made["startsAt"], made["endsAt"]) == ("2026-01-12T09:00:00Z", "2026-01-13T09:00:00Z")
    url = f"/api/classes/{made['id']}"
    invalid(api.patch(url, {"startTime": "10:00", "endTime": "10:00"}), "must be after")
    assert day(made["date"]) > MONDAY
