"""Pages of lists: every row once, in order, both ways, whatever the rows share."""

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

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]


def walk(api: APIClient, url: str, way: str = "next") -> tuple[list[list[int]], str]:
    """The ids of all pages from ``url`` on, and the address of the last one."""
    pages = []
    while True:
        page = ok(api.get(url))
        assert set(page) == {"next", "previous", "results"}
        pages.append([one["id"] for one in page["results"]])
        if page[way] is None:
            return pages, url
        url = page[way]


@pytest.mark.parametrize("ordering", ["startsAt", "-startsAt", "id", "-id"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_every_row_is_on_one_page_both_ways(api: APIClient, ordering: str, size: int) -> None:
    # Seven classes, five of which start together.
    for on in ("2026-01-06", "2026-01-05", *["2026-01-07"] * 5):
        make.lesson(on=day(on))
    column = ordering.replace("startsAt", "starts_at")
    tie = "-id" if ordering.startswith("-") else "id"
    wanted = list(ScheduledClass.objects.order_by(column, tie).values_list("id", flat=True))

    pages, last = walk(api, f"/api/classes?ordering={ordering}&pageSize={size}")

    assert [pk for page in pages for pk in page] == wanted
    back, _first = walk(api, last, "previous")
    assert list(reversed(back)) == pages


def test_more_rows_share_a_start_than_any_offset_would_reach(api: APIClient) -> None:
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


def test_rows_that_come_and_go_between_two_pages(api: APIClient) -> None:
    rows = [make.lesson(on=day(f"2026-01-{number:02}")) for number in range(5, 11)]
    first = ok(api.get("/api/classes?pageSize=2"))
    rows[1].delete()
    rows[2].delete()
    make.lesson(on=day("2026-01-01"))

    second = ok(api.get(first["next"]))

    assert [one["id"] for one in second["results"]] == [rows[3].pk, rows[4].pk]


def test_the_filters_stay_in_the_links(api: APIClient) -> None:
    teacher = make.teacher()
    for on in ("2026-01-05", "2026-01-06"):
        make.lesson(on=day(on), whom=teacher)
        make.lesson(on=day(on))

    pages, _last = walk(api, f"/api/classes?teacher={teacher.pk}&pageSize=1&from=2026-01-01")

    assert [len(page) for page in pages] == [1, 1]
    link = ok(api.get(f"/api/classes?teacher={teacher.pk}&pageSize=1"))["next"]
    assert link.startswith("http://testserver/api/classes?")


def test_an_empty_filter_is_none(api: APIClient) -> None:
    lesson = make.lesson()

    empty = "from=&to=&student=&teacher=&status=&ordering=&cursor=&pageSize="
    page = ok(api.get(f"/api/classes?{empty}"))

    assert [one["id"] for one in page["results"]] == [lesson.pk]
    assert ok(api.get("/api/admin/background-jobs/history?limit=20&job="))["success"]
    assert ok(api.get(f"/api/plan?student=&student={lesson.student_id}&teacher="))
    assert "nope" in invalid(api.get("/api/classes?nope="))


def test_an_empty_list(api: APIClient) -> None:
    assert ok(api.get("/api/classes")) == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize(
    "list_", ["teachers", "students", "recurring-slots", "closures", "classes"]
)
def test_fifty_a_page_unless_told(api: APIClient, list_: str) -> None:
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
    assert all(one < other for one, other in pairwise(pages[0]))
    assert [len(page) for page in walk(api, f"/api/{list_}?pageSize=500")[0]] == [51]


def test_a_cursor_is_for_its_own_order_and_nobody_elses_invention(api: APIClient) -> None:
    for _number in range(2):
        make.lesson()
    link = ok(api.get("/api/classes?pageSize=1"))["next"]

    invalid(api.get(f"{link}&ordering=id"), "cursor: ")
    for text in ("x", "cD0yMDA%3D", quote("\0"), link.partition("cursor=")[2].split("&")[0] + "x"):
        invalid(api.get(f"/api/classes?cursor={text}"), "cursor: ")


def last_query(api: APIClient, link: str) -> str:
    """The SQL that read the page at ``link``."""
    with CaptureQueriesContext(connection) as queries:
        ok(api.get(link))
    return str(queries[-1]["sql"])


def test_a_page_is_read_from_an_index_and_not_sorted(api: APIClient) -> None:
    for on in ("2026-01-05", "2026-01-06", "2026-01-07"):
        make.lesson(on=day(on))
    deep = ok(api.get(ok(api.get("/api/classes?pageSize=1"))["next"]))["next"]
    for link in ("/api/classes", deep, "/api/classes?from=2026-01-01&ordering=-startsAt"):
        sql = last_query(api, link)
        assert "JOIN" not in sql
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                # So few rows are read in one go, or by the day and sorted, if nothing forbids it;
                # what of it depends on when statistics were last taken.
                for way in ("seqscan", "bitmapscan", "sort"):
                    cursor.execute(f"SET LOCAL enable_{way} = off")
                cursor.execute(f"EXPLAIN {sql}")
            else:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
        assert "class_start" in plan, plan
