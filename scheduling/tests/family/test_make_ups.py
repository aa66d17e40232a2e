"""Make-ups that a family books on its page."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client

from scheduling.jobs.notifications.delivery import deliver
from scheduling.models import (
    CalendarFeed,
    CancelledBy,
    LessonSettings,
    Message,
    ScheduledClass,
    WorkingHours,
)
from scheduling.services.classes import edit
from scheduling.services.family.make_ups import make_up_openings, offered
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY

from .conftest import address

MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture
def lost(families):
    """Leo's lesson of Tuesday 13 January, which the studio cancelled. Clara works 15:00–18:00."""
    make.hours(families.clara, *range(1, 6))
    row = ScheduledClass.objects.get(student=families.leo, date="2026-01-13")
    return edit.cancel(row.pk, by=CancelledBy.STUDIO, now=EARLY)


def url_of(feed, lost, at=""):
    return address(feed, "family-make-up", pk=lost.pk) + (f"?at={at}" if at else "")


def times(answer):
    """Return the times of the links of a page, in order."""
    return re.findall(r'href="[^"]*[?;&]at=([0-9T:-]+)"', answer.content.decode())


def starts(lost, now):
    return [
        (each.opening.dates[0], each.opening.start_time) for each in make_up_openings(lost, now)
    ]


@pytest.mark.django_db
def test_a_family_books_a_free_time_of_the_same_teacher(client, families, lost):
    page = client.get(address(families.feed))
    html = page.content.decode()
    assert (
        "Leo: Piano with Clara Vidal of Tue 13 Jan, to be made up by Sat 14 Mar. Free times:"
        in " ".join(html.split())
    )
    # On Monday 5 January in the night: from 24 hours ahead, never beside the lessons at 16:00.
    assert times(page) == ["2026-01-06T15:00", "2026-01-07T15:00", "2026-01-08T15:00"]
    url = url_of(families.feed, lost)
    first = times(client.get(url))
    assert first[:3] == ["2026-01-06T15:00", "2026-01-06T17:00", "2026-01-07T15:00"]
    question = client.get(f"{url}?at={first[1]}")
    assert "Book this time?" in question.content.decode()
    assert not ScheduledClass.objects.filter(make_up_for=lost).exists()
    for _click in range(2):
        answer = client.post(f"{url}?at={first[1]}", {"at": first[1]})
        assert (answer.status_code, answer["Location"]) == (303, url)
    made = ScheduledClass.objects.get(make_up_for=lost)
    assert (made.student, made.teacher, made.room) == (families.leo, families.clara, families.hall)
    assert made.starts_at == datetime(2026, 1, 6, 17, tzinfo=MADRID)
    assert (made.subject, made.ends_at - made.starts_at) == ("Piano", timedelta(hours=1))
    assert "The make-up is booked" in client.get(url).content.decode()

    message = Message.objects.get()
    assert message.recipient == "clara@example.org"
    assert message.subject == "Make-up booked: Piano with Leo Ruiz, Tuesday 6 January, 17:00"
    entry = LogEntry.objects.get_for_object(made).get()
    assert (entry.actor, entry.additional_data) == (None, {"family": families.feed.pk})
    text = client.get(address(families.feed)).content.decode()
    assert "to be made up" not in text
    assert "Make-up for 13 January." in text


@pytest.mark.django_db
def test_openings_keep_to_the_days_of_booking_and_of_making_up(families, lost):
    settings = LessonSettings.objects.create(teacher=families.clara, advance_booking_days=9)
    lost.refresh_from_db()
    assert starts(lost, EARLY)[-1][0] <= date(2026, 1, 14)
    assert max(day for day, _start in starts(lost, EARLY)) == date(2026, 1, 14)
    settings.advance_booking_days = 60
    settings.save()
    make.studio(makeup_days=3)
    lost = ScheduledClass.objects.get(pk=lost.pk)
    assert max(day for day, _start in starts(lost, EARLY)) == date(2026, 1, 16)
    # The last day, and the day after it.
    last = datetime(2026, 1, 15, 1, tzinfo=UTC)
    assert {day for day, _start in starts(lost, last)} == {date(2026, 1, 16)}
    assert starts(lost, last + timedelta(days=2)) == []


@pytest.mark.django_db
def test_openings_begin_after_the_hours_of_notice(families, lost):
    noon = datetime(2026, 1, 5, 15, 0, tzinfo=MADRID)
    assert starts(lost, noon)[0] == (date(2026, 1, 6), make.at("15:00"))
    later = starts(lost, noon + timedelta(seconds=1))
    assert (date(2026, 1, 6), make.at("15:00")) not in later
    assert (date(2026, 1, 6), make.at("17:00")) in later


@pytest.mark.django_db
def test_times_are_local_to_the_teacher_across_a_change_of_clocks(client, families, lost, clock):
    WorkingHours.objects.all().delete()
    make.hours(families.clara, 7, start="01:30", end="04:30")
    make.studio(makeup_days=120)
    clock.move_to(datetime(2026, 3, 25, tzinfo=UTC))
    # From 02:00 to 03:00 there is no time on 29 March.
    at = times(client.get(url_of(families.feed, lost)))
    assert "2026-03-29T03:30" in at or "2026-03-29T03:00" in at
    assert not {time for time in at if "2026-03-29T02" in time}
    chosen = next(time for time in at if time.startswith("2026-03-29T03"))
    client.post(url_of(families.feed, lost), {"at": chosen})
    made = ScheduledClass.objects.get(make_up_for=lost)
    hour = int(chosen[11:13])
    assert made.starts_at.astimezone(MADRID).hour == hour
    assert made.starts_at.astimezone(UTC).hour == hour - 2


