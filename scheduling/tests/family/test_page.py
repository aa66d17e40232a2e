"""What a family's page shows, and its headers."""

import re
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from icalendar import Calendar

from scheduling.family.access import PAGES_RATE
from scheduling.models import CalendarFeed, CancelledBy, ScheduledClass
from scheduling.selectors.feeds.tokens import token_of
from scheduling.services.classes import edit
from scheduling.services.family.lessons import family_calendar
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, at

from .conftest import address

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


def read(client, feed, name="family-page", **kwargs):
    answer = client.get(address(feed, name, **kwargs))
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def words(html):
    """Return the text of the page, with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_guardian_sees_the_lessons_of_all_children_and_of_nobody_else(client, families):
    ScheduledClass.objects.update(notes="A secret note")
    text = words(read(client, families.feed))
    assert "Hello Eva Lessons of Ana and Leo. Next lesson Ana · today, 16:00 Violin" in text
    # Monday 5 January is “today” at 01:05 in Madrid.
    assert "today, 16:00 Violin with Clara Vidal, Hall, until 17:00" in text
    assert "Leo · tomorrow, 16:00 Piano with Clara Vidal, Hall, until 17:00" in text
    assert "Leo · Tue 13 Jan, 16:00" in text
    # Not stored yet.
    assert "Ana · Thu 8 Jan, 17:00 Theory with Clara Vidal, until 18:00" in text
    assert "Ana · Thu 26 Mar, 17:00" in text
    assert "600 000 000" in text
    for secret in ("Iker", "Drums", "Olga", "Sanz", "secret", "Europe/"):
        assert secret not in text


def test_a_student_without_guardian_has_a_page_in_their_language(client, families):
    families.iker.language = "es"
    families.iker.save()
    feed = CalendarFeed.objects.create(student=families.iker)
    html = read(client, feed)
    assert '<html lang="es">' in html
    assert "Hola, Iker Tus clases." in words(html)
    assert "Madrid" not in words(html)
    assert "Mié 7 ene, 16:00 Drums con Clara Vidal" in words(html).replace("mié", "Mié")
    english = words(client.get(address(feed) + "?language=en").content.decode())
    assert "Wed 7 Jan, 16:00 Drums with Clara Vidal" in english


def test_moved_and_cancelled_lessons_and_make_ups_are_named(client, families):
    leos = list(ScheduledClass.objects.filter(student=families.leo))
    edit.move(leos[0].pk, to_date=date(2026, 1, 9), start_time=at("10:00"), now=EARLY)
    edit.cancel(leos[1].pk, by=CancelledBy.STUDIO, reason="Iker needs it", now=EARLY)
    edit.cancel(leos[2].pk, by=CancelledBy.STUDENT, now=EARLY)
    make.lesson(families.leo, date(2026, 1, 15), teacher=families.clara, make_up_for=leos[1])
    html = read(client, families.feed)
    text = words(html)
    assert "Leo · Fri 9 Jan, 10:00 Piano with Clara Vidal, Hall, until 11:00" in text
    assert "Moved; it was on Tue 6 Jan, 16:00." in text
    assert "<s>Leo · Tue 13 Jan, 16:00</s>" in html
    assert "The studio cancelled this lesson." in text
    assert "You cancelled this lesson." in text
    assert "Make-up for 13 January." in text
    assert "Iker" not in text


def test_closures_are_listed_and_their_lessons_left_out(client, families):
    make.closure("Easter", date(2026, 1, 12), date(2026, 1, 16))
    make.closure("Operation", date(2026, 1, 20), teacher=families.clara)
    make.closure("Measles", date(2026, 1, 26), date(2026, 1, 27), student=families.ana)
    make.closure("Of Iker", date(2026, 1, 27), student=families.iker)
    ScheduledClass.objects.filter(date="2026-01-12").update(
        status="cancelled", cancelled_by=CancelledBy.CLOSURE
    )
    text = words(read(client, families.feed))
    assert "Mon 12 Jan – Fri 16 Jan: the studio is closed (Easter)." in text
    assert "Tue 20 Jan: Clara Vidal is away." in text
    assert "Mon 26 Jan – Tue 27 Jan: pause of Ana." in text
    assert "Mon 12 Jan, 16:00" not in text
    assert "Thu 15 Jan, 17:00" not in text
    for secret in ("Operation", "Measles", "Iker"):
        assert secret not in text


def test_a_stored_lesson_keeps_the_reference_that_it_had_when_planned(families):
    before = {lesson.ref for lesson in family_calendar([families.ana], EARLY).lessons}
    make.lesson(fixed_schedule=families.planned, on=date(2026, 1, 8), start="17:00", end="18:00")
    after = family_calendar([families.ana], EARLY).lessons
    assert {lesson.ref for lesson in after} == before
    assert [lesson.class_id is None for lesson in after if lesson.subject == "Theory"].count(0) == 0


def test_times_are_those_of_the_lesson_across_a_change_of_clocks(client, families):
    text = words(read(client, families.feed))
    assert "Leo · Tue 24 Mar, 16:00" in text
    ahead = family_calendar([families.leo], datetime(2026, 3, 28, tzinfo=UTC)).lessons
    summer = [lesson for lesson in ahead if lesson.local_start.date() >= date(2026, 3, 29)]
    assert summer
    assert {f"{lesson.local_start:%H:%M} {lesson.starts_at:%H:%M}" for lesson in summer} == {
        "16:00 14:00"
    }


def test_a_lesson_in_another_zone_is_explained(client, families):
    nina = make.teacher("Nina Roy", zone="Europe/London")
    make.slot(nina, families.leo, weekday=5, start="18:00", subject="English")
    text = words(read(client, families.feed))
    assert "Times in Madrid." in text
    assert "English with Nina Roy, until 19:00, London time" in text


def test_answers_are_private_without_cookies_and_allow_nothing_from_elsewhere(client, families):
    answer = client.get(address(families.feed), secure=True)
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Content-Language"] == "en"
    policy = answer["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ):
        assert part in policy
    assert not answer.cookies
    html = answer.content.decode()
    assert not re.search(r"<style|<script(?! src)| style=| on\w+=", html)


def test_the_calendar_of_a_guardian_has_the_lessons_of_the_children(client, families):
    html = read(client, families.feed, "family-calendar")
    path = f"/calendar/{token_of(families.feed)}.ics"
    assert f"http://testserver{path}</code>" in html
    assert f'href="webcal://testserver{path}"' in html
    events = Calendar.from_ical(client.get(path).content).walk("VEVENT")
    people = {str(event["SUMMARY"]).partition(" · ")[2] for event in events}
    assert people == {"Ana Ruiz · Clara Vidal", "Leo Ruiz · Clara Vidal"}
    # A guardian without students reads no calendar at all, rather than that of everybody.
    families.eva.student_guardians.all().delete()
    assert client.get(path).status_code == client.get(address(families.feed)).status_code == 404


def test_a_page_that_is_read_too_often_answers_429(client, families):
    cache.clear()
    most = int(PAGES_RATE.partition("/")[0])
    statuses = [client.head(address(families.feed)).status_code for _ in range(most + 1)]
    assert statuses == [200] * most + [429]
    assert client.get(address(families.feed))["Retry-After"]
    assert client.get(address(families.other_feed)).status_code == 200


def test_guesses_are_limited_by_address(client, families, settings):
    settings.API_THROTTLE_FAILED = "3/min"
    statuses = [client.get(f"/family/x{n}.y").status_code for n in range(4)]
    assert statuses == [404, 404, 404, 429]
    assert client.get(address(families.feed)).status_code == 200


def test_page_of_a_long_list_takes_as_many_queries_as_a_short_one(
    client, families, django_assert_max_num_queries
):
    read(client, families.feed)
    for number in range(3):
        student = make.student(f"Child{number}")
        make.guardian(f"Parent {number}", student)
        families.eva.students.add(student)
        make.slot(families.clara, student, weekday=6, start=f"{10 + number}:00")
        make.schedule(student, families.clara, weekday=6, start=f"{14 + number}:00", end="18:00")
    with django_assert_max_num_queries(25):
        text = words(read(client, families.feed))
    assert "Child2 · Sat 10 Jan, 12:00" in text
