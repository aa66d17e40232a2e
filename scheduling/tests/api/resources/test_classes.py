"""``/api/classes``: reading, one-off classes, and manual edits."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from scheduling.models import ScheduledClass
from scheduling.services.classes import edit as service
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, day, moment
from scheduling.tests.jobs.helpers import dates, horizon

from .helpers import CLASS, invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]


def body(**values: Any) -> dict[str, Any]:
    sent = {"date": "2026-01-07", "startTime": "10:00", "endTime": "11:00"}
    return sent | {"student": make.student().pk} | values


@pytest.fixture
def generated() -> ScheduledClass:
    """Return the only class of a slot that is valid today."""
    make.slot(make.teacher("Marta Gil", "Europe/Madrid"), valid_until=MONDAY)
    horizon(MONDAY)
    return ScheduledClass.objects.get()


def url(row: Any) -> str:
    return f"/api/classes/{row['id'] if isinstance(row, dict) else row.pk}"


def test_one_off_class_is_created(api: APIClient) -> None:
    sent = body(teacher=make.teacher(zone="Europe/Madrid").pk, subject="Trial", notes="Bring it")

    made = ok(api.post("/api/classes", sent), 201)

    assert set(made) == CLASS
    assert made == sent | {
        "id": made["id"],
        "timeZone": "Europe/Madrid",
        "startsAt": "2026-01-07T09:00:00Z",
        "endsAt": "2026-01-07T10:00:00Z",
        "status": "scheduled",
        "cancelReason": "",
        "isChargeable": False,
        "attendance": "",
        "room": None,
        "isShared": False,
        "source": "one_off",
        "occurrenceDate": None,
        "makeUpFor": None,
        "originalTeacher": None,
    }
    assert ok(api.get(url(made))) == made
    assert ScheduledClass.objects.get().edited_at is not None


def test_class_can_end_after_midnight(api: APIClient) -> None:
    made = ok(api.post("/api/classes", body(startTime="23:30", endTime="00:30")), 201)
    assert (made["startsAt"], made["endsAt"]) == ("2026-01-07T23:30:00Z", "2026-01-08T00:30:00Z")


def test_generated_class_has_source_and_occurrence_date(
    api: APIClient, generated: ScheduledClass
) -> None:
    read = ok(api.get(url(generated)))

    assert set(read) == CLASS
    assert (read["source"], read["occurrenceDate"]) == ("recurring_slot", "2026-01-05")
    fixed = make.lesson(fixed_schedule=make.schedule())
    assert ok(api.get(url(fixed)))["source"] == "fixed_schedule"


def test_moved_class_is_not_created_again(api: APIClient, generated: ScheduledClass) -> None:
    moved = ok(
        api.patch(url(generated), {"date": "2026-01-08", "startTime": "12:15", "endTime": "13:00"})
    )

    assert (moved["date"], moved["startsAt"]) == ("2026-01-08", "2026-01-08T11:15:00Z")
    assert moved["occurrenceDate"] == "2026-01-05"
    horizon(MONDAY)
    assert dates() == ["2026-01-08"]


def test_class_moved_to_other_hour_keeps_its_length(
    api: APIClient, generated: ScheduledClass
) -> None:
    moved = ok(api.patch(url(generated), {"startTime": "11:00"}))
    assert (moved["startTime"], moved["endTime"]) == ("11:00", "12:00")

    moved = ok(api.patch(url(generated), {"startTime": "23:30"}))
    assert (moved["endTime"], moved["endsAt"]) == ("00:30", "2026-01-05T23:30:00Z")
    # Before midnight again.
    moved = ok(api.patch(url(generated), {"startTime": "09:15"}))
    assert (moved["endTime"], moved["endsAt"]) == ("10:15", "2026-01-05T09:15:00Z")


@pytest.mark.parametrize("end", ["09:00", "10:00"])
def test_new_end_before_start_is_refused(
    api: APIClient, generated: ScheduledClass, end: str
) -> None:
    invalid(api.patch(url(generated), {"endTime": end}), "endTime", "must be after the start")
    assert ok(api.patch(url(generated), {"endTime": "10:15"}))["endTime"] == "10:15"


def test_implausible_end_before_start_is_refused(api: APIClient) -> None:
    slip = body(startTime="09:30", endTime="07:30")
    invalid(api.post("/api/classes", slip), "endTime", "The end is before the start", "22 h")
    made = ok(api.post("/api/classes", body(startTime="20:00", endTime="08:00")), 201)
    slip = {"startTime": "09:30", "endTime": "07:30"}
    invalid(api.patch(url(made), slip), "endTime", "The end is before the start")


def test_new_end_of_class_past_midnight_is_accepted(api: APIClient) -> None:
    made = ok(api.post("/api/classes", body(startTime="23:30", endTime="00:30")), 201)
    changed = ok(api.patch(url(made), {"endTime": "01:00"}))
    assert changed["endsAt"] == "2026-01-08T01:00:00Z"


def test_teacher_and_zone_can_change(api: APIClient, generated: ScheduledClass) -> None:
    other = make.teacher(zone="Asia/Tokyo")

    moved = ok(api.patch(url(generated), {"teacher": other.pk}))
    assert (moved["teacher"], moved["timeZone"]) == (other.pk, "Europe/Madrid")

    moved = ok(api.patch(url(generated), {"timeZone": ""}))
    assert (moved["timeZone"], moved["startsAt"]) == ("Asia/Tokyo", "2026-01-05T01:00:00Z")
    moved = ok(api.patch(url(generated), {"timeZone": "UTC", "teacher": None}))
    assert (moved["teacher"], moved["startsAt"]) == (None, "2026-01-05T10:00:00Z")


def test_cancelled_class_is_not_created_again_until_restored(
    api: APIClient, generated: ScheduledClass
) -> None:
    sent = {"status": "cancelled", "cancelReason": "ill", "cancelledBy": "student"}
    sent["isChargeable"] = True
    cancelled = ok(api.patch(url(generated), sent))

    assert set(cancelled) == CLASS
    assert (cancelled["status"], cancelled["cancelReason"]) == ("cancelled", "ill")
    assert cancelled["isChargeable"]
    assert ScheduledClass.objects.get().cancelled_by == "student"
    horizon(MONDAY)
    assert dates() == []

    restored = ok(api.patch(url(generated), {"status": "scheduled"}))
    assert (restored["status"], restored["cancelReason"]) == ("scheduled", "")
    assert not restored["isChargeable"]


def test_started_class_can_be_completed(
    api: APIClient, generated: ScheduledClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {"status": "completed", "attendance": "present", "notes": "Scales"}
    invalid(
        api.patch(url(generated), sent), "this one begins on Mon 5 Jan 2026, 10:00 (Europe/Madrid)"
    )
    monkeypatch.setattr(timezone, "now", lambda: moment("2026-01-05 10:00"))
    done = ok(api.patch(url(generated), sent))
    assert {name: done[name] for name in sent} == sent
    assert ok(api.patch(url(generated), {"attendance": ""}))["attendance"] == ""


def test_unchanged_class_is_not_marked_as_edited(api: APIClient, generated: ScheduledClass) -> None:
    ok(api.patch(url(generated), {}))
    ok(api.patch(url(generated), ok(api.get(url(generated)))))
    generated.refresh_from_db()
    assert generated.edited_at is None


def test_delete_cancels_generated_class_and_deletes_one_off(
    api: APIClient, generated: ScheduledClass
) -> None:
    gone = ok(api.delete(url(generated)))
    assert (set(gone), gone["status"]) == (CLASS, "cancelled")
    assert ok(api.delete(url(generated)))["status"] == "cancelled"

    one_off = make.lesson(on=day("2026-01-09"))
    answer = api.delete(url(one_off))
    assert (answer.status_code, answer.content) == (204, b"")
    refused(api.delete(url(one_off)), 404, "not_found")
    assert ScheduledClass.objects.count() == 1


def test_double_booking_is_409_and_names_other_class(
    api: APIClient, generated: ScheduledClass
) -> None:
    taken = body(
        teacher=generated.teacher_id, date="2026-01-05", startTime="10:30", endTime="11:30"
    )

    words = ("Marta Gil already teaches", "Mon 5 Jan 2026, 10:00–11:00 (Europe/Madrid)")
    refused(api.post("/api/classes", taken), 409, "double_booked", *words)

    made = ok(api.post("/api/classes", taken | {"date": "2026-01-06"}), 201)
    refused(api.patch(url(made), {"date": "2026-01-05"}), 409, "double_booked", *words)
    ok(api.patch(url(generated), {"status": "cancelled"}))
    ok(api.patch(url(made), {"date": "2026-01-05"}))
    refused(api.patch(url(generated), {"status": "scheduled"}), 409, "double_booked")


def test_concurrent_double_booking_is_409(
    api: APIClient, generated: ScheduledClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "refuse_double_booking", lambda wanted: None)
    taken = body(teacher=generated.teacher_id, date="2026-01-05")

    refused(api.post("/api/classes", taken), 409, "double_booked", "Marta Gil already teaches")

    assert ScheduledClass.objects.count() == 1


def test_shared_lesson_is_no_double_booking(api: APIClient) -> None:
    teacher = make.teacher()
    make.lesson(on=day("2026-01-07"), teacher=teacher, is_shared=True)

    ok(api.post("/api/classes", body(teacher=teacher.pk, isShared=True)), 201)
    refused(api.post("/api/classes", body(teacher=teacher.pk)), 409, "double_booked")


@pytest.mark.parametrize("whose", ["all", "teacher", "student", "somebody else"])
def test_move_to_closed_day_is_accepted_with_warning(api: APIClient, whose: str) -> None:
    scheduled_class = make.lesson(teacher=make.teacher())
    person: dict[str, Any] = {
        "all": {},
        "teacher": {"teacher": scheduled_class.teacher},
        "student": {"student": scheduled_class.student},
        "somebody else": {"teacher": make.teacher()},
    }[whose]
    make.closure("Strike", day("2026-01-14"), **person)
    # A closure for a single lesson of another student has no effect.
    slot = make.slot()
    make.closure("Exams", day("2026-01-14"), student=slot.student, recurring_slot=slot)

    moved = ok(api.patch(f"/api/classes/{scheduled_class.pk}", {"date": "2026-01-14"}))

    warns = whose != "somebody else"
    assert set(moved) == CLASS | ({"warning"} if warns else set())
    assert moved["date"] == "2026-01-14"
    if warns:
        assert "is closed (Strike); the class takes place anyway" in moved["warning"]
    # No warning without a move, nor for a cancelled class.
    assert set(ok(api.patch(f"/api/classes/{scheduled_class.pk}", {"notes": "Recital"}))) == CLASS
    assert (
        set(ok(api.patch(f"/api/classes/{scheduled_class.pk}", {"status": "cancelled"}))) == CLASS
    )
    again = ok(api.patch(f"/api/classes/{scheduled_class.pk}", {"status": "scheduled"}))
    assert ("warning" in again) == warns


def test_new_class_on_closed_day_has_warning(api: APIClient) -> None:
    make.closure("Strike", day("2026-01-14"))
    body = {"student": make.student().pk, "date": "2026-01-14"}
    made = ok(api.post("/api/classes", body | {"startTime": "10:00", "endTime": "11:00"}), 201)
    assert "Strike" in made["warning"]
