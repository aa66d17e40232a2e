"""``fixedSchedule`` of a student: changed, matched, added, ended, never deleted."""

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
    pytest.mark.one_database(name="postgresql"),
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


def test_a_meeting_with_an_id_is_changed_as_far_as_it_says(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS | {"subject": "Piano"}])
    (meeting,) = made["fixedSchedule"]

    change = {"id": meeting["id"], "dayOfWeek": 4}
    changed = patch(api, made, fixedSchedule=[change])

    assert changed["fixedSchedule"] == [meeting | {"dayOfWeek": 4}]
    assert FixedSchedule.objects.count() == 1
    # The past stays; this week's class keeps its row and moves.
    assert dates() == ["2025-12-17", "2025-12-24", "2025-12-31", "2026-01-08"]


def test_a_meeting_without_an_id_is_matched_by_equality(api: APIClient) -> None:
    teacher = make.teacher()
    first = MEETS | {"subject": "Piano", "teacher": teacher.pk}
    made = create(api, fixedSchedule=[first, MEETS | {"dayOfWeek": 5}])

    changed = patch(api, made, fixedSchedule=[MEETS | {"dayOfWeek": 5}, first])

    assert changed["fixedSchedule"] == made["fixedSchedule"]
    assert FixedSchedule.objects.count() == 2


def test_a_meeting_that_is_left_out_ended_yesterday(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])

    changed = patch(api, made, fixedSchedule=[])

    assert changed["fixedSchedule"] == []
    stored = FixedSchedule.objects.get()
    assert (stored.valid_from, stored.valid_until) == (None, day("2026-01-04"))
    assert dates() == ["2025-12-17", "2025-12-24", "2025-12-31"]


@pytest.mark.parametrize("weekday", range(1, 8))
@pytest.mark.parametrize("first", ["2026-01-05", "2026-01-06", "2026-03-02"])
def test_a_meeting_that_has_not_begun_asks_for_nothing_once_left_out(
    api: APIClient, weekday: int, first: str
) -> None:
    made = create(api, fixedSchedule=[MEETS | {"dayOfWeek": weekday, "validFrom": first}])

    changed = patch(api, made, fixedSchedule=[])

    assert changed["fixedSchedule"] == []
    assert FixedSchedule.objects.count() == 1
    assert not ScheduledClass.objects.exists()
    assert patch(api, made, startDate="2025-01-01")["classesCreated"] == 0


def test_what_takes_the_place_of_an_ended_meeting_begins_today(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])

    changed = patch(api, made, fixedSchedule=[MEETS | {"dayOfWeek": 4}])

    assert changed["fixedSchedule"][0]["validFrom"] == "2026-01-05"
    assert changed["classesCreated"] == 1
    assert dates() == ["2025-12-17", "2025-12-24", "2025-12-31", "2026-01-08"]


def test_unless_it_says_from_when(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])

    changed = patch(api, made, fixedSchedule=[MEETS | {"dayOfWeek": 4, "validFrom": None}])

    assert changed["fixedSchedule"][0]["validFrom"] is None
    assert changed["classesCreated"] == 4


def test_an_added_meeting_counts_from_the_start_date(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])

    more = [*made["fixedSchedule"], MEETS | {"dayOfWeek": 4}]

    assert patch(api, made, fixedSchedule=more)["classesCreated"] == 4


@pytest.mark.parametrize("said", [{"status": "cancelled"}, {"date": "2026-01-09"}])
def test_what_a_person_did_to_a_class_holds_for_what_takes_its_meetings_place(
    api: APIClient, said: dict[str, Any]
) -> None:
    made = create(api, fixedSchedule=[MEETS | {"subject": "Guitar"}])
    touched = ScheduledClass.objects.latest("date")
    ok(api.patch(f"/api/classes/{touched.pk}", said))

    changed = patch(api, made, fixedSchedule=[MEETS | {"subject": "Piano"}])

    assert (changed["classesCreated"], "warning" in changed) == (0, False)
    assert FixedSchedule.objects.count() == 2
    touched.refresh_from_db()
    assert touched.fixed_schedule_id == changed["fixedSchedule"][0]["id"]
    assert ScheduledClass.objects.filter(week="2026-01-05").count() == 1
    assert weekly(day("2026-01-05")).counts_by_name()["protected"] == 1


