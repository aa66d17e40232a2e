"""``/api/conflicts``: what clashes, by rule."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from scheduling.models import Job
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import run_job

from .helpers import NOW, invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="postgresql"),
]


def test_two_rules_are_one_conflict_with_all_their_dates(api: APIClient) -> None:
    clara = make.teacher("Clara Ruiz")
    leo, iker = make.student("Leo Park"), make.student("Iker Sanz")
    first = make.slot(clara, leo, weekday=5, start="17:00")
    second = make.slot(clara, iker, weekday=5, start="17:30")
    run_job(Job.HORIZON, NOW.date(), NOW, weeks=12)

    answer = ok(api.get("/api/conflicts"))

    (conflict,) = answer["results"]
    dates = conflict.pop("dates")
    assert answer["truncated"] is False
    assert conflict == {
        "title": "Fridays 17:30, Clara Ruiz: Iker Sanz and Leo Park (17:00–18:00)",
        "source": "recurring_slot",
        "series": second.pk,
        "student": iker.pk,
        "studentName": "Iker Sanz",
        "teacher": clara.pk,
        "teacherName": "Clara Ruiz",
        "room": None,
        "roomName": "",
        "otherSource": "recurring_slot",
        "otherSeries": first.pk,
        "otherStudent": leo.pk,
        "otherStudentName": "Leo Park",
        "weeks": 12,
    }
    assert [each["date"] for each in dates][:2] == ["2026-01-09", "2026-01-16"]
    assert len(dates) == 12
    blocking = first.classes.get(date="2026-01-09")
    reported_at = dates[0].pop("reportedAt")
    assert reported_at is not None
    assert dates[0] == {
        "source": "recurring_slot",
        "series": second.pk,
        "date": "2026-01-09",
        "startTime": "17:30",
        "endTime": "18:30",
        "timeZone": "UTC",
        "reason": dates[0]["reason"],
        "classId": blocking.pk,
        "hasBegun": False,
        "canBeShared": False,
    }
    assert "Leo Park" in dates[0]["reason"]


def test_a_one_off_in_the_way_is_named_as_such(api: APIClient) -> None:
    clara = make.teacher("Clara Ruiz")
    lesson = make.lesson(make.student("Leo Park"), make.day("2026-01-09"), "17:00", "18:00", clara)
    slot = make.slot(clara, make.student("Iker Sanz"), weekday=5, start="17:00")

    (conflict,) = ok(api.get("/api/conflicts"))["results"]

    assert (conflict["series"], conflict["otherSource"]) == (slot.pk, "one_off")
    assert conflict["otherSeries"] is None
    (date,) = conflict["dates"]
    assert (date["classId"], date["canBeShared"]) == (lesson.pk, True)
    # No run has reported it yet.
    assert date["reportedAt"] is None


def test_conflicts_need_the_permission_to_view_classes(staff: Callable[..., APIClient]) -> None:
    refused(staff("view_teacher").get("/api/conflicts"), 403, "permission_denied")
    assert ok(staff("view_scheduledclass").get("/api/conflicts")) == {
        "results": [],
        "truncated": False,
    }


def test_unknown_parameter_is_refused(api: APIClient) -> None:
    invalid(api.get("/api/conflicts?of=1"), "of")
