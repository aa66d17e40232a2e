"""A family on a phone: sees its lessons, cancels one and books its make-up, without scripts."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from scheduling.models import CalendarFeed, Message, ScheduledClass
from scheduling.selectors.feeds.tokens import page_token_of
from scheduling.services.classes import edit
from scheduling.tests import factories as make
from scheduling.tests.browser.harness.layouts import assert_good

from .conftest import PHONE, watch_of

pytestmark = pytest.mark.one_database(name="sqlite")


@pytest.fixture
def eva(transactional_db):
    make.studio(
        name="Estudio Vidal",
        phone="600 000 000",
        is_settled=True,
        family_pages=True,
        family_cancel=True,
        family_makeups=True,
        makeup_rule="notice",
    )
    clara = make.teacher("Clara Vidal", email="clara@example.org")
    make.hours(clara, *range(1, 8), start="09:00", end="12:00")
    leo, ana = make.student("Leo Ruiz"), make.student("Ana Ruiz")
    day = timezone.localdate() + timedelta(days=3)
    for student, subject, start in ((leo, "Violin", "16:00"), (ana, "Piano", "17:00")):
        make.slot(
            clara,
            student,
            weekday=day.isoweekday(),
            start=start,
            subject=subject,
            room=make.room(f"Room of {subject}"),
        )
    guardian = make.guardian("Eva Ruiz", leo, ana, email="eva@example.org")
    feed = CalendarFeed.objects.create(guardian=guardian)
    path = reverse("family-page", kwargs={"token": page_token_of(feed)})
    return SimpleNamespace(guardian=guardian, leo=leo, path=path, day=day)


def test_a_family_cancels_a_lesson_and_books_its_make_up_on_a_phone(open_page, eva):
    page = open_page(width=PHONE, java_script_enabled=False)
    page.goto(eva.path)
    page.get_by_role("heading", name="Hello Eva").wait_for()
    page.get_by_role("heading", name="Leo · ").wait_for()
    page.get_by_text("Violin with Clara Vidal, Room of Violin, until 17:00").first.wait_for()
    assert page.get_by_role("button", name="Print").count() == 0
    page.get_by_role("link", name="We can't come…").click()
    page.get_by_text("The lesson is not charged, and can be made up.").wait_for()
    page.get_by_role("button", name="Cancel the lesson").click()
    page.get_by_role("heading", name="This lesson is cancelled").wait_for()
    lost = ScheduledClass.objects.get()
    assert (lost.student, lost.date, lost.cancelled_by) == (eva.leo, eva.day, "student")
    # “Back” shows the lessons as they are now.
    page.go_back()
    page.get_by_text("You cancelled this lesson.").wait_for()
    page.go_forward()
    page.get_by_role("heading", name="This lesson is cancelled").wait_for()

    page.get_by_role("link", name="All lessons", exact=True).click()
    page.get_by_role("heading", name="A lesson to make up").wait_for()
    page.get_by_role("link", name="More times").click()
    page.get_by_role("link", name=re.compile("11:00$")).first.click()
    page.get_by_role("heading", name="Book this time?").wait_for()
    page.get_by_role("button", name="Book it").click()
    page.get_by_role("heading", name="The make-up is booked").wait_for()
    made = ScheduledClass.objects.get(make_up_for=lost)
    assert (made.student, made.start_time) == (eva.leo, make.at("11:00"))
    page.get_by_role("link", name="All lessons", exact=True).click()
    page.get_by_role("heading", name="Leo · ").wait_for()
    assert page.get_by_role("heading", name="A lesson to make up").count() == 0
    assert Message.objects.count() == 2

    page.get_by_role("link", name="Español").click()
    page.get_by_role("heading", name="Hola, Eva").wait_for()
    page.get_by_role("link", name="No podemos ir…").click()
    page.get_by_role("heading", name="¿Cancelar esta clase?").wait_for()


def test_all_pages_of_a_family_are_accessible(open_page, eva):
    page = open_page(width=PHONE)
    page.goto(eva.path)
    page.get_by_role("link", name="Cancel… ").first.click()
    assert_good(page)
    page.get_by_role("button", name="Cancel the lesson").click()
    page.get_by_role("heading", name="This lesson is cancelled").wait_for()
    lost = ScheduledClass.objects.get()
    for path in ("", "/calendar", f"/make-up/{lost.pk}", "?language=es"):
        page.goto(eva.path + path)
        assert_good(page)
    page.get_by_role("button", name="Imprimir").wait_for()
    page.goto(f"{eva.path}/make-up/{lost.pk}")
    page.get_by_role("link", name=re.compile("10:00$")).last.click()
    page.get_by_role("heading", name="Book this time?").wait_for()
    assert_good(page)
    taken = page.get_by_role("button", name="Book it")
    make.lesson(make.student(), *when_of(page.url), teacher=lost.teacher)
    watch_of(page).expect("status 409")
    taken.click()
    page.get_by_text("Somebody else has just taken this time.").wait_for()
    assert_good(page)
    edit.restore(lost.pk, now=timezone.now())
    watch_of(page).expect("status 404")
    page.goto("/family/nothing.here")
    page.get_by_role("heading", name="This page is closed").wait_for()
    assert_good(page)


def when_of(url):
    """Return the date, start and end in an address of the page that asks whether to book."""
    day, start = url.partition("at=")[2].split("T")
    return make.day(day), start, f"{int(start[:2]) + 1:02}{start[2:]}"


def test_the_studio_gives_mails_and_revokes_an_address(owner_page, eva):
    CalendarFeed.objects.all().delete()
    owner_page.goto(f"/admin/scheduling/guardian/{eva.guardian.pk}/change/")
    owner_page.get_by_role("button", name="Give an address").click()
    owner_page.get_by_text("The family's page has an address.").wait_for()
    owner_page.get_by_role("button", name="Mail it to eva@example.org").click()
    owner_page.get_by_text("The address is on its way").wait_for()
    assert_good(owner_page)
    owner_page.get_by_text("Revoke…").click()
    owner_page.get_by_role("button", name="Revoke the address").click()
    owner_page.get_by_text("1 address revoked.").wait_for()
    assert_good(owner_page)
