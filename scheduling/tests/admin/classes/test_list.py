"""The list of classes: its filters, in a constant number of queries."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.admin.core.lists import changelist
from scheduling.models import ClassStatus
from scheduling.services.roles import TEACHER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="sqlite"),
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


def listed_names(browser, query=""):
    """Return the first names of the students of the listed classes."""
    answer = browser.get(CLASSES + query)
    assert answer.status_code == 200
    return [row.student.first_name for row in answer.context["cl"].result_list]


def create_class(name, on=TODAY, start="10:00", end="11:00", **values):
    return make.lesson(make.student(name), on, start, end, **values)


@pytest.fixture
def week():
    create_class("Sunday", TODAY - 3 * DAY)
    create_class("Monday", TODAY - 2 * DAY)
    create_class("Early", TODAY, "08:00", "09:00")
    create_class("Late", TODAY, "18:00", "19:00")
    create_class("Tomorrow", TODAY + DAY)
    create_class("Next", TODAY + 5 * DAY)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Monday", "Early", "Late", "Tomorrow"]),
        ("?when=today", ["Early", "Late"]),
        ("?when=tomorrow", ["Tomorrow"]),
        ("?when=next", ["Next"]),
        ("?when=upcoming", ["Late", "Tomorrow", "Next"]),
        ("?when=all", ["Sunday", "Monday", "Early", "Late", "Tomorrow", "Next"]),
        ("?on=2026-01-12", ["Next"]),
        ("?when=month", ["Sunday", "Monday", "Early", "Late", "Tomorrow", "Next"]),
        ("?from=2026-01-07&to=2026-01-08", ["Early", "Late", "Tomorrow"]),
        ("?from=2026-01-08", ["Tomorrow", "Next"]),
        ("?to=2026-01-05", ["Sunday", "Monday"]),
        ("?from=2026-01-08&when=week", ["Tomorrow"]),
        ("?when=all&attendance=missing", ["Sunday", "Monday", "Early"]),
        ("?q=next", ["Next"]),
        ("?q=next&when=today", []),
    ],
)
def test_classes_are_filtered_by_date(browser, week, query, expected):
    assert listed_names(browser, query) == expected


def test_the_filter_by_student_excludes_a_namesake(browser):
    expected, other = create_class("Ana & Co"), create_class("Ana & Co")
    answer = browser.get(f"/admin/scheduling/student/{expected.student_id}/change/")
    address = answer.context["panel"]["all"]
    answer = browser.get(address)
    assert [row.pk for row in answer.context["cl"].result_list] == [expected.pk]
    assert "Ana &amp; Co" in answer.content.decode()
    assert other.student_id != expected.student_id
    assert len(listed_names(browser, "?student=x")) == len(listed_names(browser))


def test_the_filter_by_student_reveals_no_names_to_a_teacher(client):
    other = create_class("Leo", teacher=make.teacher("Tom Lee"))
    client.force_login(account(TEACHER, "marta", make.teacher("Marta Gil")))
    answer = client.get(f"{CLASSES}?when=all&student={other.student_id}")
    assert not answer.context["cl"].result_list
    assert "Leo" not in answer.content.decode()


def test_today_is_the_local_date_in_any_zone(browser):
    create_class("Kiritimati", TODAY, "00:30", "01:00", time_zone="Pacific/Kiritimati")
    create_class("Samoa", TODAY, "23:00", "23:30", time_zone="Pacific/Pago_Pago")
    assert sorted(listed_names(browser, "?when=today")) == ["Kiritimati", "Samoa"]
    assert "Pacific/Pago_Pago" in browser.get(CLASSES).content.decode()


def test_classes_are_filtered_by_their_properties(browser):
    marta = make.teacher("Marta Gil")
    create_class("Once", teacher=marta)
    make.lesson(on=TODAY, recurring_slot=make.slot(marta, make.student("Slot")), start="12:30")
    make.lesson(on=TODAY, fixed_schedule=make.schedule(make.student("Fixed")))
    create_class("Gone", status=ClassStatus.CANCELLED, start="06:00")
    create_class("Marked", attendance="present", edited_at=NOW, start="07:00", end="08:00")
    for query, expected in {
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
        assert sorted(listed_names(browser, f"?{query}")) == expected, query


@pytest.mark.parametrize(
    "query", ["?on=tomorrow", "?from=x", "?when=ever", "?teacher=x", "?source=none"]
)
def test_an_invalid_filter_is_dropped(browser, query):
    answer = browser.get(CLASSES + query)
    assert answer.status_code == 302
    assert answer["Location"].endswith("?e=1")


def test_the_date_field_keeps_the_other_filters(browser, week):
    text = browser.get(f"{CLASSES}?status__exact=scheduled").content.decode()
    assert '<input type="hidden" name="status__exact" value="scheduled">' in text


def test_presets_and_chosen_filters_are_shown(browser, week):
    def chosen(query):
        text = browser.get(CLASSES + query).content.decode()
        filters = " ".join(text.split('class="ct-filters"')[1].split("</nav>")[0].split())
        return set(re.findall(r'aria-current="true">(?:<bdi>)?([^<]*)', filters)), filters

    assert "This week" in chosen("")[0]
    assert "This month" in chosen("?when=month")[0]
    assert "Not marked" in chosen("?when=all&attendance=missing")[0]
    assert "Dates: from Thu 8 Jan 2026" in chosen("?from=2026-01-08")[1]
    assert "Dates: Thu 8 Jan 2026" in chosen("?on=2026-01-08")[1]
    marta = make.teacher("Marta Gil")
    assert "Teacher: <bdi>Marta Gil</bdi>" in chosen(f"?teacher={marta.pk}")[1]


def test_classes_are_grouped_by_the_studios_day(browser, week):
    make.studio(time_zone="Pacific/Kiritimati", is_settled=True)

    def headings(query):
        text = browser.get(CLASSES + query).content.decode()
        return re.findall(r'scope="colgroup">([^<]*)<', text)

    # 10:00 in UTC is the next day there.
    assert headings("?on=2026-01-07") == ["Wednesday 7 January 2026", "Thursday 8 January 2026"]
    assert headings("?on=2026-01-07&o=4") == []


def test_a_class_is_marked_in_its_row_and_the_list_stays(browser):
    row = create_class("Ana")
    ahead = create_class("Leo", TODAY, "18:00", "19:00")
    text = browser.get(f"{CLASSES}?when=today").content.decode()
    url = f"/admin/today/{row.pk}/mark/"
    assert f'formaction="{url}" name="attendance" value="present"' in text
    assert (
        f'formaction="/admin/today/{ahead.pk}/mark/" name="attendance" value="present"' not in text
    )
    answer = browser.post(url, {"attendance": "present", "next": f"{CLASSES}?when=today"})
    assert answer["Location"] == f"{CLASSES}?when=today#class-{row.pk}"
    row.refresh_from_db()
    assert (row.status, row.attendance) == ("completed", "present")
    text = browser.get(f"{CLASSES}?when=today").content.decode()
    assert f'formaction="{url}" name="attendance" value=""' in text
    answer = browser.post(url, {"attendance": "", "next": "https://example.org/"})
    assert answer["Location"] == f"/admin/#class-{row.pk}"


def test_what_is_over_and_neither_marked_nor_cancelled_is_not_marked(browser):
    create_class("Over")
    create_class("Ahead", TODAY, "18:00", "19:00")
    create_class("Alone", status="completed")
    create_class("Group", status="completed", is_shared=True)
    create_class("Gone", status="cancelled", cancelled_by="student")
    create_class("Marked", attendance="excused")
    assert sorted(listed_names(browser, "?when=all&attendance=missing")) == ["Group", "Over"]
    badge = 'class="ct-badge is-warn">not marked<'
    assert browser.get(f"{CLASSES}?when=today").content.decode().count(badge) == 2
    make.studio(unmarked_days=0)
    assert badge not in browser.get(f"{CLASSES}?when=today").content.decode()


def count_queries(browser, query):
    with CaptureQueriesContext(connection) as captured:
        shown = listed_names(browser, query)
    return len(captured), len(shown)


@pytest.mark.parametrize("query", ["", "?q=student"])
def test_query_count_does_not_grow_with_the_rows(browser, query):
    def fill(size):
        for _ in range(size):
            make.lesson(on=TODAY, teacher=make.teacher(), student=make.student("A Student"))

    fill(3)
    count, shown = count_queries(browser, query)
    assert shown == 3
    fill(20)
    final_count, shown = count_queries(browser, query)
    assert shown == 23
    assert final_count == count


def test_counts_are_limited(browser, week, monkeypatch):
    monkeypatch.setattr(changelist, "MAX_COUNTED", 4)
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(f"{CLASSES}?when=all")
    assert answer.context["cl"].result_count == 4
    counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert any('"classes"' in sql for sql in counts)
    assert all("LIMIT 5" in sql for sql in counts if '"classes"' in sql)


def test_facet_counts_are_not_offered(browser, week):
    text = browser.get(f"{CLASSES}?_facets=True").content.decode()
    filters = text.split('class="ct-filters"')[1].split("</nav>")[0]
    assert "This week" in filters
    assert "Show counts" not in filters
    assert "Hide counts" not in filters
