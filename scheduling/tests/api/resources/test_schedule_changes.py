"""``…/change``, ``…/pause``, ``…/resume``, ``…/end``: previews, and the plans applied."""

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
    pytest.mark.one_database(name="sqlite"),
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


def url(row: Any, action: str) -> str:
    path = {"recurringslot": "recurring-slots", "fixedschedule": "fixed-schedules"}
    name = row._meta.model_name
    return f"/api/{path.get(name, f'{name}s')}/{row.pk}/{action}"


def test_previewed_change_from_date_is_applied(api: APIClient, slot: RecurringSlot) -> None:
    body = {"from": "2026-01-19", "dayOfWeek": 5, "startTime": "16:00"}
    before = calendar()

    preview = ok(api.post(url(slot, "change"), body | {"dryRun": True}))

    assert set(preview) == ANSWER
    assert (preview["dryRun"], preview["message"]) == (True, "This would move 2 classes.")
    assert (preview["runIds"], preview["series"]) == ([], None)
    assert [(item["outcome"], item["date"], item["timeZone"]) for item in preview["items"]] == [
        ("moved", "2026-01-23", "UTC"),
        ("moved", "2026-01-30", "UTC"),
    ]
    assert calendar() == before

    done = ok(api.post(url(slot, "change"), body | {"plan": preview["plan"]}))

    new = RecurringSlot.objects.exclude(pk=slot.pk).get()
    assert (done["message"], done["series"]) == ("Done. Classes: 2 moved.", new.pk)
    assert (len(done["runIds"]), done["plan"]) == (1, preview["plan"])
    assert dates(new.classes.all()) == ["2026-01-23", "2026-01-30"]


def test_outdated_plan_is_refused(api: APIClient, slot: RecurringSlot) -> None:
    body = {"from": "2026-01-19", "dayOfWeek": 5}
    plan = ok(api.post(url(slot, "change"), body | {"dryRun": True}))["plan"]
    ScheduledClass.objects.filter(date="2026-01-21").update(notes="recital")
    before = calendar()
    refused(api.post(url(slot, "change"), body | {"plan": plan}), 409, "changed_since", "changed")
    assert calendar() == before


def test_change_without_date_moves_all_future_classes(api: APIClient, slot: RecurringSlot) -> None:
    done = ok(api.post(url(slot, "change"), {"durationMinutes": 30}))
    assert (done["counts"]["moved"], done["series"]) == (4, slot.pk)


def test_meeting_changes_from_date(api: APIClient) -> None:
    meeting = make.schedule(teacher=make.teacher(), weekday=2)
    body = {"from": "2026-01-12", "startTime": "15:00"}
    invalid(api.post(url(meeting, "change"), body), "end time must be after")
    ok(api.post(url(meeting, "change"), body | {"endTime": "16:00", "teacher": None}))
    new = meeting.student.fixed_schedules.latest("id")
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
def test_invalid_change_is_refused(
    api: APIClient, slot: RecurringSlot, body: dict[str, Any], words: tuple[str, ...]
) -> None:
    invalid(api.post(url(slot, "change"), body), *words)


def test_series_is_paused_and_resumed(api: APIClient, slot: RecurringSlot) -> None:
    body = {"from": "2026-01-14", "to": "2026-01-21", "name": "Exams"}
    assert ok(api.post(url(slot, "pause"), body))["counts"]["cancelled"] == 2
    invalid(api.post(url(slot, "pause"), body), "already")
    invalid(api.post(url(slot, "pause"), body | {"to": "2026-01-13"}), "to: ")
    assert ok(api.post(url(slot, "resume"), {"from": "2026-01-05"}))["counts"]["restored"] == 2
    assert not Closure.objects.exists()
    invalid(api.post(url(slot, "resume"), {"from": "2026-01-05"}), "from: It is not paused")


@pytest.mark.parametrize("who", ["student", "teacher", "slot"])
def test_end_keeps_or_cancels_edited_classes(api: APIClient, slot: RecurringSlot, who: str) -> None:
    row = slot if who == "slot" else getattr(slot, who)
    ScheduledClass.objects.filter(date="2026-01-21").update(notes="recital")
    body = {"on": "2026-01-08", "reason": "moved away"}
    preview = ok(api.post(url(row, "end"), body | {"dryRun": True}))
    assert preview["message"] == ("This would remove 2 classes. 1 class keeps your changes.")
    done = ok(api.post(url(row, "end"), body | {"cancelRest": True}))
    assert done["message"] == "Done. Classes: 2 removed, 1 cancelled."
    assert dates() == ["2026-01-07"]
    invalid(api.post(url(row, "end"), body), "already")


def test_each_action_needs_its_permissions(
    staff: Callable[..., APIClient], slot: RecurringSlot
) -> None:
    end = {"on": "2026-01-08", "dryRun": True}
    pause = {"from": "2026-01-14", "to": "2026-01-21", "dryRun": True}
    reader = staff("view_recurringslot", "view_student")
    for action, body in (("end", end), ("pause", pause), ("change", {}), ("resume", {})):
        assert reader.post(url(slot, action), body).status_code == 403
    changer = staff("change_recurringslot", "change_student")
    ok(changer.post(url(slot, "end"), end))
    assert changer.post(url(slot, "pause"), pause).status_code == 403
    assert changer.post(url(slot.student, "end"), end).status_code == 403
    ok(staff("change_recurringslot", "add_closure").post(url(slot, "pause"), pause))


def test_unknown_row_is_404(api: APIClient) -> None:
    refused(api.post("/api/recurring-slots/7/end", {"on": "2026-01-08"}), 404, "not_found")


def test_new_zone_of_teacher_moves_classes(api: APIClient, slot: RecurringSlot) -> None:
    teacher = slot.teacher
    body = {"timeZone": "Asia/Tokyo"}
    preview = ok(api.post(url(teacher, "change"), body | {"dryRun": True}))
    assert (preview["message"], preview["series"]) == ("This would move 4 classes.", None)

    ok(api.post(url(teacher, "change"), body | {"plan": preview["plan"]}))

    teacher.refresh_from_db()
    assert teacher.time_zone == "Asia/Tokyo"
    assert set(ScheduledClass.objects.values_list("time_zone", flat=True)) == {"Asia/Tokyo"}
    for zone in ("Asia/Tokyo", "right/Europe/Madrid", "", None):
        invalid(api.post(url(teacher, "change"), {"timeZone": zone}), "timeZone: ")
