"""A day of the calendar: columns of teachers, group lessons, lanes, free places, queries."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.models import RecurringSlot, WorkingHours
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at, day

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
DAY = {"plain": "1", "view": "day", "date": "2026-01-05"}


@pytest.fixture
def marta():
    """Create a teacher with hours on Mondays, 15 to 20."""
    marta = make.teacher("Marta Gil", "Europe/Madrid")
    hours = {"start_time": at("15:00"), "end_time": at("20:00")}
    WorkingHours.objects.create(teacher=marta, weekday=1, **hours)
    return marta


def columns(reader, **query):
    return {column.name: column for column in reader.get(**DAY, **query).context["columns"]}


def titles(column):
    return [
        (block.first.hours, block.title if block.is_group else block.first.title)
        for block in column.blocks
    ]


def test_a_day_has_a_column_for_each_teacher_who_is_there(owner, marta):
    tom = make.teacher("Tom Lee", "Europe/London")
    make.teacher("Zoe Day")
    make.lesson(
        make.student("Ana Ruiz"), start="16:00", end="17:00", teacher=marta, subject="Piano"
    )
    make.slot(tom, make.student("Leo Park"), start="15:00")
    make.lesson(make.student("Eva Sol"), start="09:00", end="10:00")
    found = columns(owner, zone="Europe/Madrid")
    assert list(found) == ["Marta Gil", "Tom Lee", "no teacher"]
    assert titles(found["Marta Gil"]) == [("16:00–17:00", "Ana Ruiz · Piano")]
    assert titles(found["Tom Lee"]) == [("16:00–17:00", "Leo Park")]
    assert titles(found["no teacher"]) == [("10:00–11:00", "Eva Sol")]
    assert found["Tom Lee"].blocks[0].first.label == "not created yet"
    assert found["Marta Gil"].hue != found["Tom Lee"].hue
    assert found["Marta Gil"].initials == "MG"


def test_the_hours_are_those_of_lessons_and_working_hours(owner, marta):
    assert owner.get(**DAY, zone="Europe/Madrid").context["hours"] == range(15 * 60, 20 * 60, 60)
    make.lesson(make.student(), start="09:30", end="10:30", teacher=make.teacher("Tom"))
    context = owner.get(**DAY, zone="UTC").context
    assert context["hours"] == range(9 * 60, 19 * 60, 60)
    assert context["opens_at"] == 9 * 60 + 15


def test_lessons_at_the_same_time_are_side_by_side(owner, marta):
    for name, start, end, status in (
        ("Ana", "15:00", "17:00", "cancelled"),
        ("Leo", "15:00", "16:00", "scheduled"),
        ("Eva", "16:00", "17:00", "scheduled"),
        ("Kim", "17:00", "18:00", "scheduled"),
    ):
        make.lesson(make.student(name), MONDAY, start, end, marta, status=status)
    blocks = columns(owner, zone="Europe/Madrid")["Marta Gil"].blocks
    lanes = {block.first.student: (block.lane, block.lanes) for block in blocks}
    assert lanes["Kim"] == (0, 1)
    assert {lanes["Leo"], lanes["Ana"]} == {(0, 2), (1, 2)}
    assert lanes["Eva"] == lanes["Leo"]


def test_a_group_lesson_is_one_block_with_a_link_for_each_student(owner, marta):
    group = [
        make.lesson(
            make.student(name), MONDAY, "16:00", "17:00", marta, subject="Choir", is_shared=True
        )
        for name in ("Leo", "Ana", "Eva")
    ]
    answer = owner.get(**DAY, zone="Europe/Madrid")
    (block,) = answer.context["columns"][0].blocks
    assert (block.title, block.lanes) == ("Choir · 3 students", 1)
    assert [line.student for line in block.lines] == ["Ana", "Eva", "Leo"]
    page = answer.content.decode()
    assert all(f'href="/admin/calendar/classes/{row.pk}/"' in page for row in group)


def test_a_free_place_is_a_link_to_the_filled_in_form(owner, reader_as, marta):
    make.lesson(make.student(), MONDAY, "16:00", "17:00", marta)
    column = columns(owner, zone="Asia/Kolkata")["Marta Gil"]
    # 15:00 in Madrid is 19:30 in Kolkata; the form is in the teacher's zone.
    assert [free.hours for free in column.free] == ["19:30–20:30", "21:30–24:00"]
    form = owner.client.get(column.free[1].url).context["adminform"].form
    assert (form.initial["start_time"], form.initial["weekday"]) == ("17:00", "1")
    assert form.initial["teacher"] == str(marta.pk)
    assert column.has_hours
    # A viewer is led to the answer of “Find a time”.
    viewer = reader_as("Viewer")
    column = columns(viewer, zone="Europe/Madrid")["Marta Gil"]
    assert [free.hours for free in column.free] == ["15:00–16:00", "17:00–20:00"]
    assert viewer.client.get(column.free[0].url).context["answer"].openings
    assert column.form == ""


def test_a_lesson_made_from_a_free_place_leads_back_to_the_day(owner, marta):
    (free,) = columns(owner, zone="Europe/Madrid")["Marta Gil"].free
    form = owner.client.get(free.url).context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value is not None}
    data = values | {"student": make.student().pk, "interval_weeks": 1, "status": "active"}
    answer = owner.client.post(free.url, data)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/calendar/?date=2026-01-05")
    slot = RecurringSlot.objects.get()
    assert (slot.weekday, slot.start_time, slot.duration_minutes) == (1, at("15:00"), 60)


def test_the_form_offers_other_ways_at_the_same_time(owner, marta):
    (free,) = columns(owner, zone="Europe/Madrid")["Marta Gil"].free
    ways = dict(owner.client.get(free.url).context["other_ways"])
    (found, once) = ways
    assert ways[once] == "Only once, on Mon 5 Jan 2026"
    openings = owner.client.get(found).context["answer"].openings
    assert {each.found.opening.start_time for each in openings} == {at("15:00")}
    initial = owner.client.get(once).context["adminform"].form.initial
    assert (initial["start_time"], initial["end_time"]) == ("15:00", "16:00")
    for query in ("", "?teacher=x&duration_minutes=60", "?teacher=1&valid_from=x&start_time=25:00"):
        answer = owner.client.get(f"/admin/scheduling/recurringslot/add/{query}")
        assert answer.context["other_ways"] == []


def test_time_of_a_teacher_with_unknown_hours_is_offered_between_lessons(owner):
    tom = make.teacher("Tom Lee", "Europe/London")
    make.lesson(make.student("Ana"), MONDAY, "10:00", "11:00", tom)
    make.lesson(make.student("Leo"), MONDAY, "13:00", "14:00", tom)
    column = columns(owner, zone="Europe/Madrid")["Tom Lee"]
    assert not column.has_hours
    (free,) = column.free
    assert free.hours == "12:00–14:00"
    initial = owner.client.get(free.url).context["adminform"].form.initial
    assert (initial["start_time"], initial["duration_minutes"]) == ("11:00", "60")
    make.closure("Holiday", day("2026-01-05"))
    assert columns(owner)["Tom Lee"].free == []


def test_a_day_is_a_list_in_the_order_of_time(owner, marta):
    make.lesson(make.student("Leo"), MONDAY, "11:00", "12:00", marta)
    make.lesson(make.student("Ana"), MONDAY, "09:00", "10:00", make.teacher("Tom Lee"))
    make.closure("Travel", day("2026-01-05"), teacher=marta)
    page = owner.get(**DAY, by="time").content.decode()
    assert re.findall(r"<b>(\w+)</b>", page) == ["Ana", "Leo"]
    assert "Marta Gil is away: Travel" in page
    page = owner.get(**DAY | {"date": "2026-01-06"}, by="time").content.decode()
    assert "No lessons on this day." in page


def test_each_lesson_is_in_its_own_zone(owner, marta):
    tokyo = make.teacher("Kenji Ono", "Asia/Tokyo")
    make.lesson(make.student("Ana"), MONDAY, "10:00", "11:00", tokyo)
    make.lesson(make.student("Leo"), MONDAY, "23:30", "00:30", marta)
    found = columns(owner, zone="own")
    assert titles(found["Kenji Ono"]) == [("10:00–11:00", "Ana")]
    (block,) = found["Marta Gil"].blocks
    assert (block.start, block.end, block.first.hours) == (23 * 60 + 30, 1440, "23:30–00:30")
    assert [free.hours for free in found["Marta Gil"].free] == ["15:00–20:00"]


def test_the_script_gets_the_part_of_the_page(owner, marta):
    headers = {"X-Requested-With": "XMLHttpRequest"}
    part = owner.client.get("/admin/calendar/", DAY, headers=headers).content.decode()
    assert "<html" not in part
    assert "Marta Gil" in part


def test_a_teacher_sees_own_column_alone(reader_as, marta):
    make.lesson(make.student("Leo"), teacher=make.teacher("Tom Lee"))
    make.lesson(make.student("Ana"), teacher=marta)
    found = columns(reader_as("Teacher", marta))
    assert list(found) == ["Marta Gil"]
    assert found["Marta Gil"].free == []


@pytest.mark.parametrize("by", ["teacher", "room", "time"])
def test_query_count_does_not_grow_with_the_day(owner, by):
    def count_queries():
        with CaptureQueriesContext(connection) as captured:
            owner.get(**DAY, by=by)
        return len(captured)

    def fill(hours):
        for hour in hours:
            teacher = make.teacher()
            WorkingHours.objects.create(
                teacher=teacher, weekday=1, start_time=at("15:00"), end_time=at("20:00")
            )
            room = make.room(f"Room {hour}")
            make.lesson(
                make.student(), MONDAY, f"{hour:02}:00", f"{hour:02}:30", teacher, room=room
            )
            make.slot(teacher, make.student(), start=f"{hour:02}:30", minutes=20, room=room)

    fill(range(8, 10))
    count = count_queries()
    fill(range(10, 20))
    assert count_queries() == count
    assert count < 40


def test_an_invalid_choice_of_columns_is_reported(owner):
    assert "“x” is not a valid choice." in owner.get(by="x").content.decode()
