"""``warning``: each conflict is counted once, and only those of the changed series."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.api.apply_response import with_created
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.services.schedules.apply_changes import apply_change
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, day

from .helpers import NOW, ok

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]

TAKEN = "Marta Gil already teaches Leo Park, 2026-01-05 10:00–11:00 UTC"


def test_conflict_of_two_jobs_is_counted_once(api: APIClient) -> None:
    marta = make.teacher("Marta Gil")
    make.lesson(make.student("Leo Park"), MONDAY, teacher=marta)
    meeting = {"dayOfWeek": 1, "startTime": "10:00", "endTime": "11:00", "teacher": marta.pk}
    body = {"firstName": "Ana", "lastName": "Ruiz", "startDate": "2026-01-05"}

    made = ok(api.post("/api/students", body | {"fixedSchedule": [meeting]}), 201)

    assert (
        made["warning"]
        == f"1 class clashes with another lesson: Ana Ruiz, 2026-01-05 10:00: {TAKEN}."
    )


def apply_for(student: Any) -> Any:
    options = {"today": MONDAY, "clock": lambda: NOW, "triggered_by": "teresa"}
    return apply_change(student_ids=[student.pk], **options)


def test_conflict_of_other_series_is_not_reported() -> None:
    ana, marta = make.student("Ana Ruiz"), make.teacher("Marta Gil")
    make.lesson(make.student("Leo Park"), MONDAY, teacher=marta)
    old = SeriesKey(SeriesKind.RECURRING_SLOT, make.slot(marta, ana).pk)
    new = SeriesKey(SeriesKind.RECURRING_SLOT, make.slot(student=ana, weekday=3).pk)

    result = apply_for(ana)

    assert with_created(result, {new}) == {"classes_created": 23}
    assert with_created(result, {old})["warning"].startswith("1 class clashes with another lesson")
    assert with_created(result) == with_created(result, {old, new})


def test_warning_names_closed_day_with_weekday(api: APIClient) -> None:
    make.closure("Snow", day("2026-01-09"))
    body = {"student": make.student().pk, "date": "2026-01-09"}

    made = ok(api.post("/api/classes", body | {"startTime": "10:00", "endTime": "11:00"}), 201)

    assert made["warning"].startswith("Friday 9 January 2026 is closed (Snow)")
