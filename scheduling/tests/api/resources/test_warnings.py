"""``warning``: a class that has no place is counted once, and told to whoever changed it."""

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
    pytest.mark.one_database(name="postgresql"),
]

TAKEN = "Marta Gil already teaches Leo Park, 2026-01-05 10:00–11:00 UTC"


def test_what_two_jobs_met_is_one_conflict(api: APIClient) -> None:
    marta = make.teacher("Marta Gil")
    make.lesson(make.student("Leo Park"), MONDAY, whom=marta)
    meeting = {"dayOfWeek": 1, "startTime": "10:00", "endTime": "11:00", "teacher": marta.pk}
    body = {"firstName": "Ana", "lastName": "Ruiz", "startDate": "2026-01-05"}

    made = ok(api.post("/api/students", body | {"fixedSchedule": [meeting]}), 201)

    assert (
        made["warning"]
        == f"1 class clashes with another lesson: Ana Ruiz, 2026-01-05 10:00: {TAKEN}."
    )


def applied(student: Any) -> Any:
    how = {"today": MONDAY, "clock": lambda: NOW, "triggered_by": "teresa"}
    return apply_change(student_ids=[student.pk], **how)


def test_an_old_conflict_is_no_news_of_another_schedule() -> None:
    ana, marta = make.student("Ana Ruiz"), make.teacher("Marta Gil")
    make.lesson(make.student("Leo Park"), MONDAY, whom=marta)
    old = SeriesKey(SeriesKind.RECURRING_SLOT, make.slot(marta, ana).pk)
    new = SeriesKey(SeriesKind.RECURRING_SLOT, make.slot(who=ana, weekday=3).pk)

    came_to = applied(ana)

    assert with_created(came_to, {new}) == {"classes_created": 23}
    assert with_created(came_to, {old})["warning"].startswith("1 class clashes with another lesson")
    assert with_created(came_to) == with_created(came_to, {old, new})


def test_a_closed_day_is_named_as_every_other_day(api: APIClient) -> None:
    make.closure("Snow", day("2026-01-09"))
    body = {"student": make.student().pk, "date": "2026-01-09"}

    made = ok(api.post("/api/classes", body | {"startTime": "10:00", "endTime": "11:00"}), 201)

    assert made["warning"].startswith("Friday 9 January 2026 is closed (Snow)")
