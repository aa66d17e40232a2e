"""Lessons that a family cancels on its page."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from scheduling.models import CancelledBy, Message, ScheduledClass
from scheduling.services.classes import edit
from scheduling.services.classes.make_ups import make_ups_owed
from scheduling.services.family.lessons import family_calendar
from scheduling.services.roles import SCHEDULER
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.support.roles import account

from .conftest import address

pytestmark = pytest.mark.django_db
MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture
def leos(families):
    """Leo's lesson on Tuesday 13 January, 16:00 in Madrid."""
    return ScheduledClass.objects.get(student=families.leo, date="2026-01-13")


def url_of(families, row, feed=None):
    lesson = lesson_of(row.student, row.starts_at)
    return address(feed or families.feed, "family-cancel", ref=lesson.ref)


def lesson_of(student, starts_at):
    found = family_calendar([student], starts_at - timedelta(days=20)).lessons
    return next(lesson for lesson in found if lesson.starts_at == starts_at)


def fields(answer):
    """Return what the form of a page sends."""
    html = answer.content.decode()
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))


def submit(client, url):
    return client.post(url, fields(client.get(url)))


def test_a_family_cancels_in_time_once_and_its_teacher_is_told(client, families, leos):
    url = url_of(families, leos)
    question = client.get(url)
    assert "Cancel this lesson?" in question.content.decode()
    assert "The lesson is not charged, and can be made up." in question.content.decode()
    answer = client.post(url, fields(question))
    assert (answer.status_code, answer["Location"]) == (303, url)
    leos.refresh_from_db()
    assert (leos.status, leos.cancelled_by, leos.is_chargeable) == ("cancelled", "student", False)
    assert leos.cancelled_at == EARLY
    assert ScheduledClass.objects.filter(make_ups_owed(EARLY.date())).get() == leos

    # A double click, and “back” with another click.
    assert client.post(url, fields(question)).status_code == 303
    assert "This lesson is cancelled" in client.get(url).content.decode()
    message = Message.objects.get()
    assert message.recipient == families.clara.email
    assert "Leo Ruiz" in message.body
    entry = LogEntry.objects.get_for_object(leos).get()
    assert (entry.actor, entry.additional_data) == (None, {"family": families.feed.pk})


def test_the_studio_sees_who_cancelled_and_takes_it_back(client, families, leos):
    client.force_login(account(SCHEDULER))
    submit(client, url_of(families, leos))
    page = reverse("admin:scheduling_scheduledclass_history", args=[leos.pk])
    assert "Eva Ruiz (family&#x27;s page)" in client.get(page).content.decode()
    edit.restore(leos.pk, now=EARLY)
    text = client.get(address(families.feed)).content.decode()
    assert "You cancelled this lesson." not in text
    assert "Leo · Tue 13 Jan, 16:00" in text


def test_no_link_of_a_mail_scanner_changes_anything(client, families):
    links, seen = {address(families.feed)}, set()
    while links - seen:
        url = sorted(links - seen)[0]
        seen.add(url)
        for method in (client.get, client.head, client.options):
            answer = method(url)
        html = client.get(url).content.decode()
        links |= {link for link in re.findall(r'href="(/family/[^"]*)"', html) if len(seen) < 12}
        assert answer.status_code == 405
    assert len([url for url in seen if "/cancel/" in url]) > 3
    assert not ScheduledClass.objects.exclude(status="scheduled").exists()
    assert ScheduledClass.objects.count() == 36


def test_a_planned_lesson_is_cancelled_and_no_run_creates_it(client, families):
    start = datetime(2026, 1, 8, 16, tzinfo=UTC)
    lesson = lesson_of(families.ana, start)
    assert lesson.class_id is None
    url = address(families.feed, "family-cancel", ref=lesson.ref)
    assert submit(client, url).status_code == 303
    row = ScheduledClass.objects.get(fixed_schedule=families.planned)
    assert (row.status, row.cancelled_by, row.starts_at) == ("cancelled", "student", start)
    weekly()
    assert ScheduledClass.objects.get(fixed_schedule=families.planned) == row
    assert Message.objects.get().recipient == families.clara.email
    assert "This lesson is cancelled" in client.get(url).content.decode()


