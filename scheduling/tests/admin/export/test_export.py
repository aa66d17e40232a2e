"""Exports have exactly the rows, columns and texts of the list."""

import io
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from scheduling.models import JobRun, RecurringSlot, Student
from scheduling.services.roles import TEACHER
from scheduling.spreadsheets import xlsx_format
from scheduling.spreadsheets.formula_escape import unescape_formulas
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

from .exports import address, body, csv_rows, exported, xlsx_rows

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

TABLES = (
    "scheduledclass",
    "student",
    "teacher",
    "recurringslot",
    "fixedschedule",
    "closure",
    "jobrun",
)
# The default filter of the class list is this week.
EVERY = {"scheduledclass": {"when": "all"}}
# Signs, marks, scripts and attacks that names really hold, or that somebody puts there.
NAMES = (
    '=HYPERLINK("http://evil.example")',
    "+34 600",
    "-Ana",
    "@ana",
    " \t=1",
    '"Ana" ; "Gil", y',
    "O'Brien",
    "مريم\u200f حداد",
    "🎻👩🏽‍🎤",
    "two\nlines",
    "_x0041_ & <b>",
)


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("teresa"))
    return client


def one_of_each() -> None:
    """Create a row in every table."""
    slot = make.slot(make.teacher("Clara", "Europe/Madrid"), make.student("Leo Park"))
    make.schedule()
    make.closure("Easter", make.MONDAY)
    make.lesson(recurring_slot=slot)
    JobRun.objects.create(job="weekly", trigger="cron", state="succeeded")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("table", TABLES)
def test_every_list_has_an_export(owner: Client, table: str, kind: str) -> None:
    one_of_each()

    page = owner.get(f"/admin/scheduling/{table}/").content.decode()
    rows = exported(owner, table, kind, **EVERY.get(table, {}))

    assert f'href="{address(table, kind)}?"' in page
    assert f'value="export_{kind}"' in page
    assert rows
    assert all(len(row) == len(rows[0]) for row in rows)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_names_are_exported_unchanged(owner: Client, kind: str) -> None:
    for name in NAMES:
        Student.objects.create(first_name=name, last_name="")

    cells = [row[0] for row in exported(owner, "student", kind)]

    assert {unescape_formulas(cell) if kind == "csv" else cell for cell in cells} == {
        name.strip() for name in NAMES
    }


def test_no_cell_of_a_workbook_is_a_formula(owner: Client) -> None:
    make.student('=HYPERLINK("http://evil.example")')
    sheet = load_workbook(io.BytesIO(body(owner.get(address("student", "xlsx"))))).active

    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "d", "n"}


def test_filters_and_search_apply_but_not_pagination(owner: Client) -> None:
    make.teacher("Tom")
    for number in range(130):
        make.student(f"Ana {number}")
    make.student("Ana Away", is_active=False)
    make.student("Leo Park")

    assert len(exported(owner, "student")) == 132
    assert len(exported(owner, "student", q="Ana", is_active__exact=1)) == 130
    page = owner.get("/admin/scheduling/student/", {"q": "Ana", "p": "2"}).content.decode()
    assert f'href="{address("student", "csv")}?q=Ana"' in page


def test_the_default_filter_of_a_list_applies(owner: Client) -> None:
    make.lesson(make.student("Ana Gil"))
    make.lesson(make.student("Leo Park"), on=timezone.localdate())

    rows = exported(owner, "scheduledclass")

    assert [row[4] for row in rows] == ["Leo Park"]


