"""Conflicts by rule: one row for two rules, and ways out that act on the rule."""

import re
from datetime import timedelta

import pytest

from scheduling.models import Closure, ScheduledClass
from scheduling.services.classes.conflicts import rule_conflicts
from scheduling.services.classes.edit import cancel
from scheduling.services.roles import TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.support.roles import account

from .conflict_pages import NOW, PAGE, page_of, text_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="sqlite"),
]
WEEK = timedelta(weeks=1)


@pytest.fixture(autouse=True)
def _horizon(settings):
    settings.HORIZON_WEEKS = 4


@pytest.fixture
def clara():
    return make.teacher("Clara")


@pytest.fixture
def iker(clara):
    """The older slot, which takes precedence."""
    return make.slot(clara, make.student("Iker Gil"), weekday=5, start="17:00")


@pytest.fixture
def leo(clara, iker):
    slot = make.slot(clara, make.student("Leo Sanz"), weekday=5, start="17:00", valid_from=MONDAY)
    horizon(now=NOW, weeks=4)
    return slot


def links_of(text, part):
    return re.findall(rf'href="([^"]*{part}[^"]*)"[^>]*>([^<]*)<', text)


def confirm(browser, url):
    """Open the plan at ``url`` and apply it, as its button does."""
    page = browser.get(url)
    assert page.status_code == 200
    context = page.context
    assert context["change_plan"] is not None, context["form"].errors
    values = dict(context["fields"]) | {"plan": context["change_plan"].fingerprint}
    assert browser.post(page.request["PATH_INFO"], values).status_code == 302
    return text_of(browser.get(PAGE))


def test_two_rules_are_one_conflict_however_many_weeks_it_lasts(browser, leo):
    (found,) = rule_conflicts(NOW)
    assert found.title == "Fridays 17:00, Clara: Leo Sanz and Iker Gil"
    assert found.period == "4 weeks, from 9 Jan"
    (found,) = rule_conflicts(NOW + timedelta(4.5))
    assert found.period == "4 weeks, since 9 Jan"
    text = text_of(browser.get(PAGE))
    assert "1 clash to resolve" in text
    assert "4 lessons clash with other lessons." in text
    assert text.count("Resolve…") == 1


def test_pairs_are_told_apart_and_a_pair_in_both_directions_is_one(clara, iker):
    hall = make.room("Hall")
    horizon(now=NOW, weeks=2)
    older = make.slot(
        clara, make.student("Ana Paz"), weekday=5, start="17:30", created_at=iker.created_at - WEEK
    )
    one_off = make.lesson(make.student("Eva Mora"), MONDAY + timedelta(1), "09:00", "09:30", clara)
    make.slot(clara, make.student("Tom Rey"), weekday=2, start="09:00")
    for teacher in (make.teacher("Ada"), make.teacher("Bo")):
        make.slot(teacher, make.student(f"{teacher} Ruiz"), weekday=3, start="12:00", room=hall)
    student = make.student("Nil Font")
    for teacher in (make.teacher("Cy"), make.teacher("Di")):
        make.slot(teacher, student, weekday=4, start="12:00")
    found = {each.title: each for each in rule_conflicts(NOW)}
    assert [(title, each.period) for title, each in found.items()] == [
        ("Tuesdays 09:00, Clara: Tom Rey and Eva Mora (09:00–09:30)", "1 week, from 6 Jan"),
        ("Wednesdays 12:00, Hall: Bo Ruiz and Ada Ruiz", "4 weeks, from 7 Jan"),
        ("Thursdays 12:00, Nil Font: Di and Cy", "4 weeks, from 8 Jan"),
        ("Fridays 17:00, Clara: Iker Gil and Ana Paz (17:30–18:30)", "4 weeks, from 9 Jan"),
    ]
    # Iker's stored classes are in Ana's way for two weeks; afterwards the older rule wins.
    both = found["Fridays 17:00, Clara: Iker Gil and Ana Paz (17:30–18:30)"]
    assert [each.key.id for each in both.collisions] == [older.pk, older.pk, iker.pk, iker.pk]
    assert both.key.id == iker.pk
    assert one_off.pk in {each.booking_id for each in found[next(iter(found))].collisions}


