"""``/api/classes``: reading the calendar, one-offs, and whatever a person does to a class."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import ScheduledClass
from scheduling.services import classes as service
from scheduling.tests import factories as make
from scheduling.tests.api.resources.helpers import CLASS, invalid, ok, refused
from scheduling.tests.factories import MONDAY, day
from scheduling.tests.jobs.helpers import dates, horizon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def body(**values: Any) -> dict[str, Any]:
    sent = {"date": "2026-01-07", "startTime": "10:00", "endTime": "11:00"}
    return sent | {"student": make.student().pk} | values


@pytest.fixture
def generated() -> ScheduledClass:
    """The one class that a slot of today has."""
    make.slot(make.teacher("Marta Gil", "Europe/Madrid"), valid_until=MONDAY)
    horizon(MONDAY)
    return ScheduledClass.objects.get()


def url(one: Any) -> str:
    return f"/api/classes/{one['id'] if isinstance(one, dict) else one.pk}"


def test_a_one_off(api: APIClient) -> None:
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
        "attendance": "",
        "isShared": False,
        "source": "one_off",
        "occurrenceDate": None,
    }
    assert ok(api.get(url(made))) == made
    assert ScheduledClass.objects.get().edited_at is not None


def test_one_past_midnight(api: APIClient) -> None:
    made = ok(api.post("/api/classes", body(startTime="23:30", endTime="00:30")), 201)
    assert (made["startsAt"], made["endsAt"]) == ("2026-01-07T23:30:00Z", "2026-01-08T00:30:00Z")


def test_a_generated_class(api: APIClient, generated: ScheduledClass) -> None:
    read = ok(api.get(url(generated)))

    assert set(read) == CLASS
    assert (read["source"], read["occurrenceDate"]) == ("recurring_slot", "2026-01-05")
    fixed = make.lesson(fixed_schedule=make.schedule())
    assert ok(api.get(url(fixed)))["source"] == "fixed_schedule"


def test_a_class_that_was_moved_is_not_created_again(
    api: APIClient, generated: ScheduledClass
) -> None:
    moved = ok(
        api.patch(url(generated), {"date": "2026-01-08", "startTime": "12:15", "endTime": "13:00"})
    )

    assert (moved["date"], moved["startsAt"]) == ("2026-01-08", "2026-01-08T11:15:00Z")
    assert moved["occurrenceDate"] == "2026-01-05"
    horizon(MONDAY)
    assert dates() == ["2026-01-08"]


def test_to_another_teacher_and_another_zone(api: APIClient, generated: ScheduledClass) -> None:
    other = make.teacher(zone="Asia/Tokyo")

    moved = ok(api.patch(url(generated), {"teacher": other.pk}))
    assert (moved["teacher"], moved["timeZone"]) == (other.pk, "Europe/Madrid")

    moved = ok(api.patch(url(generated), {"timeZone": ""}))
    assert (moved["timeZone"], moved["startsAt"]) == ("Asia/Tokyo", "2026-01-05T01:00:00Z")
    moved = ok(api.patch(url(generated), {"timeZone": "UTC", "teacher": None}))
    assert (moved["teacher"], moved["startsAt"]) == (None, "2026-01-05T10:00:00Z")


def test_a_cancelled_class_is_a_tombstone_until_it_is_restored(
    api: APIClient, generated: ScheduledClass
) -> None:
    sent = {"status": "cancelled", "cancelReason": "ill", "cancelledBy": "student"}
    cancelled = ok(api.patch(url(generated), sent))

    assert set(cancelled) == CLASS
    assert (cancelled["status"], cancelled["cancelReason"]) == ("cancelled", "ill")
    assert ScheduledClass.objects.get().cancelled_by == "student"
    horizon(MONDAY)
    assert dates() == []

    restored = ok(api.patch(url(generated), {"status": "scheduled"}))
    assert (restored["status"], restored["cancelReason"]) == ("scheduled", "")


def test_completed_with_attendance_and_notes(api: APIClient, generated: ScheduledClass) -> None:
    sent = {"status": "completed", "attendance": "present", "notes": "Scales"}
    done = ok(api.patch(url(generated), sent))
    assert {name: done[name] for name in sent} == sent
    assert ok(api.patch(url(generated), {"attendance": ""}))["attendance"] == ""


def test_what_changes_nothing_does_not_touch(api: APIClient, generated: ScheduledClass) -> None:
    ok(api.patch(url(generated), {}))
    ok(api.patch(url(generated), ok(api.get(url(generated)))))
    generated.refresh_from_db()
    assert generated.edited_at is None


def test_a_generated_class_is_cancelled_and_a_one_off_deleted(
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


def test_a_double_booking_names_the_class_that_is_there(
    api: APIClient, generated: ScheduledClass
) -> None:
    taken = body(
        teacher=generated.teacher_id, date="2026-01-05", startTime="10:30", endTime="11:30"
    )

    words = ("Marta Gil already teaches", "2026-01-05 10:00–11:00 Europe/Madrid")
    refused(api.post("/api/classes", taken), 409, "double_booked", *words)

    made = ok(api.post("/api/classes", taken | {"date": "2026-01-06"}), 201)
    refused(api.patch(url(made), {"date": "2026-01-05"}), 409, "double_booked", *words)
    ok(api.patch(url(generated), {"status": "cancelled"}))
    ok(api.patch(url(made), {"date": "2026-01-05"}))
    refused(api.patch(url(generated), {"status": "scheduled"}), 409, "double_booked")


def test_a_place_that_is_taken_at_the_last_moment(
    api: APIClient, generated: ScheduledClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "refuse_double_booking", lambda wanted: None)
    taken = body(teacher=generated.teacher_id, date="2026-01-05")

    refused(api.post("/api/classes", taken), 409, "double_booked", "Marta Gil already teaches")

    assert ScheduledClass.objects.count() == 1


def test_a_shared_lesson(api: APIClient) -> None:
    teacher = make.teacher()
    make.lesson(on=day("2026-01-07"), whom=teacher, is_shared=True)

    ok(api.post("/api/classes", body(teacher=teacher.pk, isShared=True)), 201)
    refused(api.post("/api/classes", body(teacher=teacher.pk)), 409, "double_booked")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"teacher": 999}, "teacher"),
        ({"teacher": "me"}, "teacher"),
        ({"date": None}, "date"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "1969-12-31"}, "date"),
        ({"date": "2026-01-07T00:00:00"}, "date"),
        ({"startTime": "1000"}, "startTime"),
        ({"endTime": "10:60"}, "endTime"),
        ({"endTime": "10:00"}, "endTime"),
        ({"startTime": "11:00"}, "startTime|endTime"),
        ({"timeZone": "Mars/Base"}, "timeZone"),
        ({"timeZone": None}, "timeZone"),
        ({"subject": "x" * 201}, "subject"),
        ({"status": "done"}, "status"),
        ({"status": ["x"]}, "status"),
        ({"cancelReason": "ill"}, "cancelReason"),
        ({"cancelledBy": "student"}, "cancelledBy"),
        ({"status": "cancelled", "cancelledBy": "closure"}, "cancelledBy"),
        ({"status": "cancelled", "cancelReason": "x" * 301}, "cancelReason"),
        ({"attendance": "late"}, "attendance"),
        ({"isShared": None}, "isShared"),
        ({"notes": 5}, "notes"),
        ({"notes": "a\0"}, "notes"),
        ({"id": 5}, "id"),
        ({"startsAt": "2026-01-07T09:00:00Z"}, "startsAt"),
        ({"source": "recurring_slot"}, "source"),
        ({"occurrenceDate": "2026-01-07"}, "occurrenceDate"),
        ({"week": "2026-01-05"}, "week"),
    ],
)
def test_classes_that_make_no_sense(api: APIClient, values: Any, field: str) -> None:
    message = invalid(api.post("/api/classes", body(**values)))
    assert message.split(":")[0] in field.split("|")
    stored = make.lesson()
    message = invalid(api.patch(url(stored), values))
    assert message.split(":")[0] in field.split("|")
    stored.refresh_from_db()
    assert stored.edited_at is None


@pytest.mark.parametrize("field", ["student", "date", "startTime", "endTime"])
def test_what_a_new_class_needs(api: APIClient, field: str) -> None:
    sent = body()
    del sent[field]
    invalid(api.post("/api/classes", sent), f"{field}: ")


def test_a_class_stays_with_its_student(api: APIClient) -> None:
    one = make.lesson()
    invalid(api.patch(url(one), {"student": make.student().pk}), "student: ")
    ok(api.patch(url(one), {"student": one.student_id, "notes": "x"}))


def test_filters(api: APIClient) -> None:
    teacher, slot = make.teacher(), make.slot()
    first = make.lesson(on=day("2026-01-05"), whom=teacher)
    second = make.lesson(on=day("2026-01-06"), start="00:00", end="01:00", recurring_slot=slot)
    third = make.lesson(on=day("2026-01-07"), fixed_schedule=make.schedule(), status="cancelled")
    # Tuesday in Tokyo, still Monday in the studio: filters go by the class's own date.
    far = make.lesson(on=day("2026-01-06"), start="01:00", end="02:00", time_zone="Asia/Tokyo")

    def ids(query: str) -> list[int]:
        return [found["id"] for found in ok(api.get(f"/api/classes?{query}"))["results"]]

    assert ids("") == [first.pk, far.pk, second.pk, third.pk]
    assert ids("ordering=-startsAt") == [third.pk, second.pk, far.pk, first.pk]
    assert ids("ordering=-id") == [far.pk, third.pk, second.pk, first.pk]
    assert ids("from=2026-01-06&to=2026-01-06") == [far.pk, second.pk]
    assert ids("to=2026-01-05") == [first.pk]
    assert ids("from=2026-01-07") == [third.pk]
    assert ids(f"teacher={teacher.pk}") == [first.pk]
    assert ids(f"student={second.student_id}") == [second.pk]
    assert ids("status=cancelled") == [third.pk]
    assert ids("source=one_off") == [first.pk, far.pk]
    assert ids("source=recurring_slot") == [second.pk]
    assert ids("source=fixed_schedule") == [third.pk]
    bad = ["from=1969-12-31", "to=9999-12-31", "status=x", "source=slot", "student=1e3", "date=1"]
    for query in bad:
        invalid(api.get(f"/api/classes?{query}"), query.split("=")[0])


def test_the_last_day_that_there_is(api: APIClient) -> None:
    ok(api.get("/api/classes?from=1970-01-01&to=2199-12-31"))
    late = body(date="2199-12-31", startTime="23:00", endTime="22:59", timeZone="Pacific/Niue")
    assert ok(api.post("/api/classes", late), 201)["endsAt"] == "2200-01-02T09:59:00Z"


@pytest.mark.parametrize("size", [1, 7])
def test_a_page_takes_the_same_queries_however_many_it_holds(
    api: APIClient, size: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _number in range(size):
        make.lesson(recurring_slot=make.slot())
    with django_assert_num_queries(3):  # session, user, classes
        assert len(ok(api.get("/api/classes"))["results"]) == size
