"""The lists of students, teachers, slots and closures, in a constant number of queries."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.jobs.monitoring.coverage import coverage
from scheduling.jobs.monitoring.health import health
from scheduling.models import ClassStatus, LessonSettings
from scheduling.selectors.data_quality import studio_counts
from scheduling.services.roles import VIEWER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="sqlite"),
]

# A Wednesday, at noon.
NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
TODAY = date(2026, 1, 7)
DAY = timedelta(days=1)


@pytest.fixture
def browser(client):
    client.force_login(account(VIEWER))
    return client


def rows(browser, table, query=""):
    answer = browser.get(f"/admin/scheduling/{table}/{query}")
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def names(browser, table, query=""):
    return sorted(str(row) for row in rows(browser, table, query))


def page(browser, table, query=""):
    text = browser.get(f"/admin/scheduling/{table}/{query}").content.decode()
    return " ".join(text.split())


def test_students_are_filtered_by_state(browser):
    make.student("Active")
    paused = make.student("Paused")
    make.closure("Exchange year", TODAY - DAY, TODAY + DAY, student=paused)
    make.closure("Long ago", TODAY - 9 * DAY, TODAY - 8 * DAY, student=make.student("Back"))
    rule = make.schedule(make.student("Partly"))
    make.closure("One of two", TODAY, student=rule.student, fixed_schedule=rule)
    make.student("Gone", is_active=False)
    make.student("Ended", end_date=TODAY - DAY)
    make.student("Lastday", end_date=TODAY)
    make.student("Soon", start=TODAY + DAY)
    make.student("Undated", start=None)
    for state, expected in {
        "active": ["Active", "Back", "Lastday", "Partly"],
        "paused": ["Paused"],
        "inactive": ["Gone"],
        "ended": ["Ended"],
        "not_started": ["Soon"],
        "no_start": ["Undated"],
    }.items():
        assert names(browser, "student", f"?state={state}") == expected, state
    text = page(browser, "student")
    for word in ("active", "paused", "not active", "ended", "not started", "without a start date"):
        assert f">{word}</span>" in text


def test_students_are_filtered_by_teacher_and_search(browser):
    marta = make.teacher("Marta Gil")
    make.schedule(make.student("Fixed One"), marta)
    make.slot(marta, make.student("Slot One"))
    make.slot(marta, make.student("Was One"), status="cancelled")
    make.schedule(make.student("Left One"), marta, valid_until=TODAY - DAY)
    make.schedule(make.student("Other One"), make.teacher())
    assert names(browser, "student", f"?teacher={marta.pk}") == ["Fixed One", "Slot One"]
    assert names(browser, "student", "?q=one+slot") == ["Slot One"]


def test_a_student_shows_the_weekly_count_and_the_next_class(browser):
    ana, marta = make.student("Ana Ruiz"), make.teacher("Marta Gil", "Europe/Madrid")
    make.schedule(ana)
    make.schedule(ana, weekday=2, valid_until=TODAY - DAY)
    make.slot(marta, ana)
    make.slot(marta, ana, start="15:00", status="paused")
    make.lesson(ana, TODAY - DAY)
    make.lesson(ana, TODAY + DAY, status=ClassStatus.CANCELLED)
    coming = make.lesson(ana, TODAY + 2 * DAY, teacher=marta)
    make.lesson(ana, TODAY + 3 * DAY)
    (row,) = rows(browser, "student")
    assert (row.weekly_count, row.next) == (2, coming)
    text = page(browser, "student")
    assert "10:00–11:00 Europe/Madrid" in text
    assert f"/admin/scheduling/scheduledclass/{coming.pk}/change/" in text


def test_a_teacher_shows_todays_classes_and_missing_settings(browser):
    marta, tom = make.teacher("Marta Gil"), make.teacher("Tom Lee")
    LessonSettings.objects.create(teacher=tom)
    make.slot(marta)
    make.slot(tom)
    for start, end in (("08:00", "09:00"), ("15:00", "16:00")):
        make.lesson(on=TODAY, start=start, end=end, teacher=marta)
    make.lesson(on=TODAY, start="12:00", end="13:00", teacher=marta, status=ClassStatus.CANCELLED)
    make.lesson(on=TODAY + DAY, teacher=marta)
    by_name = {row.name: row for row in rows(browser, "teacher")}
    assert by_name["Marta Gil"].classes_today == 2
    assert by_name["Tom Lee"].classes_today == 0
    assert names(browser, "teacher", "?settings=missing") == ["Marta Gil"]
    assert names(browser, "teacher", "?settings=some") == ["Tom Lee"]
    text = page(browser, "teacher")
    assert f"?when=today&amp;teacher={marta.pk}" in text
    assert '<span class="ct-badge is-warn">missing</span>' in text


def test_teachers_are_filtered_by_state(browser):
    make.teacher("Here")
    make.teacher("Gone", is_active=False)
    make.closure("Holiday", TODAY, teacher=make.teacher("Off"))
    for state, expected in {"active": ["Here"], "paused": ["Off"], "inactive": ["Gone"]}.items():
        assert names(browser, "teacher", f"?state={state}") == expected


def test_the_lists_linked_from_the_health_page_match_its_counts(browser):
    make.slot()
    make.slot(booked_at=NOW - timedelta(days=200))
    make.slot(booked_at=NOW - timedelta(days=200), status="paused")
    make.slot(booked_at=NOW - timedelta(days=200), valid_until=TODAY - DAY)
    make.slot(make.teacher(is_active=False))
    make.slot(student=make.student(is_active=False))
    make.slot(student=make.student(end_date=TODAY - DAY))
    make.slot(student=make.student(is_active=False), status="cancelled")
    numbers = studio_counts(NOW)
    assert numbers.orphaned_slots == 3
    assert len(rows(browser, "recurringslot", "?condition=orphaned")) == numbers.orphaned_slots
    assert len(rows(browser, "recurringslot", "?condition=old")) == numbers.old_slots
    make.schedule(make.student("Ana", start=None))
    make.schedule(make.student(start=None), valid_until=TODAY - DAY)
    make.schedule(make.student(start=None, is_active=False))
    findings = {finding.name: finding for finding in health(NOW, coverage(NOW)).findings}
    assert findings["students_without_start"].issue == "1 student has a schedule but no start date."
    assert names(browser, "student", "?state=waiting") == ["Ana"]
    missing = len(rows(browser, "teacher", "?settings=missing"))
    assert missing == numbers.teachers_without_settings


def test_slots_are_filtered_by_teacher_weekday_status_and_validity(browser):
    marta = make.teacher("Marta Gil")
    slot = make.slot(marta, weekday=1)
    make.slot(marta, weekday=2, status="paused")
    make.slot(weekday=1, valid_until=TODAY - DAY)
    assert len(rows(browser, "recurringslot", f"?teacher={marta.pk}")) == 2
    query = f"?teacher={marta.pk}&weekday__exact=1&status__exact=active&validity=current"
    assert rows(browser, "recurringslot", query) == [slot]
    assert len(rows(browser, "recurringslot", "?validity=ended")) == 1


def test_closures_show_their_period_people_and_cancelled_classes(browser):
    christmas = make.closure("Christmas", TODAY - 20 * DAY, TODAY - 10 * DAY)
    strike = make.closure("Strike", TODAY)
    make.closure("Course", TODAY + DAY, teacher=make.teacher())
    make.closure("Exam", TODAY + DAY, student=make.student())
    make.lesson(on=TODAY, status="cancelled", cancelled_by="closure", closure=strike)
    counted = {row.name: row.classes_cancelled for row in rows(browser, "closure")}
    assert counted == {"Christmas": 0, "Strike": 1, "Course": 0, "Exam": 0}
    assert rows(browser, "closure", "?when=now") == [strike]
    assert rows(browser, "closure", "?when=past") == [christmas]
    assert len(rows(browser, "closure", "?when=ahead")) == 3
    assert [
        len(rows(browser, "closure", f"?for={value}")) for value in ("all", "teacher", "student")
    ] == [
        2,
        1,
        1,
    ]


@pytest.mark.parametrize(
    "table", ["student", "teacher", "recurringslot", "fixedschedule", "closure"]
)
def test_query_count_does_not_grow_with_the_rows(browser, table):
    def fill(size):
        for _ in range(size):
            teacher, student = make.teacher(), make.student()
            make.slot(teacher, student, start="15:00")
            make.schedule(student, teacher)
            make.lesson(student, TODAY + DAY, teacher=teacher)
            make.closure("Off", TODAY, teacher=teacher)

    def count_queries():
        with CaptureQueriesContext(connection) as captured:
            shown = len(rows(browser, table))
        return len(captured), shown

    fill(3)
    count_queries()
    count, shown = count_queries()
    assert shown == 3
    fill(20)
    assert count_queries() == (count, 23)


def test_ill_today_uses_the_teachers_own_date(client):
    # At noon in the studio it is already tomorrow in Auckland.
    client.force_login(account("superuser"))
    far, near = make.teacher("Aroha Ngata", zone="Pacific/Auckland"), make.teacher("Tom Lee")
    for teacher in (far, near):
        make.lesson(on=TODAY + DAY, start="15:00", end="16:00", teacher=teacher)
    text = client.get("/admin/scheduling/teacher/").content.decode()
    assert "Ill today… Aroha Ngata" in text
    # Without a class today, the absence begins on a later day.
    assert "Ill today… Tom Lee" not in text
    assert "Ill… Tom Lee" in text


def test_results_are_counted_beside_the_search_only_where_rows_are_left_out(browser):
    make.student("Ana Ruiz")
    make.student("Leo Park", is_active=False)
    assert "Show all" not in page(browser, "student")
    for query in ("?q=Ana", "?state=active"):
        assert '1 result (<a href="?">Show all</a>)' in page(browser, "student", query)
