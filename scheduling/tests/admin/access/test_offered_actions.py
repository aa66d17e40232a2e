"""The actions that pages offer: only those that the server would accept."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from scheduling.models import ClassStatus
from scheduling.services.roles import OWNER, SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.admin.jobs.test_overview import text_of
from scheduling.tests.admin.tools.test_timetable_import import approve, row, upload_page
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

CLASSES = "/admin/scheduling/scheduledclass/"
LONG_PAST = date(2020, 1, 6)
FAR_FUTURE = date(2120, 1, 1)


@pytest.fixture
def scheduler(client):
    client.force_login(account(SCHEDULER))
    return client


@pytest.fixture
def owner(client):
    client.force_login(account(OWNER))
    return client


def test_a_cancelled_class_has_no_cancel_action(scheduler):
    rule = make.schedule()
    lesson = make.lesson(on=MONDAY, fixed_schedule=rule)
    page = f"{CLASSES}{lesson.pk}/change/"
    assert "If you cancel it, it stays cancelled." in text_of(scheduler.get(page))
    lesson.status, lesson.cancelled_by = ClassStatus.CANCELLED, "studio"
    lesson.save()
    text = text_of(scheduler.get(page))
    assert "It is cancelled, and no run creates it again." in text
    assert "Cancel" not in text.replace("Cancelled", "")


def test_a_class_cancelled_by_a_closure_names_it(scheduler):
    closure = make.closure("Snow", MONDAY)
    lesson = make.lesson(
        on=MONDAY,
        fixed_schedule=make.schedule(),
        status="cancelled",
        cancelled_by="closure",
        closure=closure,
        cancel_reason="Snow",
    )
    text = text_of(scheduler.get(f"{CLASSES}{lesson.pk}/change/"))
    assert "the closure “Snow” and is restored when the closure is deleted" in text
    # The name of the closure is shown once.
    details = text_of(scheduler.get(f"/admin/calendar/classes/{lesson.pk}/"))
    assert details.count("Snow") == 1


def test_present_is_offered_only_once_a_class_has_begun(client):
    marta = make.teacher("Marta Gil")
    client.force_login(account(TEACHER, teacher=marta))
    upcoming, past = (
        make.lesson(on=FAR_FUTURE, teacher=marta),
        make.lesson(on=LONG_PAST, teacher=marta),
    )
    for page in (CLASSES + "{}/change/", "/admin/calendar/classes/{}/"):
        assert 'value="present"' not in client.get(page.format(upcoming.pk)).content.decode()
        assert 'value="excused"' in client.get(page.format(upcoming.pk)).content.decode()
        assert 'value="present"' in client.get(page.format(past.pk)).content.decode()


def test_a_completed_class_offers_back_to_scheduled(scheduler):
    lesson = make.lesson(on=LONG_PAST, status="completed")
    assert "Back to scheduled" in text_of(scheduler.get(f"/admin/calendar/classes/{lesson.pk}/"))


def test_no_form_offers_to_delete_a_related_person(owner):
    slot = make.slot()
    for page in (
        f"/admin/scheduling/recurringslot/{slot.pk}/change/",
        f"{CLASSES}{make.lesson(teacher=slot.teacher).pk}/change/",
        "/admin/scheduling/lessonsettings/add/",
        "/admin/scheduling/calendarfeed/add/",
    ):
        assert "delete-related" not in owner.get(page).content.decode()


def test_a_scheduler_cannot_choose_an_account(scheduler):
    marta = make.teacher("Marta Gil", user=User.objects.create_user("marta"))
    page = f"/admin/scheduling/teacher/{marta.pk}/change/"
    form = scheduler.get(page).context["adminform"].form
    assert "user" not in form.fields
    assert "marta" in text_of(scheduler.get(page))
    data = {"name": "Marta G.", "time_zone": "UTC", "language": "en", "is_active": "on"}
    assert scheduler.post(page, data).status_code == 302
    marta.refresh_from_db()
    assert (marta.name, marta.user.username) == ("Marta G.", "marta")


def test_an_import_offers_to_start_runs(owner):
    # The buttons start runs; they are not links to another page.
    done = approve(owner, upload_page(owner, row())).content.decode()
    for job, name in (("weekly", "Weekly Classes"), ("horizon", "Lessons")):
        assert f'action="/admin/background-jobs/{job}/start/"' in done
        assert f"Generate {name} Now" in done
    assert "Generate now" not in done


def test_the_list_of_an_application_has_no_empty_list_of_changes(owner):
    assert "None yet." not in text_of(owner.get("/admin/scheduling/"))


def test_a_viewer_of_conflicts_is_not_offered_to_resolve_them(client):
    marta = make.teacher("Marta Gil")
    make.slot(marta, make.student("Ana Ruiz"))
    late = make.slot(marta, make.student("Leo Park"))
    horizon(timezone.localdate(), timezone.now())
    client.force_login(account(VIEWER))
    listed = text_of(client.get("/admin/conflicts/"))
    assert "clash" in listed
    assert "Resolve" not in listed
    first = timezone.localdate() + timedelta(days=(7 - timezone.localdate().weekday()) % 7 + 7)
    page = text_of(client.get(f"/admin/conflicts/recurring_slot/{late.pk}/{first}/"))
    assert "The class in its way" in page
    assert not {"Move", "Cancel", "Pause"} & set(page.split())