def test_the_rule_moves_to_a_free_time_in_two_steps(browser, clara, iker, leo):
    make.lesson(make.student(), MONDAY + timedelta(18), "18:00", "19:00", clara)
    make.closure("Holiday", MONDAY + timedelta(11), MONDAY + timedelta(11))
    page = text_of(browser.get(page_of(leo)))
    times = links_of(page, "/from/")
    # 18:00 is taken in the third week; the closed second Friday does not count.
    assert [text for _url, text in times[:3]] == ["Fridays 16:00", "Fridays 15:00", "Fridays 19:00"]
    assert "No lesson clashes with another." in confirm(browser, times[0][0])
    rows = ScheduledClass.objects.filter(student=leo.student).exclude(status="cancelled")
    assert {(row.date.isoweekday(), row.start_time) for row in rows} == {(5, at("16:00"))}
    leo.refresh_from_db()
    assert leo.valid_until is None or leo.valid_until < MONDAY + WEEK


@pytest.mark.parametrize(
    ("end", "lessons"),
    [
        ("18:00", "two lessons without a teacher"),
        ("18:30", "two lessons without a teacher (17:00–18:00)"),
    ],
)
def test_two_lessons_of_a_student_without_teachers_are_named_in_plain_words(browser, end, lessons):
    ana = make.student("Ana Paz")
    make.schedule(ana, weekday=5, start="17:00", end="18:00")
    make.schedule(ana, weekday=5, start="17:00", end=end)
    (found,) = rule_conflicts(NOW)
    assert found.title == f"Fridays 17:00, Ana Paz: {lessons}"
    assert found.title in text_of(browser.get(PAGE))


def test_a_lesson_without_a_teacher_is_named_beside_one_with(browser, clara):
    ana = make.student("Ana Paz")
    make.schedule(ana, clara, weekday=5, start="17:00", end="18:00")
    make.schedule(ana, weekday=5, start="17:00", end="18:00")
    (found,) = rule_conflicts(NOW)
    assert found.title == "Fridays 17:00, Ana Paz: a lesson without a teacher and Clara"


def test_a_fixed_schedule_moves_with_its_length(browser, clara):
    make.schedule(make.student("Iker Gil"), clara, weekday=5, start="17:00", end="17:45")
    leo = make.schedule(make.student("Leo Sanz"), clara, weekday=5, start="17:00", end="17:45")
    weekly(now=NOW)
    page = text_of(browser.get(f"{PAGE}fixed_schedule/{leo.pk}/"))
    url, text = links_of(page, "/from/")[0]
    assert text == "Fridays 16:15"
    assert "No lesson clashes with another." in confirm(browser, url)
    row = ScheduledClass.objects.get(student=leo.student)
    assert (row.start_time, row.end_time) == (at("16:15"), at("17:00"))


def test_a_pause_covers_the_conflicts_and_an_end_precedes_them(browser, iker, leo):
    page = text_of(browser.get(page_of(leo)))
    (pause, _text), (end, _text) = links_of(page, "/pause/")[0], links_of(page, "/end/")[0]
    assert "No lesson clashes with another." in confirm(browser, pause)
    closure = Closure.objects.get()
    assert (closure.first_date, closure.last_date) == (
        MONDAY + timedelta(4),
        MONDAY + timedelta(25),
    )
    closure.delete()
    assert "No lesson clashes with another." in confirm(browser, end)
    leo.refresh_from_db()
    assert leo.valid_until == MONDAY + timedelta(3)


def test_sharing_resolves_all_dates(browser, iker, leo):
    page = text_of(browser.get(page_of(leo)))
    (share,) = re.findall(r'<form method="post" action="(/admin/conflicts/[^"]*)"', page)
    browser.post(share, {"action": "share"})
    assert "No lesson clashes with another." in text_of(browser.get(PAGE))


def test_one_date_is_resolved_alone(browser, iker, leo):
    cancel(ScheduledClass.objects.get(date=MONDAY + timedelta(4)).pk, by="student", now=NOW)
    text = text_of(browser.get(PAGE))
    assert "3 weeks, from 16 Jan" in text
    assert links_of(text, f"/conflicts/recurring_slot/{leo.pk}/2026")[0][1] == "Fri 16 Jan 2026"


def test_a_rule_without_conflict_leads_to_the_list(browser, iker):
    answer = browser.get(page_of(iker), follow=True)
    assert "This conflict no longer exists" in text_of(answer)
    assert browser.get(f"{PAGE}x/1/", follow=True).redirect_chain


def test_a_viewer_reads_and_a_teacher_does_not(client, leo):
    client.force_login(account(VIEWER))
    page = text_of(client.get(page_of(leo)))
    assert "Leo Sanz" in page
    assert not links_of(page, "/from/|/pause/|/end/")
    client.force_login(account(TEACHER))
    assert client.get(page_of(leo)).status_code == 403
