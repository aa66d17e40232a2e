"""Pages of lists: each row once, in order, in both directions."""

from itertools import pairwise
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import day

from .helpers import invalid, ok

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


def walk(api: APIClient, url: str, direction: str = "next") -> tuple[list[list[int]], str]:
    """Return the ids of all pages from ``url`` on, and the address of the last page."""
    pages = []
    while True:
        page = ok(api.get(url))
        assert set(page) == {"next", "previous", "results"}
        pages.append([row["id"] for row in page["results"]])
        if page[direction] is None:
            return pages, url
        url = page[direction]


@pytest.mark.parametrize("ordering", ["startsAt", "-startsAt", "id", "-id"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_each_row_is_on_one_page_in_both_directions(
    api: APIClient, ordering: str, size: int
) -> None:
    # Seven classes, five of which start together.
    for on in ("2026-01-06", "2026-01-05", *["2026-01-07"] * 5):
        make.lesson(on=day(on))
    column = ordering.replace("startsAt", "starts_at")
    tie_breaker = "-id" if ordering.startswith("-") else "id"
    expected = list(
        ScheduledClass.objects.order_by(column, tie_breaker).values_list("id", flat=True)
    )

    pages, last = walk(api, f"/api/classes?ordering={ordering}&pageSize={size}")

    assert [pk for page in pages for pk in page] == expected
    back, _first = walk(api, last, "previous")
    assert list(reversed(back)) == pages


def test_pages_continue_in_1200_rows_with_the_same_start(api: APIClient) -> None:
    student = make.student()
    rows = [
        ScheduledClass(student=student, date=day("2026-01-05"), time_zone="UTC", status="cancelled")
        for _number in range(1_200)
    ]
    for row in rows:
        row.start_time, row.end_time = make.at("10:00"), make.at("11:00")
        row.derive_instants()
    ScheduledClass.objects.bulk_create(rows)

    pages, _last = walk(api, "/api/classes?pageSize=100")

    assert len({pk for page in pages for pk in page}) == 1_200


def test_rows_added_and_deleted_between_pages_cause_no_gap(api: APIClient) -> None:
    rows = [make.lesson(on=day(f"2026-01-{number:02}")) for number in range(5, 11)]
    first = ok(api.get("/api/classes?pageSize=2"))
    rows[1].delete()
    rows[2].delete()
    make.lesson(on=day("2026-01-01"))

    second = ok(api.get(first["next"]))

    assert [row["id"] for row in second["results"]] == [rows[3].pk, rows[4].pk]


def test_links_keep_filters(api: APIClient) -> None:
    teacher = make.teacher()
    for on in ("2026-01-05", "2026-01-06"):
        make.lesson(on=day(on), teacher=teacher)
        make.lesson(on=day(on))

    pages, _last = walk(api, f"/api/classes?teacher={teacher.pk}&pageSize=1&from=2026-01-01")

    assert [len(page) for page in pages] == [1, 1]
    link = ok(api.get(f"/api/classes?teacher={teacher.pk}&pageSize=1"))["next"]
    assert link.startswith("http://testserver/api/classes?")


def test_empty_filter_is_ignored(api: APIClient) -> None:
    lesson = make.lesson()

    empty = "from=&to=&student=&teacher=&status=&ordering=&cursor=&pageSize="
    page = ok(api.get(f"/api/classes?{empty}"))

    assert [row["id"] for row in page["results"]] == [lesson.pk]
    assert ok(api.get("/api/admin/background-jobs/history?limit=20&job="))["success"]
    assert ok(api.get(f"/api/plan?student=&student={lesson.student_id}&teacher="))
    assert "nope" in invalid(api.get("/api/classes?nope="))


def test_empty_list_has_no_links(api: APIClient) -> None:
    assert ok(api.get("/api/classes")) == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize(
    "list_", ["teachers", "students", "recurring-slots", "closures", "classes"]
)
def test_default_page_size_is_fifty(api: APIClient, list_: str) -> None:
    for _number in range(51):
        match list_:
            case "teachers":
                make.teacher("Same Name")
            case "students":
                make.student("Same Name")
            case "recurring-slots":
                make.slot()
            case "closures":
                make.closure("Day", day("2026-01-05"))
            case _:
                make.lesson()
    pages, _last = walk(api, f"/api/{list_}")
    assert [len(page) for page in pages] == [50, 1]
    assert all(row < following for row, following in pairwise(pages[0]))
    assert [len(page) for page in walk(api, f"/api/{list_}?pageSize=500")[0]] == [51]


def test_cursor_of_other_order_and_forged_cursor_are_refused(api: APIClient) -> None:
    for _number in range(2):
        make.lesson()
    link = ok(api.get("/api/classes?pageSize=1"))["next"]

    invalid(api.get(f"{link}&ordering=id"), "cursor: ")
    for text in ("x", "cD0yMDA%3D", quote("\0"), link.partition("cursor=")[2].split("&")[0] + "x"):
        invalid(api.get(f"/api/classes?cursor={text}"), "cursor: ")


def last_query(api: APIClient, link: str) -> str:
    """Return the SQL that reads the page at ``link``."""
    with CaptureQueriesContext(connection) as queries:
        ok(api.get(link))
    return str(queries[-1]["sql"])


def test_page_is_read_from_index_without_sorting(api: APIClient) -> None:
    for on in ("2026-01-05", "2026-01-06", "2026-01-07"):
        make.lesson(on=day(on))
    deep = ok(api.get(ok(api.get("/api/classes?pageSize=1"))["next"]))["next"]
    for link in ("/api/classes", deep, "/api/classes?from=2026-01-01&ordering=-startsAt"):
        sql = last_query(api, link)
        assert "JOIN" not in sql
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                # PostgreSQL would scan or sort so few rows, depending on its statistics.
                for plan_type in ("seqscan", "bitmapscan", "sort"):
                    cursor.execute(f"SET LOCAL enable_{plan_type} = off")
                cursor.execute(f"EXPLAIN {sql}")
            else:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
        assert "class_start" in plan, plan