def test_rows_have_the_order_of_the_list(owner: Client) -> None:
    for name in ("Bea", "Ana", "Cleo"):
        make.teacher(name)

    assert [row[0] for row in exported(owner, "teacher", o="-1")] == ["Cleo", "Bea", "Ana"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_action_exports_the_selected_rows(owner: Client, kind: str) -> None:
    chosen = [make.teacher("Ana"), make.teacher("Bea")]
    make.teacher("Cleo")
    form = {"action": f"export_{kind}", "_selected_action": [teacher.pk for teacher in chosen]}

    data = body(owner.post("/admin/scheduling/teacher/", form))

    rows = (csv_rows if kind == "csv" else xlsx_rows)(data)
    assert [row[0] for row in rows[1:]] == ["Ana", "Bea"]


def test_the_action_over_all_pages_applies_the_filter(owner: Client) -> None:
    ana = make.teacher("Ana")
    for number in range(120):
        make.teacher(f"Ana {number}")
    make.teacher("Leo")
    form = {"action": "export_csv", "_selected_action": [ana.pk], "select_across": "1"}

    data = body(owner.post("/admin/scheduling/teacher/?q=Ana", form))

    assert len(csv_rows(data)) == 1 + 121


def test_a_workbook_has_typed_dates_and_times(owner: Client) -> None:
    make.lesson(start="17:30", end="18:15", subject="Piano", time_zone="Europe/Madrid")

    row = exported(owner, "scheduledclass", "xlsx", when="all")[0]

    assert datetime.combine(make.MONDAY, time()) in row
    assert time(17, 30) in row
    assert "Europe/Madrid" in row


def test_timestamp_columns_name_their_zone(owner: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Madrid"
    started = make.moment("2026-07-01 10:00")
    JobRun.objects.create(
        job="weekly",
        trigger="cron",
        state="succeeded",
        started_at=started,
        finished_at=started + timedelta(hours=30, seconds=5),
    )

    title, row = csv_rows(body(owner.get(address("jobrun", "csv"))))
    cells = dict(zip(title, row, strict=True))
    assert cells["Started (Europe/Madrid)"] == "2026-07-01 12:00:00+02:00"
    title, row = xlsx_rows(body(owner.get(address("jobrun", "xlsx"))))
    cells = dict(zip(title, row, strict=True))
    assert cells["Started (Europe/Madrid)"] == datetime.fromisoformat("2026-07-01 12:00")
    assert cells["Duration"] == timedelta(hours=30, seconds=5)


@pytest.mark.parametrize("table", ["recurringslot", "fixedschedule"])
def test_series_have_a_zone_column(owner: Client, settings: Any, table: str) -> None:
    settings.TIME_ZONE = "America/Bogota"
    make.slot(make.teacher(zone="Asia/Tokyo"))
    make.schedule(teacher=make.teacher(zone="Asia/Tokyo"))
    make.schedule()

    title, *rows = csv_rows(body(owner.get(address(table, "csv"))))
    zones = {row[title.index("Time zone")] for row in rows}

    assert zones == {"Asia/Tokyo"} | ({"America/Bogota"} if table == "fixedschedule" else set())


def test_texts_and_separator_follow_the_users_language(owner: Client) -> None:
    make.student("Ana Gil", is_active=True)
    owner.cookies["django_language"] = "es"

    answer = owner.get(address("student", "csv"))
    rows = csv_rows(body(answer), delimiter=";")

    assert "sí" in rows[1]
    assert "Start date" not in rows[0]
    assert 'filename="' in answer["Content-Disposition"]


def test_file_name_has_the_list_and_the_studios_date(owner: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Kiritimati"

    for kind in ("csv", "xlsx"):
        with time_machine.travel("2026-02-28T23:30:00+00:00"):
            answer = owner.get(address("scheduledclass", kind))
        assert f"classes-2026-03-01.{kind}" in answer["Content-Disposition"]
        body(answer)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("table", ["scheduledclass", "student", "recurringslot", "fixedschedule"])
def test_query_count_does_not_grow_with_the_rows(owner: Client, table: str, kind: str) -> None:
    counts = []
    for _ in range(2):
        for _ in range(6):
            slot = make.slot()
            make.lesson(recurring_slot=slot)
            make.schedule()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rows = exported(owner, table, kind, **EVERY.get(table, {}))
        counts.append((len(queries), len(rows)))

    assert counts[0][1] < counts[1][1]
    assert counts[0][0] == counts[1][0]


def test_too_many_rows_for_a_sheet_are_refused(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_format, "MAX_ROWS", 3)
    for _ in range(3):
        make.teacher()

    page = owner.get(address("teacher", "xlsx"), follow=True).content.decode()

    assert "A sheet holds 2 rows and the list has more" in page
    assert len(exported(owner, "teacher")) == 3


def test_too_long_texts_are_shortened_in_workbooks_only(owner: Client) -> None:
    JobRun.objects.create(job="weekly", trigger="cron", state="failed", error="é" * 40_000)

    assert max(len(str(cell)) for cell in exported(owner, "jobrun", "xlsx")[0]) == 32_767
    assert "é" * 40_000 in exported(owner, "jobrun")[0]


def test_an_unknown_filter_redirects_to_the_list(owner: Client) -> None:
    answer = owner.get(address("student", "csv"), {"is_active__exact": "perhaps"}, follow=True)

    assert "The list has no such filter" in answer.content.decode()


def test_other_formats_and_methods_are_refused(owner: Client) -> None:
    assert owner.get(address("student", "pdf")).status_code == 404
    assert owner.post(address("student", "csv")).status_code == 405


@pytest.mark.parametrize("table", TABLES)
def test_export_needs_the_view_permission(client: Client, table: str) -> None:
    assert client.get(address(table, "csv")).status_code == 302

    member = User.objects.create_user("vera", is_staff=True)
    client.force_login(member)
    assert client.get(address(table, "csv")).status_code == 403

    member.user_permissions.add(Permission.objects.get(codename=f"view_{table}"))
    assert client.get(address(table, "csv")).status_code == 200


def test_a_teacher_exports_their_own_classes(client: Client) -> None:
    clara = make.teacher("Clara")
    make.lesson(make.student("Ana Gil"), teacher=clara)
    make.lesson(make.student("Leo Park"), teacher=make.teacher("Tom"))
    client.force_login(account(TEACHER, "clara", clara))

    for kind in ("csv", "xlsx"):
        rows = exported(client, "scheduledclass", kind, when="all")
        assert len(rows) == 1
        assert "Ana Gil" in rows[0]


def test_the_action_needs_the_view_permission(client: Client) -> None:
    member = User.objects.create_user("vera", is_staff=True)
    member.user_permissions.add(Permission.objects.get(codename="view_teacher"))
    client.force_login(member)
    form = {"action": "export_csv", "_selected_action": [make.slot().teacher_id]}

    assert client.post("/admin/scheduling/recurringslot/", form).status_code == 403
    assert RecurringSlot.objects.exists()
    assert len(csv_rows(body(client.post("/admin/scheduling/teacher/", form)))) == 2
