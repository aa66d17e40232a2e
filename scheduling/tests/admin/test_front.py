"""The admin's first page: whether all is well, and today."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from scheduling.models import Job, ScheduledClass
from scheduling.services.roles import OWNER, SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.admin.test_background_jobs import text_of
from scheduling.tests.history import add_run
from scheduling.tests.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]
INDEX = "/admin/"


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lesson() -> ScheduledClass:
    """A class that begins in a minute, whenever that is."""
    soon = timezone.now() + timedelta(minutes=1)
    one = make.lesson(make.student("Leo Park"), whom=make.teacher("Marta Gil"))
    times = {"starts_at": soon, "ends_at": soon + timedelta(hours=1)}
    ScheduledClass.objects.filter(pk=one.pk).update(**times)
    return one


def test_a_scheduler_sees_the_sentence_the_buttons_and_the_next_class(lesson):
    page = text_of(of(account(SCHEDULER)).get(INDEX))
    for words in ("Nothing has been generated yet.", "Generate Lessons Now", "Leo Park", "in a"):
        assert words in page, words


def test_a_viewer_sees_no_button(lesson):
    page = text_of(of(account(VIEWER)).get(INDEX))
    assert "Nothing has been generated yet." in page
    assert "Generate" not in page


def test_a_teacher_sees_own_classes_alone_and_nothing_of_the_jobs(lesson):
    other = make.teacher("Tom Lee")
    page = text_of(of(account(TEACHER, "tom", other)).get(INDEX))
    assert "Leo Park" not in page
    assert "none is planned" in page
    assert "Nothing has been generated" not in page
    own = text_of(of(account(TEACHER, "marta", lesson.teacher)).get(INDEX))
    assert "Leo Park" in own


def test_who_may_nothing_sees_neither():
    page = text_of(of(account()).get(INDEX))
    assert "Next class" not in page
    assert "generated" not in page


def test_an_empty_studio_is_told_three_steps_and_no_button():
    answer = of(account(OWNER)).get(INDEX)
    assert [[url for _name, url in step.ways] for step in answer.context["front"]["steps"]] == [
        ["/admin/import/", "/admin/scheduling/teacher/add/"],
        ["/admin/scheduling/student/add/"],
        ["/admin/background-jobs/weekly/preview/"],
    ]
    page = text_of(answer)
    assert "The first classes, in three steps" in page
    assert "Import a timetable" in page
    assert "Generate Lessons Now" not in page
    make.schedule()
    page = text_of(of(account("superuser")).get(INDEX))
    assert "three steps" not in page
    assert "Generate Lessons Now" in page


def test_who_may_add_nobody_is_told_no_steps():
    page = text_of(of(account(VIEWER)).get(INDEX))
    assert "three steps" not in page
    assert "Nothing has been generated yet." in page


def test_the_button_of_a_job_that_runs_is_not_there():
    make.schedule()
    add_run(Job.HORIZON, timezone.now(), state="running", finished_at=None)
    page = text_of(of(account(SCHEDULER)).get(INDEX))
    assert "Generate Lessons Now" not in page
    assert "Generate Weekly Classes Now" in page


def test_recent_changes_are_named_in_the_readers_language():
    rule = make.schedule(make.student("Ana Ruiz"), weekday=1)
    user = account("superuser")
    LogEntry.objects.log_actions(user.pk, [rule], CHANGE)
    names = []
    for language in ("en", "es"):
        with translation.override(language):
            names.append(str(rule))
    page = text_of(of(user).get(INDEX, headers={"accept-language": "es"}))
    assert names[0] == "Ana Ruiz · Monday 10:00–11:00"
    assert names[1] in page
    assert names[0] not in page


def test_the_switch_names_each_language_in_its_own():
    client = of(account("superuser"))
    for language in ("en", "es"):
        page = text_of(client.get(INDEX, headers={"accept-language": language}))
        assert "English" in page
        assert "Español" in page


def test_its_queries_do_not_grow():
    client = of(account(SCHEDULER))
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
