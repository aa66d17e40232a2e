"""The pages of rooms, and the room on the pages of weekly lessons and classes."""

import pytest

from scheduling.models import FixedSchedule, Room, ScheduledClass
from scheduling.tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

ROOMS = "/admin/scheduling/room/"


def text(answer):
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_a_room_is_entered_once_whatever_the_case_of_its_name(browser):
    browser.post(f"{ROOMS}add/", {"name": "Hall", "capacity": "8", "is_active": "on"})
    assert list(Room.objects.values_list("name", "capacity", "is_active")) == [("Hall", 8, True)]
    again = browser.post(f"{ROOMS}add/", {"name": "HALL", "is_active": "on"})
    assert "There is a room with this name already." in text(again)
    assert Room.objects.count() == 1


def test_the_list_counts_weekly_lessons_and_shows_the_next_class(browser):
    hall = make.room("Hall")
    make.slot(room=hall)
    make.schedule(room=hall)
    make.lesson(on=make.day("2199-01-07"), room=hall)
    page = text(browser.get(ROOMS))
    assert '<td class="field-meetings">2</td>' in page
    assert "2199" in page


def test_a_room_with_lessons_stays(browser):
    hall = make.room()
    make.slot(room=hall)
    page = f"{ROOMS}{hall.pk}/delete/"
    assert "A room that lessons have is not deleted" in text(browser.get(page))
    browser.post(page, {"post": "yes"})
    browser.post(ROOMS, {"action": "delete_selected", "_selected_action": [hall.pk], "post": "yes"})
    assert Room.objects.filter(pk=hall.pk).exists()


def test_a_room_that_is_not_active_is_not_offered(browser):
    make.room("Hall")
    make.room("Cellar", is_active=False)
    query = "app_label=scheduling&model_name=fixedschedule&field_name=room"
    found = browser.get(f"/admin/autocomplete/?{query}").json()["results"]
    assert [row["text"] for row in found] == ["Hall"]


@pytest.mark.parametrize("model", ["scheduledclass", "fixedschedule", "recurringslot"])
def test_lists_have_the_room_once_there_is_one(browser, model):
    make.lesson(on=make.day("2026-01-07"))
    page = f"/admin/scheduling/{model}/"
    assert "column-room" not in text(browser.get(page))
    hall, blue = make.room("Hall"), make.room("Blue")
    for room in (hall, blue):
        make.lesson(make.student(f"Ana {room}"), make.day("2026-01-07"), room=room)
        make.slot(student=make.student(f"Ana {room}"), room=room)
        make.schedule(make.student(f"Ana {room}"), room=room)
    when = "when=all&" if model == "scheduledclass" else ""
    shown = text(browser.get(f"{page}?{when}room={hall.pk}"))
    assert "column-room" in shown
    assert "Ana Hall" in shown
    assert "Ana Blue" not in shown


def test_a_class_in_a_taken_room_is_an_error_that_names_both(browser):
    hall = make.room("Hall")
    make.room("Blue")
    make.lesson(make.student("Leo"), make.day("2026-01-07"), room=hall)
    form = {
        "student": make.student().pk,
        "date": "2026-01-07",
        "start_time": "10:30",
        "end_time": "11:30",
        "room": hall.pk,
        "status": "scheduled",
    }
    answer = text(browser.post("/admin/scheduling/scheduledclass/add/", form))
    assert "Hall is already taken at that time: Leo, " in answer
    assert "Free then: Blue." in answer
    assert ScheduledClass.objects.count() == 1


def test_a_students_schedule_in_a_taken_room_is_refused(browser):
    hall = make.room("Hall")
    make.slot(student=make.student("Leo"), room=hall, weekday=2, start="17:30")
    form = {
        "first_name": "Ana",
        "start_date": "2026-01-01",
        "is_active": "on",
        "language": "en",
        "student_guardians-TOTAL_FORMS": "0",
        "student_guardians-INITIAL_FORMS": "0",
        "fixed_schedules-TOTAL_FORMS": "1",
        "fixed_schedules-INITIAL_FORMS": "0",
        "fixed_schedules-0-weekday": "2",
        "fixed_schedules-0-start_time": "17:00",
        "fixed_schedules-0-end_time": "18:00",
        "fixed_schedules-0-interval_weeks": "1",
        "fixed_schedules-0-room": hall.pk,
    }
    refused = browser.post("/admin/scheduling/student/add/", form)
    assert "Hall is already taken then: Leo" in text(refused)
    browser.post("/admin/scheduling/student/add/", form | {"fixed_schedules-0-weekday": "3"})
    assert FixedSchedule.objects.get().room == hall