@pytest.mark.django_db
def test_without_known_hours_the_family_asks_the_studio(client, families, lost):
    WorkingHours.objects.all().delete()
    text = client.get(address(families.feed)).content.decode()
    assert "to be made up by Sat 14 Mar" in text
    assert "Ask the studio for a time." in text
    answer = client.post(url_of(families.feed, lost), {"at": "2026-01-06T15:00"})
    assert answer.status_code == 409
    assert "There is no free time here." in answer.content.decode()


@pytest.mark.django_db
def test_only_what_is_owed_is_made_up_and_only_in_openings(client, families, lost):
    url = url_of(families.feed, lost)
    for at in ("2026-01-06T16:00", "2026-01-06T15:10", "2026-01-10T15:00", "tomorrow", ""):
        answer = client.post(url, {"at": at})
        assert answer.status_code == 409, at
        assert "These times are still free:" in answer.content.decode()
        assert "Iker" not in answer.content.decode()
    assert client.get(f"{url}?at=2026-01-06T16:00").status_code == 200
    make.studio(makeup_rule="never")
    answer = client.post(url, {"at": "2026-01-06T15:00"})
    assert answer.status_code == 409
    assert "can&#x27;t be made up any more." in answer.content.decode()
    ikers = ScheduledClass.objects.filter(student=families.iker).first()
    kept = ScheduledClass.objects.filter(student=families.leo, status="scheduled").first()
    for row in (ikers, kept):
        assert (
            client.post(url_of(families.feed, row), {"at": "2026-01-06T15:00"}).status_code == 404
        )
    assert not ScheduledClass.objects.filter(make_up_for__isnull=False).exists()
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_a_make_up_that_the_studio_cancels_before_the_mail_is_not_announced(client, families, lost):
    client.post(url_of(families.feed, lost), {"at": "2026-01-06T15:00"})
    made = ScheduledClass.objects.get(make_up_for=lost)
    edit.cancel(made.pk, by=CancelledBy.STUDIO, now=EARLY)
    assert deliver(EARLY) == 0
    # The cancelled make-up is owed in its turn.
    assert f"/make-up/{made.pk}" in client.get(address(families.feed)).content.decode()


def race(actions):
    """Start all actions together in threads; return what they return."""
    barrier = Barrier(len(actions))

    def run(action):
        barrier.wait(60)
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def book(feed, lost, at):
    return lambda: Client().post(url_of(feed, lost), {"at": at})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("many", [5, pytest.param(50, marks=pytest.mark.soak)])
def test_one_of_many_families_gets_an_opening_and_the_others_see_what_is_free(families, many):
    make.hours(families.clara, 6, start="10:00", end="12:00")
    wishes = []
    for number in range(many):
        student = make.student(f"Student{number} Family{number}")
        lost = make.lesson(
            student,
            teacher=families.clara,
            start="19:00",
            end="20:00",
            status="cancelled",
            cancelled_by="teacher",
        )
        feed = CalendarFeed.objects.create(guardian=make.guardian(f"Parent{number}", student))
        wishes.append((feed, lost))

    answers = race([book(feed, lost, "2026-01-10T10:00") for feed, lost in wishes])

    assert sorted(answer.status_code for answer in answers) == [303] + [409] * (many - 1)
    winner = ScheduledClass.objects.get(date="2026-01-10")
    assert Message.objects.count() == 1
    for (feed, lost), answer in zip(wishes, answers, strict=True):
        if answer.status_code == 303:
            assert winner.make_up_for == lost
            continue
        html = answer.content.decode()
        assert "Somebody else has just taken this time." in html
        assert "These times are still free:" in html
        assert winner.student.first_name not in html
        assert winner.student.last_name not in html
        assert "2026-01-10T11:00" in times(Client().get(url_of(feed, lost)))


@pytest.mark.django_db(transaction=True)
def test_two_parents_at_once_book_one_make_up_and_cancel_one_lesson(families, lost):
    father = make.guardian("Luis Ruiz", families.leo)
    feeds = (families.feed, CalendarFeed.objects.create(guardian=father))
    at = ("2026-01-06T15:00", "2026-01-07T15:00")
    answers = race([book(feed, lost, time) for feed, time in zip(feeds, at, strict=True)])
    assert [answer.status_code for answer in answers] == [303, 303]
    ScheduledClass.objects.get(make_up_for=lost)
    assert Message.objects.count() == 1

    # A planned lesson of Ana, of whom both are guardians.
    families.ana.guardians.add(father)
    key = families.planned.pk

    def cancel(feed):
        url = address(feed, "family-cancel", ref=f"schedule-{key}-2026-01-05")
        start = int(datetime(2026, 1, 8, 17, tzinfo=MADRID).timestamp())
        return lambda: Client().post(url, {"start": start})

    answers = race([cancel(feed) for feed in feeds])
    assert [answer.status_code for answer in answers] == [303, 303]
    row = ScheduledClass.objects.get(fixed_schedule=families.planned)
    assert row.cancelled_by == "student"
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_offered_times_do_not_overlap_and_are_in_order(families, lost):
    found = offered(make_up_openings(lost, EARLY))
    moments = [(each.opening.dates[0], each.opening.start, each.opening.end) for each in found]
    assert moments == sorted(moments)
    for earlier, later in pairwise(moments):
        assert earlier[0] < later[0] or earlier[2] <= later[1]