@pytest.mark.parametrize(("seconds", "charged"), [(0, False), (1, True)])
def test_a_cancellation_is_free_until_the_notice_and_charged_later(
    client, families, clock, leos, seconds, charged
):
    clock.move_to(leos.starts_at - timedelta(hours=24) + timedelta(seconds=seconds))
    url = url_of(families, leos)
    html = client.get(url).content.decode()
    late = "It begins in less than 24 hours: the lesson is charged, and can&#x27;t be made up."
    assert (late in html) == charged
    assert submit(client, url).status_code == 303
    leos.refresh_from_db()
    assert (leos.cancelled_by, leos.is_chargeable) == ("student", charged)
    owed = ScheduledClass.objects.filter(make_ups_owed(date(2026, 1, 13))).exists()
    assert owed == (not charged)


@pytest.mark.parametrize("rule", ["never", "teacher"])
def test_a_late_cancellation_is_for_the_studio_where_students_earn_no_make_ups(
    client, families, clock, leos, rule
):
    make.studio(makeup_rule=rule)
    url = url_of(families, leos)
    assert "The lesson is not charged.<" in client.get(url).content.decode()
    clock.move_to(leos.starts_at - timedelta(hours=23))
    assert "It is too late to cancel here." in client.get(url).content.decode()
    assert url not in client.get(address(families.feed)).content.decode()
    form = {"start": int(leos.starts_at.timestamp()), "charged": "yes"}
    answer = client.post(url, form)
    assert answer.status_code == 409
    assert "It is too late to cancel here." in answer.content.decode()
    leos.refresh_from_db()
    assert leos.status == "scheduled"


def test_the_notice_is_elapsed_time_across_a_change_of_clocks(client, families, clock):
    make.slot(families.clara, families.leo, weekday=7, start="16:00")
    horizon()
    sunday = ScheduledClass.objects.get(student=families.leo, date="2026-03-29")
    # The clocks went forward at 02:00, so that the day before has 15:00, not 16:00.
    edge = datetime(2026, 3, 28, 15, tzinfo=MADRID)
    for moment, is_free in ((edge, True), (edge + timedelta(seconds=1), False)):
        clock.move_to(moment)
        html = client.get(url_of(families, sunday)).content.decode()
        assert ("not charged" in html) == is_free


def test_a_charge_that_the_family_has_not_seen_is_not_made(client, families, clock, leos):
    url = url_of(families, leos)
    form = fields(client.get(url))
    clock.move_to(leos.starts_at - timedelta(hours=2))
    answer = client.post(url, form)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "This lesson has changed in the meantime." in html
    assert "the lesson is charged" in html
    leos.refresh_from_db()
    assert leos.status == "scheduled"
    assert client.post(url, fields(answer)).status_code == 303


def test_a_lesson_that_was_moved_meanwhile_is_shown_again(client, families, leos):
    url = url_of(families, leos)
    form = fields(client.get(url))
    edit.move(leos.pk, to_date=date(2026, 1, 14), start_time=make.at("10:00"), now=EARLY)
    answer = client.post(url, form)
    assert answer.status_code == 409
    assert "Leo · Wed 14 Jan, 10:00" in answer.content.decode()
    for form in ({}, {"start": "soon"}, {"start": "9" * 30}):
        assert client.post(url, form).status_code == 409
    assert not Message.objects.exists()
    leos.refresh_from_db()
    assert leos.status == "scheduled"


def test_a_lesson_that_has_begun_or_is_anothers_is_not_cancelled(client, families, clock, leos):
    ikers = ScheduledClass.objects.get(student=families.iker, date="2026-01-14")
    url = url_of(families, ikers)
    assert client.post(url, {"start": int(ikers.starts_at.timestamp())}).status_code == 404
    ikers.refresh_from_db()
    assert ikers.status == "scheduled"
    url = url_of(families, leos)
    form = fields(client.get(url))
    clock.move_to(leos.starts_at)
    answer = client.post(url, form)
    assert answer.status_code == 409
    assert "This lesson has already begun." in answer.content.decode()
    clock.move_to(leos.ends_at)
    assert client.get(url).status_code == 404
    leos.refresh_from_db()
    assert leos.status == "scheduled"


def test_the_studios_cancellation_is_not_made_the_familys(client, families, leos):
    url = url_of(families, leos)
    form = fields(client.get(url))
    edit.cancel(leos.pk, by=CancelledBy.TEACHER, now=EARLY)
    assert client.post(url, form).status_code == 303
    leos.refresh_from_db()
    assert leos.cancelled_by == "teacher"
    assert "The teacher cancelled this lesson." in client.get(url).content.decode()
