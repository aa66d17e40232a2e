"""The admin's first page: the status of the studio and the classes of today."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from scheduling.models import Job, JobRun, ScheduledClass, WorkingHours
from scheduling.services.roles import OWNER, SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.admin.jobs.test_overview import text_of
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.history import add_run
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
INDEX = "/admin/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lesson() -> ScheduledClass:
    """Create a class that begins in a minute."""
    soon = timezone.now() + timedelta(minutes=1)
    created = make.lesson(make.student("Leo Park"), teacher=make.teacher("Marta Gil"))
    times = {"starts_at": soon, "ends_at": soon + timedelta(hours=1)}
    ScheduledClass.objects.filter(pk=created.pk).update(**times)
    return created


def test_a_scheduler_sees_status_buttons_and_the_next_class(lesson):
    make.slot(valid_from=timezone.localdate() + timedelta(days=7))
    page = text_of(client_of(account(SCHEDULER)).get(INDEX))
    for words in (
        "11 classes of the weeks ahead are missing.",
        "Nothing runs by itself yet.",
        "Generate Lessons Now",
        "Leo Park",
        "in a",
    ):
        assert words in page, words
    assert "Generate Weekly Classes Now" not in page
    assert "Next run" not in page


def test_a_viewer_sees_no_button(lesson):
    make.slot()
    page = text_of(client_of(account(VIEWER)).get(INDEX))
    assert "missing." in page
    assert "Now" not in page


def test_conflicts_offer_no_generate_button(lesson):
    teacher = make.teacher()
    for _ in range(2):
        make.slot(teacher, weekday=timezone.localdate().isoweekday())
    horizon(timezone.localdate(), timezone.now())
    page = text_of(client_of(account(SCHEDULER)).get(INDEX))
    assert "1 clash of lessons" in page
    assert "missing" not in page
    assert "Generate" not in page


def test_clashes_and_marks_are_counted_once_on_the_page():
    today = timezone.localdate()
    teacher = make.teacher("Clara")
    for _ in range(2):
        make.slot(teacher, weekday=today.isoweekday())
    for number, mark in enumerate(("", "", "present")):
        make.lesson(None, today - timedelta(8), f"0{number}:00", f"0{number}:30", attendance=mark)
    horizon(today, timezone.now())
    add_run(Job.WATCH, timezone.now(), trigger="cron")
    client = client_of(account(SCHEDULER))
    front = client.get(INDEX).context["front"]
    found = {need.lead: need.url for need in front["needs"]}
    assert found["1 clash"] == "/admin/conflicts/"
    assert "2 lessons not marked in time" in found
    assert (front["status"].title, front["status"].rest) == ("The jobs are up to date.", [])
    card = client.get("/admin/background-jobs/").context["status"]
    assert card.title == "1 clash of lessons to resolve."
    assert card.url == "/admin/conflicts/"


def test_each_status_line_links_to_the_page_that_resolves_it():
    old = timezone.now() - timedelta(days=8)
    for n, mark in enumerate(("", "", "present")):
        make.lesson(on=old.date(), start=f"0{n}:00", end=f"0{n}:30", attendance=mark)
    make.slot(valid_from=timezone.localdate() + timedelta(days=7))
    client = client_of(account("superuser"))
    card = client.get(INDEX).context["front"]["status"]
    assert card.url == "/admin/background-jobs/horizon/preview/"
    urls = {need.text: need.url for need in card.rest}
    assert urls["Nothing runs by itself yet."] == "/admin/background-jobs/#by-itself"
    needs = {need.lead: need.url for need in client.get(INDEX).context["front"]["needs"]}
    listed = client.get(needs["2 lessons not marked in time"])
    assert listed.context["cl"].result_count == 2
    assert b'id="by-itself"' in client.get("/admin/background-jobs/").content


def test_a_teacher_sees_only_their_own_classes_and_no_jobs(lesson):
    other = make.teacher("Tom Lee")
    page = text_of(client_of(account(TEACHER, "tom", other)).get(INDEX))
    assert "Leo Park" not in page
    assert "none is planned" in page
    assert "by itself" not in page
    own = text_of(client_of(account(TEACHER, "marta", lesson.teacher)).get(INDEX))
    assert "Leo Park" in own


def test_an_account_without_a_role_sees_no_classes_and_no_jobs():
    page = text_of(client_of(account()).get(INDEX))
    assert "Next class" not in page
    assert "generated" not in page


def test_the_last_run_is_linked_with_its_result(lesson):
    now = timezone.now()
    make.slot()
    horizon(timezone.localdate(), now)
    client = client_of(account(SCHEDULER))
    (run,) = JobRun.objects.all()
    page = client.get(INDEX)
    assert f'href="/admin/background-jobs/runs/{run.pk}/">today at' in page.content.decode()
    assert "12 lessons created." in text_of(page)
    # The title tells of a run that did not finish, and links to it beside the buttons.
    make.slot(weekday=2)
    failed = add_run(Job.HORIZON, now + timedelta(seconds=5), state="failed", error="No answer.")
    page = client.get(INDEX)
    assert page.context["front"]["last_run"] is None
    assert page.context["front"]["buttons"]
    url = f"/admin/background-jobs/runs/{failed.pk}/"
    assert f'<a href="{url}">Show the run</a>' in page.content.decode()
    JobRun.objects.filter(pk=failed.pk).update(state="running", finished_at=None)
    assert client.get(INDEX).context["front"]["last_run"] is None


def test_a_new_studio_sees_the_first_steps_and_each_is_ticked_when_done(settings):
    settings.GIVEN_FIRST_VALUES = ["LANGUAGE_CODE"]
    client = client_of(account(OWNER))
    answer = client.get(INDEX)
    assert [[url for _name, url in step.options] for step in answer.context["front"]["steps"]] == [
        ["/admin/scheduling/studio/1/change/"],
        ["/admin/import/", "/admin/scheduling/teacher/add/"],
        ["/admin/scheduling/teacher/add/"],
        ["/admin/scheduling/student/add/"],
        ["/admin/background-jobs/horizon/preview/"],
        ["/admin/background-jobs/horizon/preview/"],
        ["/admin/background-jobs/#by-itself"],
    ]
    page = text_of(answer)
    assert "The first classes, step by step" in page
    assert "Import a timetable" in page
    assert "missing" not in page
    assert "Generate Lessons Now" not in page

    def done() -> list[bool]:
        return [step.is_done for step in client.get(INDEX).context["front"]["steps"]]

    assert done() == [False] * 7
    make.studio()
    assert done() == [True] + [False] * 6
    teacher = make.teacher()
    assert done() == [True, True] + [False] * 5
    (hours,) = client.get(INDEX).context["front"]["steps"][2].options
    assert hours[1].startswith(f"/admin/scheduling/teacher/{teacher.pk}/change/")
    WorkingHours.objects.create(
        teacher=teacher, weekday=1, start_time=make.at("10:00"), end_time=make.at("12:00")
    )
    assert done() == [True, True, True] + [False] * 4
    add_run(Job.WATCH, timezone.now())
    assert done() == [True, True, True, False, False, False, True]
    slot = make.slot()
    assert done() == [True, True, True, True, False, False, True]
    client.get("/admin/background-jobs/horizon/preview/")
    assert done() == [True, True, True, True, True, False, True]
    page = text_of(client_of(account("superuser")).get(INDEX))
    assert "step by step" in page
    assert "missing." in page
    assert "Generate Lessons Now" in page
    horizon(timezone.localdate(), timezone.now(), student_ids=(slot.student_id,))
    assert done() == []


def test_a_viewer_sees_no_first_steps():
    page = text_of(client_of(account(VIEWER)).get(INDEX))
    assert "step by step" not in page
    assert "There are no active weekly lessons." in page


def test_an_active_job_has_no_button():
    make.schedule()
    make.slot()
    add_run(Job.HORIZON, timezone.now(), state="running", finished_at=None)
    page = text_of(client_of(account(SCHEDULER)).get(INDEX))
    assert "Generate Lessons Now" not in page
    assert "Generate Weekly Classes Now" in page


def test_recent_changes_are_shown_in_the_readers_language():
    rule = make.schedule(make.student("Ana Ruiz"), weekday=1)
    user = account("superuser")
    LogEntry.objects.log_actions(user.pk, [rule], CHANGE)
    names = []
    for language in ("en", "es"):
        with translation.override(language):
            names.append(str(rule))
    settings = client_of(user).get("/admin/settings/", headers={"accept-language": "es"})
    page = text_of(settings)
    assert names[0] == "Ana Ruiz · Monday 10:00–11:00"
    assert names[1] in page
    assert names[0] not in page


def test_the_language_switch_names_each_language_in_itself():
    client = client_of(account("superuser"))
    for language in ("en", "es"):
        page = text_of(client.get(INDEX, headers={"accept-language": language}))
        assert "English" in page
        assert "Español" in page


def test_query_count_does_not_grow_with_the_rows():
    client = client_of(account(SCHEDULER))
    counts = []
    for size in (1, 15):
        for n in range(size):
            make.schedule(weekday=n % 7 + 1)
            make.lesson()
            add_run(Job.HORIZON, timezone.now() - timedelta(hours=n + 1))
        client.get(INDEX)
        with CaptureQueriesContext(connection) as captured:
            client.get(INDEX)
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 3
    assert counts[1] < 45
