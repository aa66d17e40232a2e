"""“Tell the families” in the form of a student, about the weekly lessons below it."""

import pytest

from scheduling.models import FixedSchedule, Message
from scheduling.services.roles import OWNER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY
from scheduling.tests.jobs.helpers import weekly
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="postgresql"),
]
NOW = EARLY
OFFER = "Tell the families"


@pytest.fixture
def browser(client):
    client.force_login(account(OWNER))
    return client


@pytest.fixture
def ana():
    """Ana has Mondays 10:00 with Marta; this week's class alone is stored."""
    ana = make.student("Ana Ruiz")
    make.guardian("Eva Ruiz", ana, email="eva@example.org", language="en")
    make.schedule(ana, make.teacher("Marta Gil", email="marta@example.org"), subject="Piano")
    weekly()
    return ana


def address(student):
    return f"/admin/scheduling/student/{student.pk}/change/"


@pytest.fixture
def save(browser, django_capture_on_commit_callbacks):
    """Return a function that saves the student's form with some values changed."""

    def save(student, **values):
        context = browser.get(address(student) + "?edit=1").context
        forms = [context["adminform"].form]
        for inline in context["inline_admin_formsets"]:
            forms += [inline.formset.management_form, *inline.formset.forms]
        own = {bound.html_name: bound.value() for form in forms for bound in form}
        own = {name: value for name, value in own.items() if value not in (None, False, "")}
        changed = {name.replace("__", "-"): value for name, value in values.items()}
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post(address(student), own | changed)
        assert answer.status_code == 302, answer.content.decode()

    return save


def bodies():
    """Return the texts by recipient, and empty the outbox."""
    found = dict(Message.objects.values_list("recipient", "body"))
    Message.objects.all().delete()
    return found


def test_changed_added_and_deleted_lessons_are_told(browser, save, ana):
    page = browser.get(address(ana) + "?edit=1").content.decode()
    assert OFFER in page
    assert "1 e-mail to a family, 1 e-mail to a teacher." in page

    save(ana, **{"fixed_schedules-0-start_time": "12:00", "fixed_schedules-0-end_time": "13:00"})
    assert bodies() == {}
    values = {"fixed_schedules-0-start_time": "14:00", "fixed_schedules-0-end_time": "15:00"}
    save(ana, notify="on", **values)
    found = bodies()
    assert "Mondays, 14:00–15:00, from Monday" in found["eva@example.org"]
    assert "(before: Mondays, 12:00–13:00)" in found["marta@example.org"]

    added = {
        "fixed_schedules-TOTAL_FORMS": "2",
        "fixed_schedules-1-student": ana.pk,
        "fixed_schedules-1-weekday": "4",
        "fixed_schedules-1-start_time": "09:00",
        "fixed_schedules-1-end_time": "10:00",
        "fixed_schedules-1-interval_weeks": "1",
        "fixed_schedules-1-subject": "Theory",
    }
    save(ana, notify="on", **added)
    found = bodies()
    assert "These lessons are new:\n- Ana: Theory: Thursdays" in found["eva@example.org"]
    assert list(found) == ["eva@example.org"]

    theory = FixedSchedule.objects.get(subject="Theory")
    theory.classes.all().delete()
    number = list(ana.fixed_schedules.all()).index(theory)
    save(ana, notify="on", **{f"fixed_schedules-{number}-DELETE": "on"})
    assert not FixedSchedule.objects.filter(pk=theory.pk).exists()
    assert "cancelled:\n- Ana: Theory: Thursdays" in bodies()["eva@example.org"]


def test_student_who_leaves_is_told_and_other_fields_are_not(save, ana):
    save(ana, notify="on", last_name="Ruiz Gil")
    assert bodies() == {}
    save(ana, notify="on", end_date="2026-02-01")
    assert "from Monday 2 February" in bodies()["eva@example.org"]


def test_box_is_ticked_as_the_studio_says_and_not_shown_to_viewers(browser, client, ana):
    make.studio(notify_families="always")
    form = browser.get(address(ana) + "?edit=1").context["adminform"].form
    assert form["notify"].value() is True
    assert OFFER not in browser.get("/admin/scheduling/student/add/").content.decode()
    make.studio(notify_families="never")
    assert OFFER not in browser.get(address(ana) + "?edit=1").content.decode()
    make.studio(notify_families="ask")
    client.force_login(account(VIEWER))
    assert OFFER not in client.get(address(ana) + "?edit=1").content.decode()
