"""``fixedSchedule`` of a student: rows are changed, matched, added and ended, never deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import Closure, FixedSchedule, ScheduledClass, Student
from scheduling.tests import factories as make
from scheduling.tests.factories import day
from scheduling.tests.jobs.helpers import dates, weekly

from .helpers import invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]

# Today is Monday, 5 January 2026.
MEETS = {"dayOfWeek": 3, "startTime": "17:00", "endTime": "18:00"}
ANA = {"firstName": "Ana", "lastName": "Gil", "startDate": "2025-12-15"}


def create(api: APIClient, **values: Any) -> dict[str, Any]:
    made: dict[str, Any] = ok(api.post("/api/students", ANA | values), 201)
    return made


def patch(api: APIClient, student: dict[str, Any], **values: Any) -> dict[str, Any]:
    changed: dict[str, Any] = ok(api.patch(f"/api/students/{student['id']}", values))
    return changed


def test_meeting_with_id_changes_given_fields(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS | {"subject": "Piano"}])
    (meeting,) = made["fixedSchedule"]

    change = {"id": meeting["id"], "dayOfWeek": 4}
    changed = patch(api, made, fixedSchedule=[change])

    assert changed["fixedSchedule"] == [meeting | {"dayOfWeek": 4}]
    assert FixedSchedule.objects.count() == 1
    # Past classes are kept; this week's class is moved in its row.
    assert dates() == ["2025-12-17", "2025-12-24", "2025-12-31", "2026-01-08"]


def test_meeting_without_id_is_matched_by_equality(api: APIClient) -> None:
    teacher = make.teacher()
    first = MEETS | {"subject": "Piano", "teacher": teacher.pk}
    made = create(api, fixedSchedule=[first, MEETS | {"dayOfWeek": 5}])

    changed = patch(api, made, fixedSchedule=[MEETS | {"dayOfWeek": 5}, first])

    assert changed["fixedSchedule"] == made["fixedSchedule"]
    assert FixedSchedule.objects.count() == 2


def test_omitted_meeting_ends_yesterday(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])

    changed = patch(api, made, fixedSchedule=[])

    assert changed["fixedSchedule"] == []
    stored = FixedSchedule.objects.get()
    assert (stored.valid_from, stored.valid_until) == (None, day("2026-01-04"))
    assert dates() == ["2025-12-17", "2025-12-24", "2025-12-31"]


@pytest.mark.parametrize("weekday", range(1, 8))
@pytest.mark.parametrize("first", ["2026-01-05", "2026-01-06", "2026-03-02"])
def test_omitted_future_meeting_has_no_classes(api: APIClient, weekday: int, first: str) -> None:
    made = create(api, fixedSchedule=[MEETS | {"dayOfWeek": weekday, "validFrom": first}])

    changed = patch(api, made, fixedSchedule=[])

    assert changed["fixedSchedule"] == []
    assert FixedSchedule.objects.count() == 1
    assert not ScheduledClass.objects.exists()
    assert patch(api, made, startDate="2025-01-01")["classesCreated"] == 0


def test_replacement_of_ended_meeting_begins_today(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])

    changed = patch(api, made, fixedSchedule=[MEETS | {"dayOfWeek": 4}])

    assert changed["fixedSchedule"][0]["validFrom"] == "2026-01-05"
    assert changed["classesCreated"] == 1
    assert dates() == ["2025-12-17", "2025-12-24", "2025-12-31", "2026-01-08"]


def test_replacement_keeps_explicit_valid_from(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])

    changed = patch(api, made, fixedSchedule=[MEETS | {"dayOfWeek": 4, "validFrom": None}])

    assert changed["fixedSchedule"][0]["validFrom"] is None
    assert changed["classesCreated"] == 4


def test_added_meeting_has_classes_from_start_date(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])

    more = [*made["fixedSchedule"], MEETS | {"dayOfWeek": 4}]

    assert patch(api, made, fixedSchedule=more)["classesCreated"] == 4


@pytest.mark.parametrize("edit", [{"status": "cancelled"}, {"date": "2026-01-09"}])
def test_edited_class_is_kept_under_replacement_of_its_meeting(
    api: APIClient, edit: dict[str, Any]
) -> None:
    made = create(api, fixedSchedule=[MEETS | {"subject": "Guitar"}])
    edited = ScheduledClass.objects.latest("date")
    ok(api.patch(f"/api/classes/{edited.pk}", edit))

    changed = patch(api, made, fixedSchedule=[MEETS | {"subject": "Piano"}])

    assert (changed["classesCreated"], "warning" in changed) == (0, False)
    assert FixedSchedule.objects.count() == 2
    edited.refresh_from_db()
    assert edited.fixed_schedule_id == changed["fixedSchedule"][0]["id"]
    assert ScheduledClass.objects.filter(week="2026-01-05").count() == 1
    assert weekly(day("2026-01-05")).counts_by_name()["protected"] == 1


def test_meetings_are_replaced_by_those_at_the_same_hour(api: APIClient) -> None:
    later = MEETS | {"startTime": "19:00", "endTime": "20:00"}
    made = create(api, fixedSchedule=[MEETS, later])
    (first,) = ScheduledClass.objects.filter(date="2026-01-07", start_time="17:00")
    ok(api.patch(f"/api/classes/{first.pk}", {"status": "cancelled"}))

    wanted = [later | {"subject": "Choir"}, MEETS | {"subject": "Piano"}]
    changed = patch(api, made, fixedSchedule=wanted)

    first.refresh_from_db()
    subjects = {meeting["id"]: meeting["subject"] for meeting in changed["fixedSchedule"]}
    assert subjects[first.fixed_schedule_id] == "Piano"
    assert dates()[-1] == "2026-01-07"
    assert ScheduledClass.objects.filter(week="2026-01-05").count() == 2


def test_pause_is_copied_to_replacement_of_its_meeting(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])
    old = FixedSchedule.objects.get()
    days = (day("2026-01-01"), day("2026-02-01"))
    make.closure("Pause", *days, student=old.student, fixed_schedule=old)

    changed = patch(api, made, fixedSchedule=[MEETS | {"subject": "Piano"}])

    assert changed["classesCreated"] == 0
    assert [pause.fixed_schedule_id for pause in Closure.objects.order_by("first_date")] == [
        old.pk,
        changed["fixedSchedule"][0]["id"],
    ]


def test_meeting_added_again_creates_no_past_or_cancelled_class(
    api: APIClient,
) -> None:
    made = create(api, fixedSchedule=[MEETS])
    edited = ScheduledClass.objects.latest("date")
    ok(api.patch(f"/api/classes/{edited.pk}", {"status": "cancelled"}))
    patch(api, made, fixedSchedule=[])

    again = patch(api, made, fixedSchedule=[MEETS])

    assert (again["classesCreated"], "warning" in again) == (0, False)
    assert again["fixedSchedule"][0]["validFrom"] == "2026-01-05"
    edited.refresh_from_db()
    assert edited.fixed_schedule_id == again["fixedSchedule"][0]["id"]
    other = patch(api, made, fixedSchedule=[*again["fixedSchedule"], MEETS | {"dayOfWeek": 2}])
    assert other["classesCreated"] == 1
    assert dates() == ["2025-12-17", "2025-12-24", "2025-12-31", "2026-01-06"]


def test_outdated_list_is_refused_and_ends_no_meeting(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])
    patch(api, made, fixedSchedule=[MEETS | {"dayOfWeek": 4}])
    stale = [{"id": made["fixedSchedule"][0]["id"], "startTime": "16:00"}]

    answer = api.patch(f"/api/students/{made['id']}", {"fixedSchedule": stale})

    invalid(answer, "fixedSchedule[0].id", "This meeting ended on Sunday 4 January 2026.")
    assert [meeting.valid_until for meeting in FixedSchedule.objects.order_by("id")] == [
        day("2026-01-04"),
        None,
    ]


def test_ended_meeting_can_be_resumed_by_id(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])
    patch(api, made, fixedSchedule=[])

    again = {"id": made["fixedSchedule"][0]["id"], "validUntil": None}

    assert patch(api, made, fixedSchedule=[again])["fixedSchedule"] == made["fixedSchedule"]
    assert dates()[-1] == "2026-01-07"


@pytest.mark.parametrize(
    ("meeting", "field"),
    [
        ({"dayOfWeek": 1, "startTime": "10:00"}, "[0].endTime"),
        ({"dayOfWeek": 1, "endTime": "10:00"}, "[0].startTime"),
        ({"startTime": "10:00", "endTime": "11:00"}, "[0].dayOfWeek"),
        (MEETS | {"dayOfWeek": 0}, "[0].dayOfWeek"),
        (MEETS | {"dayOfWeek": 8}, "[0].dayOfWeek"),
        (MEETS | {"dayOfWeek": "3"}, "[0].dayOfWeek"),
        (MEETS | {"dayOfWeek": 3.5}, "[0].dayOfWeek"),
        (MEETS | {"dayOfWeek": True}, "[0].dayOfWeek"),
        (MEETS | {"startTime": "9:00"}, "[0].startTime"),
        (MEETS | {"startTime": "09:00:00"}, "[0].startTime"),
        (MEETS | {"startTime": "24:00"}, "[0].startTime"),
        (MEETS | {"startTime": 9}, "[0].startTime"),
        (MEETS | {"endTime": "17:00"}, "[0].endTime"),
        (MEETS | {"endTime": "00:00"}, "[0].endTime"),
        (MEETS | {"intervalWeeks": 0}, "[0].intervalWeeks"),
        (MEETS | {"intervalWeeks": 5}, "[0].intervalWeeks"),
        (MEETS | {"teacher": 999}, "[0].teacher"),
        (MEETS | {"teacher": 2**70}, "[0].teacher"),
        (MEETS | {"teacher": 1.0}, "[0].teacher"),
        (MEETS | {"teacher": "1"}, "[0].teacher"),
        (MEETS | {"teacher": {}}, "[0].teacher"),
        (MEETS | {"subject": None}, "[0].subject"),
        (MEETS | {"subject": "a\0"}, "[0].subject"),
        (MEETS | {"validFrom": "2026-02-02", "validUntil": "2026-02-01"}, "[0].validUntil"),
        (MEETS | {"validFrom": "2026-2-2"}, "[0].validFrom"),
        (MEETS | {"validUntil": "1066-10-14"}, "[0].validUntil"),
        (MEETS | {"weekday": 3}, "[0].weekday"),
        (MEETS | {"id": 999}, "[0].id"),
        (MEETS | {"id": 2**63}, "[0].id"),
        (MEETS | {"id": 0}, "[0].id"),
        (MEETS | {"id": None}, "[0].id"),
        (5, "[0]"),
    ],
)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_invalid_meeting_is_refused(api: APIClient, meeting: Any, field: str, method: str) -> None:
    if method == "post":
        answer = api.post("/api/students", ANA | {"fixedSchedule": [meeting]})
        assert not Student.objects.exists()
    else:
        url = f"/api/students/{make.student().pk}"
        answer = api.patch(url, {"fixedSchedule": [meeting]})
    invalid(answer, f"fixedSchedule{field}")
    assert not FixedSchedule.objects.exists()


def test_meeting_of_other_student_is_refused(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])
    other = make.schedule()

    body = {"fixedSchedule": [MEETS, {"id": other.pk, "dayOfWeek": 2}]}
    invalid(api.patch(f"/api/students/{made['id']}", body), "fixedSchedule[1].id: ")

    other.refresh_from_db()
    assert other.weekday == 1


def test_end_before_start_and_repeated_id_are_refused(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])
    meeting = {"id": made["fixedSchedule"][0]["id"]}

    def send(**values: Any) -> Any:
        return api.patch(f"/api/students/{made['id']}", {"fixedSchedule": [meeting | values]})

    invalid(send(startTime="18:00"), "fixedSchedule[0].startTime: ")
    invalid(send(endTime="16:00"), "fixedSchedule[0].endTime: ")
    twice = {"fixedSchedule": [meeting, meeting]}
    invalid(api.patch(f"/api/students/{made['id']}", twice), "fixedSchedule[1].id: ")


def test_identical_meetings_are_refused(api: APIClient) -> None:
    invalid(api.post("/api/students", ANA | {"fixedSchedule": [MEETS, MEETS]}), "fixedSchedule[1]")


def test_change_of_schedule_needs_its_own_permissions(staff: Callable[..., APIClient]) -> None:
    meeting = make.schedule()
    url = f"/api/students/{meeting.student_id}"
    caller = staff("change_student", "view_student")

    ok(caller.patch(url, {"firstName": "Ana", "fixedSchedule": [{"id": meeting.pk}]}))
    for schedule in ([], [{"id": meeting.pk, "dayOfWeek": 2}], [{"id": meeting.pk}, MEETS]):
        refused(caller.patch(url, {"fixedSchedule": schedule}), 403, "permission_denied")

    assert FixedSchedule.objects.get().weekday == 1
