"""“Find a time”: the form, the answer, and the filled-in forms to which it leads."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from scheduling.models import (
    CancelledBy,
    LessonSettings,
    RecurringSlot,
    ScheduledClass,
    WorkingHours,
)
from scheduling.services.roles import TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.factories import at
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

PAGE = "/admin/find/"


@pytest.fixture
def monday():
    """A Monday of the week after next."""
    today = timezone.localdate()
    return today + timedelta(days=14 - today.weekday())


@pytest.fixture
def clara():
    teacher = make.teacher("Clara Ruiz", subjects="Piano")
    hours = {"start_time": at("16:00"), "end_time": at("18:00")}
    WorkingHours.objects.create(teacher=teacher, weekday=1, **hours)
    return teacher


@pytest.fixture
def ana():
    return make.student("Ana Ruiz")


def ask(browser, monday, **values):
    query = {
        "who": "subject:Piano",
        "minutes": "60",
        "days": ["1", "2"],
        "first": str(monday),
        "every": "1",
        "weeks": "4",
    } | values
    answer = browser.get(PAGE, query)
    assert answer.status_code == 200
    return answer


def text_of(answer):
    return unescape(" ".join(re.sub("<[^>]*>", " ", answer.content.decode()).split()))


def labels(answer):
    return [each.label for each in answer.context["answer"].openings]


def test_the_form_offers_subjects_and_teachers(browser, clara):
    make.slot(make.teacher("Tom Lee"), subject="Violin")
    make.teacher("Eva Gil", is_active=False)
    text = text_of(browser.get(PAGE))
    for part in ("Anyone who teaches Piano", "Anyone who teaches Violin", "Clara Ruiz", "Tom Lee"):
        assert part in text
    assert "Eva Gil" not in text


def test_times_that_are_always_free_are_counted_and_shown(browser, clara, monday):
    answer = ask(browser, monday)
    text = text_of(answer)
    assert "2 weekly times are free in all 4 weeks." in text
    assert labels(answer) == ["16:00", "17:00"]
    assert "all 4 weeks" in text
    assert "nobody works" in text
    assert "Within the working hours of Clara Ruiz" in text


def test_exceptions_have_their_dates_and_reasons(browser, clara, ana, monday):
    make.lesson(make.student("Leo Park"), monday + timedelta(7), "16:00", "17:00", clara)
    answer = ask(browser, monday, student=ana.pk)
    text = text_of(answer)
    assert "1 weekly time is free in all 4 weeks. 1 is free most of the time." in text
    assert labels(answer) == ["17:00", "16:00"]
    assert "3 of 4: not " in text
    assert "Ana Ruiz has nothing else then" in text
    assert "teaches Leo Park" not in text
    partly = answer.context["answer"].openings[1]
    text = text_of(browser.get(PAGE + partly.url.partition("#")[0]))
    assert "Clara Ruiz teaches Leo Park" in text
    assert "Free on 3 of 4 dates" in text


def test_closed_days_are_no_obstacle_to_a_weekly_lesson(browser, clara, monday):
    make.closure("Holiday", monday)
    text = text_of(ask(browser, monday))
    assert "2 weekly times are free whenever the studio is open." in text
    assert "all but 1 closed day" in text
    assert "Closed: Holiday" in text


def test_a_time_that_is_seldom_free_is_not_shown(browser, clara, monday):
    make.slot(clara, start="16:00", valid_from=monday, valid_until=monday + timedelta(7))
    answer = ask(browser, monday)
    assert labels(answer) == ["17:00"]


@pytest.mark.parametrize(
    ("every_start", "expected"),
    [("", ["16:00", "17:00"]), ("on", ["16:00", "17:00", "16:15", "16:30", "16:45"])],
)
def test_overlapping_starts_are_shown_on_request(browser, clara, monday, every_start, expected):
    assert labels(ask(browser, monday, every_start=every_start)) == expected


def test_a_full_day_says_so(browser, clara, monday):
    WorkingHours.objects.create(
        teacher=clara, weekday=2, start_time=at("16:00"), end_time=at("17:00")
    )
    make.slot(clara, weekday=2, start="16:00")
    assert " full " in text_of(ask(browser, monday))


def test_nothing_free_is_said(browser, clara, monday):
    text = text_of(ask(browser, monday, days=["3"]))
    assert "No weekly time is free." in text
    assert "Try other days" in text


def test_the_weekly_form_is_filled_in_and_makes_every_class(
    browser, clara, ana, monday, django_capture_on_commit_callbacks
):
    answer = ask(browser, monday, student=ana.pk, every="2")
    page = browser.get(answer.context["weekly"])
    initial = page.context["adminform"].form.initial
    assert initial["weekday"] == "1"
    data = initial | {"status": "active"}
    assert "New weekly lesson for Ana Ruiz" in text_of(answer)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/admin/scheduling/recurringslot/add/", data)
    slot = RecurringSlot.objects.get()
    assert (slot.teacher, slot.student, slot.weekday) == (clara, ana, 1)
    assert (slot.start_time, slot.duration_minutes) == (at("16:00"), 60)
    assert (slot.interval_weeks, slot.valid_from, slot.subject) == (2, monday, "Piano")
    dates = list(ScheduledClass.objects.order_by("date").values_list("date", flat=True))
    assert dates[:2] == [monday, monday + timedelta(14)]


def test_the_form_of_a_one_off_is_filled_in(browser, clara, ana, monday):
    answer = ask(browser, monday, student=ana.pk, every="0", weeks="1")
    text = text_of(answer)
    assert "2 times are free." in text
    assert "weekly" not in answer.context
    initial = browser.get(answer.context["once"]).context["adminform"].form.initial
    data = initial | {"status": "scheduled"}
    assert browser.post("/admin/scheduling/scheduledclass/add/", data).status_code == 302
    made = ScheduledClass.objects.get()
    assert (made.teacher, made.student, made.date) == (clara, ana, monday)
    assert (made.start_time, made.end_time) == (at("16:00"), at("17:00"))


def test_a_studio_without_rooms_is_not_asked_for_one(browser, clara):
    assert "room" not in browser.get(PAGE).context["form"].fields


def test_the_rooms_of_an_opening_are_named_and_the_form_has_the_first(browser, clara, ana, monday):
    blue, hall, yard = make.room("Blue room"), make.room("Hall"), make.room("Yard")
    make.room("Attic", is_active=False)
    make.slot(make.teacher("Tom Lee"), start="16:00", room=blue)
    text = text_of(browser.get(PAGE))
    for part in ("no room", "any room", "Blue room", "Hall", "Yard"):
        assert part in text
    assert "Attic" not in text

    answer = ask(browser, monday, student=ana.pk, room="any")
    notes = {each.label: each.note for each in answer.context["answer"].openings}
    assert notes == {
        "16:00": "all 4 weeks · Hall, Yard",
        "17:00": "all 4 weeks · Blue room, Hall +1",
    }
    assert "Free rooms: Hall and Yard" in text_of(answer)
    for form in ("weekly", "once"):
        initial = browser.get(answer.context[form]).context["adminform"].form.initial
        assert initial["room"] == str(hall.pk)

    answer = ask(browser, monday, room=str(blue.pk))
    assert labels(answer) == ["17:00"]
    assert "Free room: Blue room" in text_of(answer)
    initial = browser.get(answer.context["weekly"]).context["adminform"].form.initial
    assert initial["room"] == str(blue.pk)

    answer = ask(browser, monday, room="")
    assert labels(answer) == ["16:00", "17:00"]
    assert "room=" not in answer.context["weekly"]
    assert yard.name not in " ".join(each.note for each in answer.context["answer"].openings)


@pytest.fixture
def lost(clara, ana, monday):
    return make.lesson(
        ana, monday, "17:00", "17:30", clara, status="cancelled", cancelled_by=CancelledBy.TEACHER
    )


def test_a_make_up_is_searched_with_its_length_until_its_last_day(browser, lost, clara, monday):
    make.studio(makeup_days=14)
    page = browser.get(PAGE, {"make_up": lost.pk})
    assert "A make-up for Ana Ruiz" in text_of(page)
    query = {"make_up": lost.pk, "who": clara.pk, "days": "1", "first": str(monday)}
    answer = browser.get(PAGE, query)
    openings = answer.context["answer"].openings
    dates = {each.found.opening.dates[0] for each in openings}
    assert dates == {monday, monday + timedelta(7), monday + timedelta(14)}
    assert {each.found.opening.end - each.found.opening.start for each in openings} == {30}
    late = browser.get(PAGE, query | {"first": str(monday + timedelta(15))})
    assert "The make-up is due before this day." in text_of(late)


def test_a_make_up_is_scheduled_at_the_chosen_time(browser, lost, clara, monday):
    query = {"make_up": lost.pk, "who": clara.pk, "days": "1", "first": str(monday)}
    page = browser.get(PAGE, query).content.decode()
    block = page[page.index('name="action" value="make_up"') :]
    names = ("date", "start_time", "teacher")
    values = {name: re.search(f'name="{name}" value="([^"]*)"', block)[1] for name in names}
    data = {"action": "make_up", "_selected_action": lost.pk}
    address = "/admin/scheduling/scheduledclass/?when=all"
    assert browser.post(address, data | values).status_code == 302
    made = ScheduledClass.objects.get(make_up_for=lost)
    assert (made.date, made.start_time, made.teacher) == (monday, at("16:00"), clara)


def test_a_time_that_is_taken_meanwhile_is_shown_in_the_form(browser, lost, clara, monday):
    make.lesson(make.student("Leo Park"), monday, "16:00", "17:00", clara)
    data = {"action": "make_up", "_selected_action": lost.pk}
    chosen = {"date": str(monday), "start_time": "16:00", "teacher": clara.pk}
    form = browser.post("/admin/scheduling/scheduledclass/?when=all", data | chosen).context["form"]
    assert form.non_field_errors()
    assert form["start_time"].value() == "16:00"
    assert not ScheduledClass.objects.filter(make_up_for=lost).exists()


@pytest.mark.parametrize(("asked", "expected"), [("any", "Hall"), ("", None)])
def test_the_room_of_a_make_up_is_the_chosen_one(browser, lost, clara, monday, asked, expected):
    blue, hall = make.room("Blue room"), make.room("Hall")
    ScheduledClass.objects.filter(pk=lost.pk).update(room=blue)
    make.lesson(make.student(), monday, "16:00", "18:00", make.teacher(), room=blue)
    data = {"action": "make_up", "_selected_action": lost.pk}
    address = "/admin/scheduling/scheduledclass/?when=all"
    page = browser.post(address, data)
    link = unescape(re.search(rf'href="({PAGE}[?][^"]*)"', page.content.decode())[1])
    assert f"room={blue.pk}" in link
    query = {"make_up": lost.pk, "who": clara.pk, "days": "1", "first": str(monday)}
    page = browser.get(PAGE, query | {"room": asked}).content.decode()
    block = page[page.index('name="action" value="make_up"') :]
    names = ("date", "start_time", "teacher", "room")
    values = {name: re.search(f'name="{name}" value="([^"]*)"', block)[1] for name in names}
    assert browser.post(address, data | values).status_code == 302
    assert ScheduledClass.objects.get(make_up_for=lost).room == (hall if expected else None)


@pytest.mark.parametrize("make_up", ["", "x", "0", "9" * 30])
def test_a_make_up_that_is_not_owed_is_ignored(browser, clara, make_up):
    answer = browser.get(PAGE, {"make_up": make_up})
    assert answer.context["lost"] is None


def test_hours_that_are_missing_are_named_with_a_link(browser, clara, monday):
    tom = make.teacher("Tom Lee")
    answer = ask(browser, monday, who=str(tom.pk), earliest="10:00", latest="11:00")
    text = text_of(answer)
    assert "Searched from 10:00 to 11:00, as no hours have been entered: Tom Lee" in text
    assert "The working hours of Tom Lee are not known" in text
    page = f"/admin/scheduling/teacher/{tom.pk}/change/?edit=1#working_hours-group"
    assert page in answer.content.decode()


def test_zones_are_shown_where_there_are_others_than_the_studios(browser, clara, monday):
    assert "UTC" not in text_of(ask(browser, monday)).replace("Studio’s time: UTC", "")
    make.teacher("Yuki Ono", zone="Asia/Tokyo", subjects="Piano")
    text = text_of(ask(browser, monday))
    assert "Asia/Tokyo" in text
    assert "All times are local to the teacher." in text


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"who": ""}, "This field is required."),
        ({"who": "x"}, "Select a valid choice."),
        ({"minutes": "0"}, "Select a valid choice."),
        ({"first": "2020-01-06"}, "This day has passed."),
        ({"first": "9999-12-31"}, "Choose a date between 1970 and 2199."),
        ({"first": ""}, "This field is required."),
        ({"earliest": "12:00", "latest": "11:00"}, "The end time must be after the start time."),
        ({"weeks": "0"}, "greater than or equal to 1"),
        ({"student": "x"}, "Choose from the list."),
        ({"room": "x"}, "Choose from the list."),
        ({"days": ["9"]}, "Choose from the list."),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_beside_its_field(
    browser, clara, monday, values, error
):
    make.room()
    answer = ask(browser, monday, **values)
    assert error in text_of(answer)
    assert "answer" not in answer.context


def test_who_may_only_see_is_offered_no_forms(client, clara, monday):
    client.force_login(account(VIEWER))
    answer = ask(client, monday)
    assert answer.context["chosen"]
    assert "weekly" not in answer.context
    assert "once" not in answer.context


def test_teachers_have_no_such_page(client, clara):
    client.force_login(account(TEACHER, teacher=clara))
    assert client.get(PAGE).status_code == 403
    assert f'href="{PAGE}"' not in client.get("/admin/hours/").content.decode()


def test_a_length_that_a_teacher_offers_can_be_chosen(browser, clara):
    settings = LessonSettings.objects.create(teacher=clara)
    settings.durations.create(minutes=50, price=20)
    assert "50 min" in text_of(browser.get(PAGE))


def found_on(browser, address):
    """The link “Find a time” of a page's own tools, followed."""
    text = browser.get(address).content.decode()
    links = [unescape(link) for link in re.findall(rf'href="({PAGE}[?][^"]*)"', text)]
    assert len(links) == 1, text
    return browser.get(links[0])