def test_of_two_meetings_each_hands_over_to_the_one_at_its_hour(api: APIClient) -> None:
    later = MEETS | {"startTime": "19:00", "endTime": "20:00"}
    made = create(api, fixedSchedule=[MEETS, later])
    (first,) = ScheduledClass.objects.filter(date="2026-01-07", start_time="17:00")
    ok(api.patch(f"/api/classes/{first.pk}", {"status": "cancelled"}))

    wanted = [later | {"subject": "Choir"}, MEETS | {"subject": "Piano"}]
    changed = patch(api, made, fixedSchedule=wanted)

    first.refresh_from_db()
    subjects = {one["id"]: one["subject"] for one in changed["fixedSchedule"]}
    assert subjects[first.fixed_schedule_id] == "Piano"
    assert dates()[-1] == "2026-01-07"
    assert ScheduledClass.objects.filter(week="2026-01-05").count() == 2


def test_a_pause_goes_on_for_what_takes_its_meetings_place(api: APIClient) -> None:
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


def test_taken_away_and_added_again_it_writes_no_past_and_brings_nothing_back(
    api: APIClient,
) -> None:
    made = create(api, fixedSchedule=[MEETS])
    touched = ScheduledClass.objects.latest("date")
    ok(api.patch(f"/api/classes/{touched.pk}", {"status": "cancelled"}))
    patch(api, made, fixedSchedule=[])

    again = patch(api, made, fixedSchedule=[MEETS])

    assert (again["classesCreated"], "warning" in again) == (0, False)
    assert again["fixedSchedule"][0]["validFrom"] == "2026-01-05"
    touched.refresh_from_db()
    assert touched.fixed_schedule_id == again["fixedSchedule"][0]["id"]
    other = patch(api, made, fixedSchedule=[*again["fixedSchedule"], MEETS | {"dayOfWeek": 2}])
    assert other["classesCreated"] == 1
    assert dates() == ["2025-12-17", "2025-12-24", "2025-12-31", "2026-01-06"]


def test_a_stale_list_does_not_end_what_is_there(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])
    patch(api, made, fixedSchedule=[MEETS | {"dayOfWeek": 4}])
    stale = [{"id": made["fixedSchedule"][0]["id"], "startTime": "16:00"}]

    answer = api.patch(f"/api/students/{made['id']}", {"fixedSchedule": stale})

    invalid(answer, "fixedSchedule[0].id", "This meeting ended on Sunday 4 January 2026.")
    assert [meeting.valid_until for meeting in FixedSchedule.objects.order_by("id")] == [
        day("2026-01-04"),
        None,
    ]


def test_an_ended_meeting_may_be_taken_up_again_by_its_id(api: APIClient) -> None:
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
def test_meetings_that_make_no_sense(api: APIClient, meeting: Any, field: str, method: str) -> None:
    if method == "post":
        answer = api.post("/api/students", ANA | {"fixedSchedule": [meeting]})
        assert not Student.objects.exists()
    else:
        url = f"/api/students/{make.student().pk}"
        answer = api.patch(url, {"fixedSchedule": [meeting]})
    invalid(answer, f"fixedSchedule{field}")
    assert not FixedSchedule.objects.exists()


def test_the_meeting_of_another_student_is_refused(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])
    other = make.schedule()

    body = {"fixedSchedule": [MEETS, {"id": other.pk, "dayOfWeek": 2}]}
    invalid(api.patch(f"/api/students/{made['id']}", body), "fixedSchedule[1].id: ")

    other.refresh_from_db()
    assert other.weekday == 1


def test_a_change_that_ends_before_it_starts_is_refused(api: APIClient) -> None:
    made = create(api, fixedSchedule=[MEETS])
    one = {"id": made["fixedSchedule"][0]["id"]}

    def send(**values: Any) -> Any:
        return api.patch(f"/api/students/{made['id']}", {"fixedSchedule": [one | values]})

    invalid(send(startTime="18:00"), "fixedSchedule[0].startTime: ")
    invalid(send(endTime="16:00"), "fixedSchedule[0].endTime: ")
    twice = {"fixedSchedule": [one, one]}
    invalid(api.patch(f"/api/students/{made['id']}", twice), "fixedSchedule[1].id: ")


def test_the_same_meeting_twice_is_refused(api: APIClient) -> None:
    invalid(api.post("/api/students", ANA | {"fixedSchedule": [MEETS, MEETS]}), "fixedSchedule[1]")


def test_a_schedule_needs_its_own_permissions(staff: Callable[..., APIClient]) -> None:
    meeting = make.schedule()
    url = f"/api/students/{meeting.student_id}"
    caller = staff("change_student", "view_student")

    ok(caller.patch(url, {"firstName": "Ana", "fixedSchedule": [{"id": meeting.pk}]}))
    for schedule in ([], [{"id": meeting.pk, "dayOfWeek": 2}], [{"id": meeting.pk}, MEETS]):
        refused(caller.patch(url, {"fixedSchedule": schedule}), 403, "permission_denied")

    assert FixedSchedule.objects.get().weekday == 1
