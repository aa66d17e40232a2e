"""What needs a person: the numbers of the first page are those of the lists that they link to."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from scheduling.admin import tool_pages
from scheduling.models import Incident, ScheduledClass
from scheduling.services.roles import OWNER, SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.admin.jobs.test_overview import text_of
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
# A Monday.
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def needs(client: Client) -> dict[str, str]:
    """Return the texts of the first line, each with its URL."""
    return {need.lead: need.url for need in client.get("/admin/").context["front"]["needs"]}


def details(client: Client) -> dict[str, list[str]]:
    found = client.get("/admin/").context["front"]["details"]
    return {need.title: [name for name, _url in need.names] for need in found}


def test_a_studio_that_is_in_order_needs_nobody():
    make.lesson(make.student("Ana Ruiz"), NOON.date(), "15:00", "16:00")
    teacher = client_of(account(TEACHER, teacher=make.teacher()))
    assert needs(teacher) == {}
    assert "Nothing needs you." in text_of(teacher.get("/admin/"))


def test_each_number_is_that_of_the_list_it_links_to():
    clara = make.teacher("Clara Vidal")
    nora = make.student("Nora Gil")
    for number in range(3):
        make.lesson(nora, NOON.date() - 9 * DAY, f"1{number}:00", f"1{number}:45", clara)
    for number in range(2):
        make.lesson(
            nora,
            NOON.date() - 3 * DAY,
            f"1{number}:00",
            f"1{number}:45",
            clara,
            status="cancelled",
            cancelled_by="teacher",
        )
    make.schedule(make.student("Max Roca", start=None), clara)
    client = client_of(account(SCHEDULER))
    found = needs(client)
    for lead, count in {
        "3 lessons not marked in time": 3,
        "2 make-ups owed": 2,
        "1 student without a start date": 1,
        "1 teacher without working hours": 1,
    }.items():
        assert len(client.get(found[lead]).context["cl"].result_list) == count, lead
    card = details(client)
    assert card["1 student without a start date"] == ["Max Roca"]
    assert card["1 teacher without working hours"] == ["Clara Vidal"]
    page = text_of(client.get("/admin/"))
    # Cancelled on 2 January; a make-up takes place within 60 days.
    assert "2 make-ups owed The first by 3 March. Plan them" in page
    assert "Plan them" not in text_of(client_of(account(VIEWER)).get("/admin/"))


def test_a_clash_of_two_weekly_lessons_is_one_however_many_weeks_it_lasts():
    clara = make.teacher("Clara Vidal")
    make.slot(clara, make.student("Leo Marin"), weekday=5, start="17:00")
    late = make.slot(clara, make.student("Iker Sanz"), weekday=5, start="17:30")
    horizon(NOON.date(), NOON)
    client = client_of(account(SCHEDULER))
    assert needs(client)["1 clash"] == "/admin/conflicts/"
    (need,) = [
        need for need in client.get("/admin/").context["front"]["details"] if "clash" in need.title
    ]
    ((text, url),) = need.names
    assert strip_tags(text) == (
        "Fridays 17:30, Clara Vidal: Iker Sanz and Leo Marin (17:00–18:00), 12 weeks, from 9 Jan"
    )
    assert url == f"/admin/conflicts/recurring_slot/{late.pk}/"
    assert client.get(url).status_code == 200


def test_missing_classes_and_problems_of_jobs_and_mail_are_in_the_first_line():
    make.lesson()
    make.slot(weekday=2)
    client = client_of(account(OWNER))
    before = needs(client)
    assert before["12 classes missing"] == "/admin/background-jobs/"
    assert "1 problem with the jobs" in before  # nothing runs by itself
    Incident.objects.create(kind="mail", job="watch", since=NOON)
    assert "2 problems with the jobs" in needs(client)
    assert "The mail server accepts no e-mail." in text_of(client.get("/admin/"))


def test_teachers_see_their_own_marks_only():
    clara = make.teacher("Clara Vidal")
    make.lesson(None, NOON.date() - 9 * DAY, "10:00", "11:00", clara)
    make.lesson(None, NOON.date() - 9 * DAY, "10:00", "11:00", make.teacher())
    make.lesson(None, NOON.date(), "10:00", "11:00", clara)
    client = client_of(account(TEACHER, teacher=clara))
    found = needs(client)
    assert list(found) == ["1 lesson not marked in time"]
    assert len(client.get(found["1 lesson not marked in time"]).context["cl"].result_list) == 1
    # A completed lesson counts as marked, and one that has not ended is not expected to be.
    make.lesson(None, NOON.date(), "09:00", "09:30", clara, status="completed")
    make.lesson(None, NOON.date(), "11:30", "12:30", clara)
    front = client.get("/admin/").context["front"]
    numbers = front["today"]
    assert (numbers["count"], numbers["over"], numbers["unmarked"]) == (3, "2", "1")
    listed = client.get(front["all_url"] + "&attendance=missing").context["cl"].result_list
    assert [row.local_times()[0].hour for row in listed] == [10]


def test_a_class_is_cancelled_and_restored_from_the_day(mailoutbox):
    make.studio(notify_families="ask", is_settled=True)
    ana = make.student("Ana Ruiz", email="ana@example.org")
    row = make.lesson(ana, NOON.date(), "15:00", "16:00", make.teacher())
    client = client_of(account(SCHEDULER))

    def post(**data: str) -> ScheduledClass:
        answer = client.post(f"/admin/today/{row.pk}/cancel/", data)
        assert answer["Location"] == f"/admin/#class-{row.pk}"
        return ScheduledClass.objects.get(pk=row.pk)

    cancelled = post(by="student", notify="on")
    assert (cancelled.status, cancelled.cancelled_by) == ("cancelled", "student")
    page = client.get("/admin/")
    (student,) = page.context["front"]["hours"][0].students
    assert (student.may_cancel, student.may_restore) == (False, True)
    shown = [str(message) for message in page.context["messages"]]
    assert shown == ["Ana Ruiz: cancelled.", "1 e-mail queued."]
    assert post(by="").status == "scheduled"
    assert client.post(f"/admin/today/{row.pk}/cancel/", {"by": "closure"}).status_code == 404
    viewer = client_of(account(VIEWER))
    assert viewer.post(f"/admin/today/{row.pk}/cancel/", {"by": "student"}).status_code == 403


def test_another_day_has_its_lessons_and_returns_to_itself():
    tomorrow = NOON.date() + DAY
    row = make.lesson(make.student("Ana Ruiz"), tomorrow, "10:00", "11:00")
    client = client_of(account(SCHEDULER))
    page = client.get("/admin/", {"day": tomorrow})
    assert page.context["front"]["day"] == "Tuesday 6 January"
    assert page.context["front"]["before"] == "/admin/"
    assert [line.students[0].name for line in page.context["front"]["hours"]] == ["Ana Ruiz"]
    data = {"attendance": "excused", "day": str(tomorrow)}
    answer = client.post(f"/admin/today/{row.pk}/mark/", data)
    assert answer["Location"] == f"/admin/?day=2026-01-06#class-{row.pk}"
    for odd in ("x", "0001-01-01", "2026-02-30", "9999-12-31"):
        assert client.get("/admin/", {"day": odd}).context["front"]["is_today"]


def test_settings_or_the_header_lead_to_every_page_of_the_admin():
    client = client_of(account("superuser"))
    page = client.get("/admin/settings/").content.decode()
    for each in tool_pages.PAGES:
        if each.title and each.name != "own_hours":  # a teacher's own
            assert f'href="{reverse(f"admin:{each.name}")}"' in page, each.name
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert f'href="{reverse(name)}"' in page, name


def test_settings_lead_to_every_table_that_the_user_may_view():
    for role in (OWNER, SCHEDULER, VIEWER):
        client = client_of(account(role))
        page = client.get("/admin/settings/")
        links = [link for _title, links in page.context["groups"] for link in links]
        for link in links:
            assert client.get(link.url).status_code in (200, 302), (role, link)
        names = {link.name for link in links}
        assert ("Users" in names) == (role == OWNER)
        assert ("Public holidays" in names) == (role != VIEWER)
        assert {"Conflicts", "Background jobs", "Rooms", "Recurring slots"} <= names
        main = {page["name"] for page in client.get("/admin/").context["main_pages"]}
        assert {"Today", "Calendar", "Students", "Teachers", "Classes", "Settings"} <= main
    teacher = client_of(account(TEACHER, teacher=make.teacher()))
    assert teacher.get("/admin/settings/").status_code == 403
    assert "settings" not in str(teacher.get("/admin/").context["main_pages"])