def test_a_students_page_leads_to_times_with_the_teacher_of_a_weekly_lesson(browser, clara, ana):
    make.slot(clara, ana, minutes=45)
    answer = found_on(browser, f"/admin/scheduling/student/{ana.pk}/change/")
    assert answer.context["chosen"]["student"] == ana
    openings = answer.context["answer"].openings
    assert {each.found.opening.end - each.found.opening.start for each in openings} == {45}
    assert {each.found.teacher for each in openings} == {clara}


def test_the_page_of_a_student_without_lessons_leads_to_the_form(browser, clara, ana):
    answer = found_on(browser, f"/admin/scheduling/student/{ana.pk}/change/")
    assert "answer" not in answer.context
    assert answer.context["form"]["student"].value() == ana.pk


def test_a_teachers_page_leads_to_times_of_that_teacher(browser, clara):
    answer = found_on(browser, f"/admin/scheduling/teacher/{clara.pk}/change/")
    assert {each.found.teacher for each in answer.context["answer"].openings} == {clara}


def test_a_person_who_is_not_active_has_no_such_link(browser):
    gone = make.student(is_active=False)
    text = browser.get(f"/admin/scheduling/student/{gone.pk}/change/").content.decode()
    assert f"{PAGE}?" not in text


def test_a_make_up_offers_openings(browser, lost, clara):
    data = {"action": "make_up", "_selected_action": lost.pk}
    page = browser.post("/admin/scheduling/scheduledclass/?when=all", data)
    link = re.search(rf'href="({PAGE}[?][^"]*)"', page.content.decode())
    answer = browser.get(unescape(link[1]))
    assert answer.context["lost"] == lost
    assert answer.context["make_up"]
    assert {each.found.teacher for each in answer.context["answer"].openings} == {clara}
