"""``/api/openings``: when teachers are free."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from scheduling.models import Teacher
from scheduling.tests import factories as make
from scheduling.tests.factories import day

from .helpers import invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]


@pytest.fixture
def clara(api: APIClient) -> Teacher:
    clara = make.teacher("Clara Ruiz", "Europe/Madrid")
    hours = [{"dayOfWeek": 1, "startTime": "16:00", "endTime": "18:00"}]
    ok(api.patch(f"/api/teachers/{clara.pk}", {"workingHours": hours, "subjects": ["Piano"]}))
    return clara


def test_an_opening_can_be_booked_as_it_is_answered(api: APIClient, clara: Teacher) -> None:
    leo = make.student("Leo Park")
    taken = make.lesson(leo, day("2026-01-12"), "16:30", "17:00", clara)
    ana = make.student("Ana Ruiz")

    answer = ok(api.get(f"/api/openings?minutes=60&subject=piano&weeks=3&student={ana.pk}&step=60"))

    common = {
        "teacher": clara.pk,
        "teacherName": "Clara Ruiz",
        "room": None,
        "rooms": [],
        "dayOfWeek": 1,
        "timeZone": "Europe/Madrid",
        "firstDate": "2026-01-05",
        "weeks": 3,
        "insideWorkingHours": True,
    }
    why = {"date": "2026-01-12", "reason": "Clara Ruiz teaches Leo Park", "classId": taken.pk}
    assert answer == {
        "truncated": False,
        "results": [
            common
            | {"startTime": "17:00", "endTime": "18:00", "freeWeeks": 3, "isFree": True}
            | {"exceptions": []},
            common
            | {"startTime": "16:00", "endTime": "17:00", "freeWeeks": 2, "isFree": False}
            | {"exceptions": [why]},
        ],
    }
    first = answer["results"][0]
    body = {"student": ana.pk, "durationMinutes": 60, "validFrom": first["firstDate"]}
    body |= {name: first[name] for name in ("teacher", "dayOfWeek", "startTime")}
    made = ok(api.post("/api/recurring-slots", body), 201)
    assert made["classesCreated"] == 12
    assert "warning" not in made


def test_a_room_has_to_be_free_too(api: APIClient, clara: Teacher) -> None:
    hall = make.room("Hall")
    other = make.slot(make.teacher("Tom Lee"), make.student("Leo Park"), start="15:00", room=hall)
    query = f"minutes=60&teacher={clara.pk}&step=60&weeks=2&room={hall.pk}"
    found = ok(api.get(f"/api/openings?{query}"))["results"]
    # 15:00 UTC is 16:00 in Madrid.
    assert [(one["startTime"], one["room"]) for one in found] == [("17:00", hall.pk)]
    other.interval_weeks, other.valid_from = 2, day("2026-01-05")
    other.save()
    partly = ok(api.get(f"/api/openings?{query}"))["results"][1]
    assert partly["exceptions"] == [
        {"date": "2026-01-05", "reason": "Leo Park has a class in this room", "classId": None}
    ]


def test_any_room_is_one_that_is_free_on_the_most_dates(api: APIClient, clara: Teacher) -> None:
    query = f"minutes=60&teacher={clara.pk}&step=60&weeks=2&room=any"
    assert ok(api.get(f"/api/openings?{query}"))["results"] == []
    blue, hall = make.room("Blue room"), make.room("Hall")
    make.room("Attic", is_active=False)
    tom, leo = make.teacher("Tom Lee"), make.student("Leo Park")
    # 15:00 UTC is 16:00 in Madrid.
    for room in (blue, hall):
        make.lesson(leo, day("2026-01-05"), "15:00", "16:00", tom, room=room)
        tom, leo = make.teacher("Eva Gil"), make.student("Iker Gil")
    make.lesson(leo, day("2026-01-12"), "16:00", "17:00", tom, room=blue)
    answer = ok(api.get(f"/api/openings?{query}"))["results"]
    both = [{"id": blue.pk, "name": "Blue room"}, {"id": hall.pk, "name": "Hall"}]
    assert [(one["startTime"], one["freeWeeks"], one["rooms"]) for one in answer] == [
        ("17:00", 2, both[1:]),
        ("16:00", 1, both),
    ]
    assert [one["room"] for one in answer] == [hall.pk, blue.pk]
    reasons = [each["reason"] for each in answer[1]["exceptions"]]
    assert reasons == ["Leo Park has a class in Blue room"]


def test_single_dates(api: APIClient, clara: Teacher) -> None:
    query = "minutes=120&once=true&from=2026-01-06&to=2026-01-19"
    found = ok(api.get(f"/api/openings?{query}"))["results"]
    assert [(one["firstDate"], one["weeks"]) for one in found] == [
        ("2026-01-12", 1),
        ("2026-01-19", 1),
    ]
    assert len(ok(api.get("/api/openings?minutes=120&once=true"))["results"]) == 12


def test_hours_that_are_unknown_are_null(api: APIClient) -> None:
    tom = make.teacher("Tom Lee")
    query = f"minutes=60&teacher={tom.pk}&weekdays=3,5&earliest=09:00&latest=11:00&step=60"
    found = ok(api.get(f"/api/openings?{query}"))["results"]
    assert {one["insideWorkingHours"] for one in found} == {None}
    assert [(one["dayOfWeek"], one["startTime"]) for one in found] == [
        (3, "09:00"), (3, "10:00"), (5, "09:00"), (5, "10:00")
    ]  # fmt: skip
    assert {one["weeks"] for one in found} == {12}
    every_second = ok(api.get(f"/api/openings?{query}&intervalWeeks=2"))["results"]
    assert {one["weeks"] for one in every_second} == {6}


def test_a_long_answer_is_cut(api: APIClient) -> None:
    make.teacher()
    answer = ok(api.get("/api/openings?minutes=5&step=5"))
    assert (len(answer["results"]), answer["truncated"]) == (500, True)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "minutes"),
        ("minutes=4", "minutes"),
        ("minutes=721", "minutes"),
        ("minutes=x", "minutes"),
        ("minutes=60&teacher=0", "teacher"),
        ("minutes=60&teacher=99", "teacher"),
        ("minutes=60&student=99", "student"),
        ("minutes=60&weekdays=0", "weekdays"),
        ("minutes=60&weekdays=1;2", "weekdays"),
        ("minutes=60&weekdays=1,2,3,4,5,6,7,1", "weekdays"),
        ("minutes=60&weekdays=1%0A", "weekdays"),
        ("minutes=60&earliest=9", "earliest"),
        ("minutes=60&earliest=12:00&latest=12:00", "latest"),
        ("minutes=60&from=2026-01-04", "from"),
        ("minutes=60&to=2026-01-09", "to"),
        ("minutes=60&once=true&from=2026-01-09&to=2026-01-08", "to"),
        ("minutes=60&once=true&to=2026-07-08", "to"),
        ("minutes=60&once=yes", "once"),
        ("minutes=60&weeks=0", "weeks"),
        ("minutes=60&weeks=54", "weeks"),
        ("minutes=60&intervalWeeks=5", "intervalWeeks"),
        ("minutes=60&step=4", "step"),
        ("minutes=60&subject=a%00", "subject"),
        ("minutes=60&room=1", "room"),
        ("minutes=60&room=all", "room"),
        ("minutes=60&chair=1", "chair"),
    ],
)
def test_questions_that_make_no_sense(api: APIClient, query: str, field: str) -> None:
    invalid(api.get(f"/api/openings?{query}"), field)


def test_the_last_year_can_be_searched(api: APIClient) -> None:
    make.teacher()
    assert ok(api.get("/api/openings?minutes=60&from=2199-12-31&weeks=53"))["results"]


def test_openings_need_the_right_to_see_teachers_and_classes(
    staff: Callable[..., APIClient], clara: Teacher
) -> None:
    url = "/api/openings?minutes=60"
    ok(staff("view_teacher", "view_scheduledclass").get(url))
    refused(staff("view_teacher").get(url), 403, "permission_denied")
    refused(staff("view_scheduledclass").get(url), 403, "permission_denied")


def test_a_search_takes_as_many_queries_for_ten_teachers_as_for_one(
    api: APIClient, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(10):
        student, teacher = make.student(), make.teacher()
        make.slot(teacher, student, subject="Piano")
        make.schedule(
            student, teacher, weekday=2, start=f"{10 + number}:00", end=f"{10 + number}:30"
        )
    room = make.room()
    one = Teacher.objects.all()[0]
    with CaptureQueriesContext(connection) as captured:
        assert ok(api.get(f"/api/openings?minutes=60&teacher={one.pk}"))["results"]
    with django_assert_num_queries(len(captured)):
        assert ok(api.get("/api/openings?minutes=60"))["results"]
    assert len(captured) <= 16
    with CaptureQueriesContext(connection) as captured:
        assert ok(api.get(f"/api/openings?minutes=60&room={room.pk}"))["results"]
    for _number in range(5):
        make.room()
    with django_assert_num_queries(len(captured)):
        assert ok(api.get("/api/openings?minutes=60&room=any"))["results"]
