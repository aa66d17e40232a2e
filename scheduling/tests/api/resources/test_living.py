"""``…/change``, ``…/pause``, ``…/resume``, ``…/end``: plans first, and exactly those applied."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import Closure, RecurringSlot, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import day
from scheduling.tests.jobs.helpers import calendar, dates, horizon

from .helpers import invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="postgresql"),
]

ANSWER = {
    *("success", "message", "dryRun", "plan", "warnings", "counts", "items", "truncated"),
    *("runIds", "series"),
}


@pytest.fixture
def slot(settings: Any) -> RecurringSlot:
    settings.HORIZON_WEEKS = 4
    row = make.slot(make.teacher("Marta"), make.student("Ana Ruiz"), weekday=3)
    horizon(weeks=4)
    return row


def url(row: Any, act: str) -> str:
    path = {"recurringslot": "recurring-slots", "fixedschedule": "fixed-schedules"}
    name = row._meta.model_name
    return f"/api/{path.get(name, f'{name}s')}/{row.pk}/{act}"


def test_from_a_date_on_with_its_plan_first(api: APIClient, slot: RecurringSlot) -> None:
    body = {"from": "2026-01-19", "dayOfWeek": 5, "startTime": "16:00"}
    before = calendar()

    seen = ok(api.post(url(slot, "change"), body | {"dryRun": True}))

    assert set(seen) == ANSWER
    assert (seen["dryRun"], seen["message"]) == (True, "This would move 2 classes.")
    assert (seen["runIds"], seen["series"]) == ([], None)
    assert [(one["outcome"], one["date"], one["timeZone"]) for one in seen["items"]] == [
        ("moved", "2026-01-23", "UTC"),
        ("moved", "2026-01-30", "UTC"),
    ]
    assert calendar() == before

    done = ok(api.post(url(slot, "change"), body | {"plan": seen["plan"]}))

    new = RecurringSlot.objects.exclude(pk=slot.pk).get()
    assert (done["message"], done["series"]) == ("Done. Classes: 2 moved.", new.pk)
    assert (len(done["runIds"]), done["plan"]) == (1, seen["plan"])
    assert dates(new.classes.all()) == ["2026-01-23", "2026-01-30"]


def test_another_plan_than_the_one_that_was_seen(api: APIClient, slot: RecurringSlot) -> None:
    body = {"from": "2026-01-19", "dayOfWeek": 5}
    plan = ok(api.post(url(slot, "change"), body | {"dryRun": True}))["plan"]
    ScheduledClass.objects.filter(date="2026-01-21").update(notes="recital")
    before = calendar()
    refused(api.post(url(slot, "change"), body | {"plan": plan}), 409, "changed_since", "changed")
    assert calendar() == before


def test_all_that_is_to_come_without_a_date(api: APIClient, slot: RecurringSlot) -> None:
    done = ok(api.post(url(slot, "change"), {"durationMinutes": 30}))
    assert (done["counts"]["moved"], done["series"]) == (4, slot.pk)


def test_a_meeting_from_a_date_on(api: APIClient) -> None:
    rule = make.schedule(whom=make.teacher(), weekday=2)
    body = {"from": "2026-01-12", "startTime": "15:00"}
    invalid(api.post(url(rule, "change"), body), "end time must be after")
    ok(api.post(url(rule, "change"), body | {"endTime": "16:00", "teacher": None}))
    new = rule.student.fixed_schedules.latest("id")
    assert (new.teacher, new.valid_from) == (None, day("2026-01-12"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"from": "2026-01-04", "dayOfWeek": 5}, ("from: Choose today",)),
        ({"from": "2026-01-19"}, ("No change: the values are the same.",)),
        ({"from": "2026-01-19", "dayOfWeek": 8}, ("dayOfWeek",)),
        ({"from": "2026-01-19", "student": 1}, ("student", "Unknown field.")),
        ({"from": "2026-01-19", "dayOfWeek": 5, "plan": "x"}, ("plan",)),
        ({"from": "2026-01-19", "dayOfWeek": 5, "dryRun": "yes"}, ("dryRun",)),
    ],
)
def test_what_can_not_be(
    api: APIClient, slot: RecurringSlot, body: dict[str, Any], words: tuple[str, ...]
) -> None:
    invalid(api.post(url(slot, "change"), body), *words)


def test_paused_and_resumed(api: APIClient, slot: RecurringSlot) -> None:
    body = {"from": "2026-01-14", "to": "2026-01-21", "name": "Exams"}
    assert ok(api.post(url(slot, "pause"), body))["counts"]["cancelled"] == 2
    invalid(api.post(url(slot, "pause"), body), "already")
    invalid(api.post(url(slot, "pause"), body | {"to": "2026-01-13"}), "to: ")
    assert ok(api.post(url(slot, "resume"), {"from": "2026-01-05"}))["counts"]["restored"] == 2
    assert not Closure.objects.exists()
    invalid(api.post(url(slot, "resume"), {"from": "2026-01-05"}), "from: It is not paused")


@pytest.mark.parametrize("who", ["student", "teacher", "slot"])
def test_ended_with_what_a_person_left(api: APIClient, slot: RecurringSlot, who: str) -> None:
    about = slot if who == "slot" else getattr(slot, who)
    ScheduledClass.objects.filter(date="2026-01-21").update(notes="recital")
    body = {"on": "2026-01-08", "reason": "moved away"}
    seen = ok(api.post(url(about, "end"), body | {"dryRun": True}))
    assert seen["message"] == ("This would remove 2 classes. 1 class keeps your changes.")
    done = ok(api.post(url(about, "end"), body | {"cancelRest": True}))
    assert done["message"] == "Done. Classes: 2 removed, 1 cancelled."
    assert dates() == ["2026-01-07"]
    invalid(api.post(url(about, "end"), body), "already")


def test_who_may(staff: Callable[..., APIClient], slot: RecurringSlot) -> None:
    end = {"on": "2026-01-08", "dryRun": True}
    pause = {"from": "2026-01-14", "to": "2026-01-21", "dryRun": True}
    reader = staff("view_recurringslot", "view_student")
    for act, body in (("end", end), ("pause", pause), ("change", {}), ("resume", {})):
        assert reader.post(url(slot, act), body).status_code == 403
    changer = staff("change_recurringslot", "change_student")
    ok(changer.post(url(slot, "end"), end))
    assert changer.post(url(slot, "pause"), pause).status_code == 403
    assert changer.post(url(slot.student, "end"), end).status_code == 403
    ok(staff("change_recurringslot", "add_closure").post(url(slot, "pause"), pause))


def test_there_is_no_such_row(api: APIClient) -> None:
    refused(api.post("/api/recurring-slots/7/end", {"on": "2026-01-08"}), 404, "not_found")


def test_a_teacher_in_another_zone(api: APIClient, slot: RecurringSlot) -> None:
    teacher = slot.teacher
    body = {"timeZone": "Asia/Tokyo"}
    seen = ok(api.post(url(teacher, "change"), body | {"dryRun": True}))
    assert (seen["message"], seen["series"]) == ("This would move 4 classes.", None)

    ok(api.post(url(teacher, "change"), body | {"plan": seen["plan"]}))

    teacher.refresh_from_db()
    assert teacher.time_zone == "Asia/Tokyo"
    assert set(ScheduledClass.objects.values_list("time_zone", flat=True)) == {"Asia/Tokyo"}
    for zone in ("Asia/Tokyo", "right/Europe/Madrid", "", None):
        invalid(api.post(url(teacher, "change"), {"timeZone": zone}), "timeZone: ")
