"""The list of classes answers the questions of a day, in a constant number of queries."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.admin.core import changelist
from scheduling.models import ClassStatus
from scheduling.services.roles import TEACHER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="postgresql"),
]

CLASSES = "/admin/scheduling/scheduledclass/"
# A Wednesday, at noon.
NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
TODAY = date(2026, 1, 7)
DAY = timedelta(days=1)


@pytest.fixture
def browser(client):
    client.force_login(account("superuser"))
    return client


def listed(browser, query=""):
    """First names of the students whose classes the list shows."""
    answer = browser.get(CLASSES + query)
    assert answer.status_code == 200
    return [row.student.first_name for row in answer.context["cl"].result_list]


def named(name, on=TODAY, start="10:00", end="11:00", **values):
    return make.lesson(make.student(name), on, start, end, **values)


@pytest.fixture
def week():
    named("Sunday", TODAY - 3 * DAY)
    named("Monday", TODAY - 2 * DAY)
    named("Early", TODAY, "08:00", "09:00")
    named("Late", TODAY, "18:00", "19:00")
    named("Tomorrow", TODAY + DAY)
    named("Next", TODAY + 5 * DAY)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Monday", "Early", "Late", "Tomorrow"]),
        ("?when=today", ["Early", "Late"]),
        ("?when=tomorrow", ["Tomorrow"]),
        ("?when=next", ["Next"]),
        ("?when=upcoming", ["Late", "Tomorrow", "Next"]),
        ("?when=all", ["Sunday", "Monday", "Early", "Late", "Tomorrow", "Next"]),
        ("?on=2026-01-12", ["Next"]),
        ("?q=next", ["Next"]),
        ("?q=next&when=today", []),
    ],
)
def test_when(browser, week, query, found):
    assert listed(browser, query) == found


def test_the_classes_of_one_student_are_not_those_of_a_namesake(browser):
    here, other = named("Ana & Co"), named("Ana & Co")
    answer = browser.get(f"/admin/scheduling/student/{here.student_id}/change/")
    address = answer.context["panel"]["all"]
    found = browser.get(address)
    assert [row.pk for row in found.context["cl"].result_list] == [here.pk]
    assert "Ana &amp; Co" in found.content.decode()
    assert other.student_id != here.student_id
    assert len(listed(browser, "?student=x")) == len(listed(browser))


def test_nobody_learns_a_name_by_trying_the_numbers_of_students(client):
    other = named("Leo", teacher=make.teacher("Tom Lee"))
    client.force_login(account(TEACHER, "marta", make.teacher("Marta Gil")))
    answer = client.get(f"{CLASSES}?when=all&student={other.student_id}")
    assert not answer.context["cl"].result_list
    assert "Leo" not in answer.content.decode()


def test_a_local_date_counts_whatever_the_zone(browser):
    named("Kiritimati", TODAY, "00:30", "01:00", time_zone="Pacific/Kiritimati")
    named("Samoa", TODAY, "23:00", "23:30", time_zone="Pacific/Pago_Pago")
    assert sorted(listed(browser, "?when=today")) == ["Kiritimati", "Samoa"]
    assert "Pacific/Pago_Pago" in browser.get(CLASSES).content.decode()


def test_by_what_they_are(browser):
    marta = make.teacher("Marta Gil")
    named("Once", teacher=marta)
    make.lesson(on=TODAY, recurring_slot=make.slot(marta, make.student("Slot")), start="12:30")
    make.lesson(on=TODAY, fixed_schedule=make.schedule(make.student("Fixed")))
    named("Gone", status=ClassStatus.CANCELLED, start="06:00")
    named("Marked", attendance="present", edited_at=NOW, start="07:00", end="08:00")
    for query, found in {
        "source=one_off": ["Gone", "Marked", "Once"],
        "source=recurring_slot": ["Slot"],
        "source=fixed_schedule": ["Fixed"],
        "status__exact=cancelled": ["Gone"],
        "attendance=missing": ["Fixed", "Once"],
        "attendance=present": ["Marked"],
        "by_hand=yes": ["Marked"],
        f"teacher={marta.pk}": ["Once", "Slot"],
        "q=marta": ["Once", "Slot"],
        "q=marta+slot": ["Slot"],
        "q=nobody": [],
    }.items():
        assert sorted(listed(browser, f"?{query}")) == found, query


@pytest.mark.parametrize("query", ["?on=tomorrow", "?when=ever", "?teacher=x", "?source=none"])
def test_a_filter_that_makes_no_sense_is_dropped(browser, query):
    answer = browser.get(CLASSES + query)
    assert answer.status_code == 302
    assert answer["Location"].endswith("?e=1")


def test_a_date_keeps_what_else_was_asked_for(browser, week):
    text = browser.get(f"{CLASSES}?status__exact=scheduled").content.decode()
    assert '<input type="hidden" name="status__exact" value="scheduled">' in text


def queries(browser, query):
    with CaptureQueriesContext(connection) as captured:
        shown = listed(browser, query)
    return len(captured), len(shown)


@pytest.mark.parametrize("query", ["", "?q=student"])
def test_queries_do_not_grow_with_the_rows(browser, query):
    def fill(size):
        for _each in range(size):
            make.lesson(on=TODAY, teacher=make.teacher(), student=make.student("A Student"))

    fill(3)
    few, shown = queries(browser, query)
    assert shown == 3
    fill(20)
    many, shown = queries(browser, query)
    assert shown == 23
    assert many == few


def test_nothing_counts_further_than_it_pages(browser, week, monkeypatch):
    monkeypatch.setattr(changelist, "MAX_COUNTED", 4)
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(f"{CLASSES}?when=all")
    assert answer.context["cl"].result_count == 4
    counts = [one["sql"] for one in captured if "COUNT(" in one["sql"]]
    assert any('"classes"' in sql for sql in counts)
    assert all("LIMIT 5" in sql for sql in counts if '"classes"' in sql)


def test_nobody_is_offered_to_count_what_every_filter_would_find(browser, week):
    text = browser.get(f"{CLASSES}?_facets=True").content.decode()
    assert "_facets" not in text.split('id="changelist-filter"')[1].split("By when")[0]
