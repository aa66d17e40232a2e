"""``/api/rooms``, and the room of weekly lessons and classes."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import Room
from scheduling.tests import factories as make

from .helpers import ROOM, invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]


def test_a_new_room(api: APIClient) -> None:
    made = ok(api.post("/api/rooms", {"name": " Sala  Ñandú ", "capacity": 6}), 201)

    assert set(made) == ROOM
    assert made == {"id": made["id"], "name": "Sala Ñandú", "capacity": 6, "isActive": True}
    assert ok(api.get(f"/api/rooms/{made['id']}")) == made


@pytest.mark.parametrize("name", ["Hall", "HALL", "hall "])
def test_a_name_is_taken_whatever_its_case(api: APIClient, name: str) -> None:
    make.room("Hall")
    invalid(api.post("/api/rooms", {"name": name}), "name", "already")
    other = make.room("Studio")
    invalid(api.patch(f"/api/rooms/{other.pk}", {"name": name}), "name", "already")


def test_a_room_may_change_the_case_of_its_own_name(api: APIClient) -> None:
    room = make.room("ÁTICO")
    assert ok(api.patch(f"/api/rooms/{room.pk}", {"name": "Ático"}))["name"] == "Ático"
    assert ok(api.patch(f"/api/rooms/{room.pk}", {"isActive": False}))["isActive"] is False
    assert Room.objects.get().name_key == "ático"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "R", "capacity": 0}, "capacity"),
        ({"name": "R", "capacity": 32768}, "capacity"),
        ({"name": "R", "capacity": "6"}, "capacity"),
        ({"name": "R", "isActive": None}, "isActive"),
        ({"name": "R", "nothing": 1}, "nothing"),
    ],
)
def test_what_is_refused(api: APIClient, body: dict[str, Any], field: str) -> None:
    invalid(api.post("/api/rooms", body), field)
    assert not Room.objects.exists()


def test_a_page_of_rooms(api: APIClient) -> None:
    for name in ("Blue", "Red", "Green"):
        make.room(name, is_active=name != "Red")
    found = ok(api.get("/api/rooms?ordering=name"))["results"]
    assert [room["name"] for room in found] == ["Blue", "Green", "Red"]
    assert len(ok(api.get("/api/rooms?isActive=true"))["results"]) == 2
    assert len(ok(api.get("/api/rooms?search=re"))["results"]) == 2


def test_a_room_is_not_deleted(api: APIClient) -> None:
    room = make.room()
    assert api.delete(f"/api/rooms/{room.pk}").status_code == 405


def test_a_one_off_has_a_room_and_is_found_by_it(api: APIClient) -> None:
    hall = make.room("Hall")
    body = {"date": "2026-01-07", "startTime": "10:00", "endTime": "11:00"}
    ana = make.student()
    made = ok(api.post("/api/classes", body | {"student": ana.pk, "room": hall.pk}), 201)
    make.lesson(start="12:00", end="13:00")

    assert made["room"] == hall.pk
    (found,) = ok(api.get(f"/api/classes?room={hall.pk}"))["results"]
    assert found["id"] == made["id"]
    assert ok(api.patch(f"/api/classes/{made['id']}", {"room": None}))["room"] is None


def test_a_taken_room_is_refused_with_the_free_ones(api: APIClient) -> None:
    hall, blue = make.room("Hall"), make.room("Blue")
    make.room("Cellar", is_active=False)
    make.lesson(make.student("Ana Ruiz"), make.day("2026-01-07"), room=hall)
    body = {"date": "2026-01-07", "startTime": "10:30", "endTime": "11:30"}
    body |= {"student": make.student().pk}

    text = refused(api.post("/api/classes", body | {"room": hall.pk}), 409, "double_booked")
    assert text.startswith("Hall is already taken at that time: Ana Ruiz, ")
    assert text.endswith(" Free then: Blue.")

    ok(api.post("/api/classes", body | {"room": blue.pk}), 201)
    body |= {"student": make.student().pk, "room": hall.pk}
    text = refused(api.post("/api/classes", body), 409, "double_booked")
    assert text.endswith(" No other room is free then.")


def test_an_unknown_room(api: APIClient) -> None:
    body = {"date": "2026-01-07", "startTime": "10:00", "endTime": "11:00"}
    answer = api.post("/api/classes", body | {"student": make.student().pk, "room": 999})
    invalid(answer, "room", "There is no room with this ID.")
