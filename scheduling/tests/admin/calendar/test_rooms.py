"""The calendar by room."""

import pytest

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import day

from .test_actions import move_form, path

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

BY_ROOM = {"plain": "1", "view": "day", "by": "room"}


@pytest.fixture
def hall():
    return make.room("Hall")


def test_classes_and_planned_ones_of_one_room(owner, hall):
    blue = make.room("Blue")
    one = make.lesson(make.student("Ana"), room=hall)
    make.lesson(make.student("Leo"), room=blue)
    make.lesson(make.student("Eva"))
    make.schedule(make.student("Iker"), weekday=2, room=hall)
    make.schedule(make.student("Zoe"), weekday=2, room=blue)

    feed = owner.feed(room=hall.pk)
    assert [row[0] for row in feed["classes"]] == [one.pk]
    assert feed["rooms"] == {str(hall.pk): "Hall"}
    assert feed["classes"][0][-1] == hall.pk
    planned = owner.feed("planned/", room=hall.pk)["planned"]
    assert [(item["student"], item["room"]) for item in planned] == [("Iker", "Hall")]
    assert len(owner.feed()["classes"]) == 3
    assert {item["room"] for item in owner.feed("planned/")["planned"]} == {"Hall", "Blue"}
    days = owner.feed("days/", room=hall.pk)["days"]
    assert days == {"2026-01-05": {"scheduled": 1}}
    assert owner.get("events/", room="x", start="2026-01-05", end="2026-01-12").status_code == 400


def test_a_studio_without_rooms_has_no_filter_and_no_field(owner):
    one = make.lesson(teacher=make.teacher())
    assert 'name="room"' not in owner.get().content.decode()
    assert 'name="room"' not in owner.get(path(one)).content.decode()
    assert "rooms" not in owner.feed()


def test_the_list_and_the_details_name_the_room(owner, hall):
    one = make.lesson(teacher=make.teacher(), room=hall)
    page = owner.get(plain="1", date="2026-01-05").content.decode()
    assert '<td data-label="Room">Hall</td>' in page
    assert f'<option value="{hall.pk}">Hall</option>' in page
    text = owner.get(path(one)).content.decode()
    assert f'href="/admin/scheduling/room/{hall.pk}/change/">Hall</a>' in text


def test_a_class_is_moved_into_another_room_and_out_of_it(owner, hall):
    one = make.lesson(teacher=make.teacher(), room=hall)
    blue = make.room("Blue")
    values = move_form("2026-01-06", teacher=one.teacher)
    answer = owner.post(path(one), **values, room=blue.pk)
    assert "is now on" in answer.json()["done"]
    assert ScheduledClass.objects.get().room == blue
    owner.post(path(one), **values, room="")
    assert ScheduledClass.objects.get().room is None


def test_a_taken_room_is_refused_with_the_free_ones(owner, hall):
    one = make.lesson(teacher=make.teacher())
    make.room("Blue")
    make.lesson(make.student("Leo"), day("2026-01-06"), room=hall)
    answer = owner.post(path(one), **move_form("2026-01-06", teacher=one.teacher), room=hall.pk)
    assert answer.json()["refused"].startswith("Hall is already taken at that time: Leo, ")
    assert answer.json()["refused"].endswith("Free then: Blue.")


def test_a_day_has_a_column_for_each_room(owner, hall):
    make.room("Blue")
    make.room("Cellar", is_active=False)
    make.lesson(make.student("Leo"), start="12:00", end="13:00", room=hall)
    make.lesson(make.student("Ana"), room=hall)
    make.lesson(make.student("Eva"), start="15:00", end="16:00", room=hall, status="cancelled")
    make.lesson(make.student("Zoe"), day("2026-01-06"), room=hall)
    make.schedule(make.student("Iker"), start="17:00", end="18:00", room=hall)
    answer = owner.get(**BY_ROOM)
    columns = {
        column.name: [
            (line.hours[:5], line.student) for block in column.blocks for line in block.lines
        ]
        for column in answer.context["columns"]
    }
    assert columns == {
        "Blue": [],
        "Hall": [("10:00", "Ana"), ("12:00", "Leo"), ("17:00", "Iker")],
    }
    page = answer.content.decode()
    assert "Free all day." in page
    assert "not created yet" in page
    assert "Zoe" in owner.get(**BY_ROOM, date="2026-01-06").content.decode()
    assert "by room" in owner.get().content.decode()


def test_without_rooms_no_day_by_room_is_offered(owner):
    assert "by room" not in owner.get().content.decode()
    assert "There is no room yet." in owner.get(**BY_ROOM).content.decode()


def test_a_teacher_sees_own_classes_alone_by_room(reader_as, hall):
    marta = make.teacher("Marta")
    make.lesson(make.student("Ana"), teacher=marta, room=hall)
    make.lesson(make.student("Leo"), teacher=make.teacher(), start="12:00", end="13:00", room=hall)
    make.lesson(make.student("Eva"), teacher=make.teacher(), room=make.room("Blue"))
    page = reader_as("Teacher", marta).get(**BY_ROOM).content.decode()
    assert "Ana" in page
    # A room that others use is not called free.
    assert "Blue" not in page
    assert "Leo" not in page
