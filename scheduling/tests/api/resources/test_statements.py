"""``/api/statements``: the figures of a period, as JSON, CSV and XLSX."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from rest_framework.test import APIClient

from scheduling.domain.windows import DAY
from scheduling.models import LessonDuration, LessonSettings, StudentGuardian, Teacher
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, moment

from .helpers import invalid, ok, refused

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

NOW = moment("2026-01-31 12:00")
VIEW = ("view_scheduledclass", "view_teacher", "view_lessonsettings")
SUMS = {
    *("lessons", "minutes", "notMarked", "present", "excused", "unexcused", "amount"),
    *("cancelledByStudent", "cancelledByTeacher", "cancelledByStudio", "closed"),
    *("chargeable", "makeUpsGiven", "makeUpsOwed"),
}


@pytest.fixture(autouse=True)
def end_of_january(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def marta() -> Teacher:
    """Return a teacher with two chargeable lessons, of which one has a price."""
    marta = make.teacher("Marta Gil")
    settings = LessonSettings.objects.create(teacher=marta)
    LessonDuration.objects.create(settings=settings, minutes=60, price="30.05")
    ana = make.student("Ana Ruiz")
    eva = make.guardian("Eva Ruiz", ana)
    StudentGuardian.objects.filter(guardian=eva).update(is_payer=True)
    make.lesson(ana, teacher=marta, attendance="present", subject="=Piano")
    make.lesson(ana, MONDAY + DAY, end="10:45", teacher=marta, attendance="unexcused")
    make.lesson(ana, MONDAY + 2 * DAY, teacher=marta)
    return marta


def test_the_figures_of_this_month_are_answered(api: APIClient, marta: Teacher) -> None:
    answer = ok(api.get("/api/statements"))
    assert (answer["from"], answer["to"], answer["by"]) == ("2026-01-01", "2026-01-31", "teacher")
    assert answer["provisional"] == {"notMarked": 1, "withoutPrice": 1}
    (row,) = answer["results"]
    assert set(row) == SUMS | {"id", "name"}
    assert (row["id"], row["name"], row["lessons"], row["minutes"]) == (
        marta.pk, "Marta Gil", 3, 165,
    )  # fmt: skip
    assert (row["chargeable"], row["amount"]) == (2, 30.05)
    assert answer["totals"] == {name: row[name] for name in SUMS}


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("from=2026-02-10", ("2026-02-10", "2026-02-28")),
        ("to=2024-02-10", ("2024-02-01", "2024-02-10")),
        ("from=2026-01-06&to=2026-01-06", ("2026-01-06", "2026-01-06")),
        ("from=2199-12-31&to=2199-12-31", ("2199-12-31", "2199-12-31")),
        ("from=1970-01-01&to=1970-01-01", ("1970-01-01", "1970-01-01")),
    ],
)
def test_the_period_is_any_days(
    api: APIClient, marta: Teacher, query: str, days: tuple[str, str]
) -> None:
    answer = ok(api.get(f"/api/statements?{query}"))
    assert (answer["from"], answer["to"]) == days
    assert answer["totals"]["lessons"] == (days[0] == "2026-01-06")
    assert (answer["totals"]["amount"], answer["provisional"]["notMarked"]) == (None, 0)


def test_rows_are_by_anything(api: APIClient, marta: Teacher) -> None:
    make.lesson(make.student("Leo Gil"), MONDAY + 3 * DAY, attendance="present")
    names = {
        by: [row["name"] for row in ok(api.get(f"/api/statements?by={by}"))["results"]]
        for by in ("teacher", "student", "guardian", "subject", "room")
    }
    assert names == {
        "teacher": ["Marta Gil", "Without a teacher"],
        "student": ["Ana Ruiz", "Leo Gil"],
        "guardian": ["Eva Ruiz", "Students without a payer"],
        "subject": ["=Piano", "Without a subject"],
        "room": ["Without a room"],
    }


def test_files_have_the_rows(api: APIClient, marta: Teacher) -> None:
    answer = api.get("/api/statements?by=subject&format=csv", HTTP_ACCEPT_LANGUAGE="es")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "2026-01-01-2026-01-31.csv" in answer["Content-Disposition"]
    text = answer.content.decode("utf-8-sig")
    header, *lines = csv.reader(io.StringIO(text), delimiter=";")
    assert (header[0], header[-1][:7]) == ("Asignatura", "Importe")
    assert lines[0] == ["'=Piano", "1", "60", *"01000000100", "0", "30.05"]
    assert lines[1] == ["Sin asignatura", "2", "105", *"10010000100", "1", ""]

    answer = api.get("/api/statements?by=subject&format=xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["Subject", "=Piano", "Without a subject"]
    assert (rows[1][-1], rows[2][-1]) == (30.05, None)
    assert (rows[0][2], rows[1][2]) == ("Minutes", 60)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("from=2026-02-30", "from: "),
        ("from=march", "from: "),
        ("to=0001-01-01", "to: "),
        ("from=2026-02-02&to=2026-02-01", "to: "),
        ("by=rooms", "by: "),
        ("by=", ""),
        ("format=pdf", "format: "),
        ("format=csv&format=xlsx", "format: "),
        ("teacher=1", "teacher"),
    ],
)
def test_other_parameters_are_refused(api: APIClient, query: str, name: str) -> None:
    if name:
        invalid(api.get(f"/api/statements?{query}"), name)
    else:
        ok(api.get(f"/api/statements?{query}"))


def test_people_and_prices_need_permissions(staff: Callable[..., Any]) -> None:
    ok(staff(*VIEW).get("/api/statements?by=subject"))
    for missing in VIEW:
        caller = staff(*set(VIEW) - {missing})
        refused(caller.get("/api/statements"), 403, "permission_denied")
    for by in ("student", "guardian"):
        refused(staff(*VIEW).get(f"/api/statements?by={by}"), 403, "permission_denied")
        ok(staff(*VIEW, f"view_{by}").get(f"/api/statements?by={by}"))
    refused(staff(*VIEW, is_staff=False).get("/api/statements"), 403, "permission_denied")
    refused(staff(*VIEW).post("/api/statements"), 405, "method_not_allowed")
