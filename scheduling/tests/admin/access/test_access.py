"""Access to every page of the admin, for every role, with GET and POST."""

from datetime import UTC, datetime, timedelta

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from scheduling.jobs.notifications.outbox import queue_alert
from scheduling.models import (
    CalendarFeed,
    Job,
    JobRun,
    JobRunItem,
    LessonSettings,
    Message,
    Trigger,
)
from scheduling.tests import factories as make
from scheduling.tests.admin.pages import (
    ANONYMOUS,
    EVERY_ROLE,
    MODELS,
    NOBODY,
    PAGES,
    QUERIES,
    SUPERUSER,
    TEACHER,
    VALUES,
    Page,
    every_page,
)
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]

LOGIN = "/admin/login/"
# Statuses of a refusal, by whether the visitor is anonymous.
REFUSED = {True: {302, 405}, False: {403, 405}}


@pytest.fixture
def rows():
    """Create a row of every model that has pages; return them by ``app_model``."""
    teacher, student = make.teacher("Marta"), make.student("Ana Ruiz")
    teacher.name = "Marta Gil"
    teacher.save()  # is logged
    person = User.objects.create_user("someone")
    run = JobRun.objects.create(job=Job.WEEKLY, trigger=Trigger.CRON, state="succeeded")
    now = datetime.now(UTC)
    queue_alert("teresa@example.org", "Subject", "Text", now, now + timedelta(hours=1))
    return {
        "auditlog_logentry": LogEntry.objects.get_for_object(teacher)[0],
        "auth_group": Group.objects.create(name="Friends"),
        "auth_user": person,
        "knox_authtoken": AuthToken.objects.create(person)[0],
        "scheduling_calendarfeed": CalendarFeed.objects.create(student=student),
        "scheduling_closure": make.closure("Holiday", make.MONDAY),
        "scheduling_fixedschedule": make.schedule(student),
        "scheduling_guardian": make.guardian(),
        "scheduling_jobrun": run,
        "scheduling_jobrunitem": JobRunItem.objects.create(run=run, outcome="conflict", code="x"),
        "scheduling_lessonsettings": LessonSettings.objects.create(teacher=teacher),
        "scheduling_message": Message.objects.get(),
        "scheduling_recurringslot": make.slot(teacher, student, start="15:00"),
        "scheduling_room": make.room(),
        "scheduling_scheduledclass": make.lesson(student, teacher=teacher),
        "scheduling_student": student,
        "scheduling_studio": make.studio(is_settled=True),
        "scheduling_teacher": teacher,
    }


def client_of(role, rows):
    client = Client()
    user = User.objects.filter(username=role).first()
    if user is not None:
        client.force_login(user)
    elif role != ANONYMOUS:
        teacher = rows["scheduling_teacher"] if role == TEACHER else None
        client.force_login(account(role.replace(NOBODY, ""), role, teacher))
    return client


def url_of(page: Page, rows) -> str:
    row = rows[page.model] if page.model else None
    # The primary key of a token is its hash, which must not be in a URL.
    object_id = getattr(row, "token_key", row.pk) if row else None
    ids = {"object_id": object_id, "id": object_id} if row else {}
    values = {name: ids.get(name, VALUES.get(name, "1")) for name in page.parameters}
    return reverse(f"admin:{page.name}", kwargs=values) + "?" + QUERIES.get(page.name, "")


def is_granted(answer) -> bool:
    if answer.status_code == 302 and answer["Location"].startswith(LOGIN):
        return False
    return answer.status_code in {200, 302, 400, 404, 409}


# The owner may do nearly the same as a superuser.
@pytest.mark.parametrize(
    "role",
    [
        pytest.param(role, marks=pytest.mark.soak) if role == SUPERUSER else role
        for role in EVERY_ROLE
    ],
)
def test_every_role_has_exactly_its_access(rows, role):
    wrong, client = [], None
    for page in every_page():
        for method, roles in zip(("get", "post"), page.allowed(), strict=True):
            if page.name == "logout" or client is None:
                client = client_of(role, rows)
            answer = getattr(client, method)(url_of(page, rows))
            if page.name == "logout":
                client = None
            expected = role in roles
            if is_granted(answer) != expected:
                wrong.append(f"{method} {page.name}: {answer.status_code}")
            elif not expected and answer.status_code not in REFUSED[role == ANONYMOUS]:
                wrong.append(f"{method} {page.name}: {answer.status_code} is no refusal")
    assert wrong == []


def test_the_matrix_lists_every_page_and_nothing_else():
    pages = every_page()
    assert {page.name for page in pages if not page.model and page.name not in PAGES} == set()
    assert PAGES.keys() <= {page.name for page in pages}
    assert MODELS.keys() == {page.model for page in pages if page.model}


def test_every_change_requires_a_csrf_token(rows):
    client = Client(enforce_csrf_checks=True)
    client.force_login(account(SUPERUSER))
    for page in every_page():
        answer = client.post(url_of(page, rows))
        assert answer.status_code in {403, 405}, page.name


def test_a_visitor_is_redirected_to_the_login_with_the_way_back(rows):
    answer = Client().get("/admin/scheduling/student/")
    assert answer["Location"] == f"{LOGIN}?next=/admin/scheduling/student/"
