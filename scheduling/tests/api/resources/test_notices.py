"""``notify`` and ``notified``: e-mails about changes of classes, closures and schedules."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import Message, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import horizon

from .helpers import invalid, ok

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]
TUESDAY = "2026-01-06"
BOTH = {"queued": 1, "withoutAddress": ["Mia Roth"]}


@pytest.fixture
def slots() -> list[Any]:
    """Return two slots of a teacher on Tuesdays, with classes; one family has no address."""
    marta = make.teacher("Marta Gil")
    ana = make.student("Ana Ruiz", email="ana@example.org")
    made = [
        make.slot(marta, ana, weekday=2, start="10:00"),
        make.slot(marta, make.student("Mia Roth"), weekday=2, start="12:00"),
    ]
    horizon(MONDAY)
    return made


def class_of(slot: Any) -> str:
    return f"/api/classes/{slot.classes.order_by('starts_at').first().pk}"


def subjects() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("subject", flat=True))


def test_class_that_is_moved_is_notified_if_asked(api: APIClient, slots: list[Any]) -> None:
    address = class_of(slots[0])
    answer = ok(api.patch(address, {"startTime": "15:00"}))
    assert "notified" not in answer
    assert not Message.objects.exists()

    answer = ok(api.patch(address, {"startTime": "16:00", "notify": True}))
    assert answer["notified"] == {"queued": 1, "withoutAddress": []}
    assert subjects() == ["New time: Lesson with Marta Gil, Tuesday 6 January, 16:00"]

    answer = ok(api.patch(class_of(slots[1]), {"status": "cancelled", "notify": True}))
    assert answer["notified"] == {"queued": 0, "withoutAddress": ["Mia Roth"]}
    invalid(api.patch(address, {"notify": "yes"}), "notify")


@pytest.mark.parametrize(
    ("setting", "notify", "queued"),
    [
        ("ask", None, 0),
        ("ask", True, 1),
        ("always", None, 1),
        ("always", False, 0),
        ("never", None, 0),
        ("never", True, 0),
    ],
)
def test_setting_decides_if_notify_is_omitted_and_never_is_never(
    api: APIClient, slots: list[Any], setting: str, notify: bool | None, queued: int
) -> None:
    make.studio(notify_families=setting)
    body = {"status": "cancelled"} | ({} if notify is None else {"notify": notify})
    answer = ok(api.patch(class_of(slots[0]), body))
    assert ("notified" in answer) == (queued > 0)
    assert Message.objects.count() == queued


def test_deleted_class_is_notified(api: APIClient, slots: list[Any]) -> None:
    answer = ok(api.delete(f"{class_of(slots[0])}?notify=true"))
    assert (answer["status"], answer["notified"]["queued"]) == ("cancelled", 1)
    one_off = make.lesson(slots[0].student, MONDAY)
    answer = ok(api.delete(f"/api/classes/{one_off.pk}?notify=true"))
    assert answer == {"success": True, "notified": {"queued": 1, "withoutAddress": []}}
    other = make.lesson(slots[0].student, MONDAY)
    assert api.delete(f"/api/classes/{other.pk}").status_code == 204
    invalid(api.delete(f"/api/classes/{other.pk}?notify=1"), "notify")


def test_occurrence_that_is_not_stored_is_notified(api: APIClient, slots: list[Any]) -> None:
    ScheduledClass.objects.all().delete()
    body = {
        "source": "recurring_slot",
        "series": slots[0].pk,
        "occurrenceDate": TUESDAY,
        "date": "2026-01-08",
        "notify": True,
    }
    assert ok(api.post("/api/classes", body), 201)["notified"]["queued"] == 1
    assert "Thursday 8 January, 10:00–11:00" in Message.objects.get().body
    assert "(before: Tuesday 6 January, 10:00–11:00)" in Message.objects.get().body


def test_closure_is_notified_when_it_is_added_changed_and_deleted(
    api: APIClient, slots: list[Any]
) -> None:
    closure = {"name": "Holiday", "firstDate": TUESDAY, "lastDate": TUESDAY}
    previewed = ok(api.post("/api/closures", closure | {"dryRun": True, "notify": True}))
    assert previewed["notified"] == BOTH
    assert not Message.objects.exists()
    made = ok(api.post("/api/closures", closure | {"notify": True}), 201)
    assert made["notified"] == BOTH
    assert subjects() == ["Cancelled: Lesson with Marta Gil, Tuesday 6 January, 10:00"]

    address = f"/api/closures/{made['id']}"
    Message.objects.update(state="sent")
    changed = ok(api.patch(address, {"lastDate": "2026-01-13", "notify": True}))
    assert changed["notified"] == BOTH
    assert subjects()[1] == "Cancelled: Lesson with Marta Gil, Tuesday 13 January, 10:00"
    assert "notified" not in ok(api.patch(address, {"name": "Feast"}))

    Message.objects.update(state="sent")
    assert ok(api.delete(f"{address}?notify=true"))["notified"] == BOTH
    assert subjects()[2] == "2 lessons have changed"


def test_closure_that_is_deleted_before_the_delivery_is_not_notified(
    api: APIClient, slots: list[Any]
) -> None:
    closure = {"name": "Holiday", "firstDate": TUESDAY, "lastDate": TUESDAY, "notify": True}
    made = ok(api.post("/api/closures", closure), 201)
    answer = ok(api.delete(f"/api/closures/{made['id']}?notify=true"))
    assert answer["notified"]["queued"] == 0
    assert not Message.objects.exists()


def test_change_of_a_slot_is_one_message_with_all_its_lessons(
    api: APIClient, slots: list[Any]
) -> None:
    address = f"/api/recurring-slots/{slots[0].pk}"
    body = {"from": "2026-01-13", "startTime": "17:00", "notify": True}
    previewed = ok(api.post(f"{address}/change", body | {"dryRun": True}))
    assert previewed["notified"] == {"queued": 1, "withoutAddress": []}
    answer = ok(api.post(f"{address}/change", body | {"plan": previewed["plan"]}))
    assert answer["notified"] == {"queued": 1, "withoutAddress": []}
    body = Message.objects.get().body
    assert answer["counts"]["moved"] == 11
    line = "Tuesdays, 17:00–18:00, from Tuesday 13 January (before: Tuesdays, 10:00–11:00)"
    assert body.count("Tuesday") == 3
    assert line in body
    assert "6 January" not in body


@pytest.mark.parametrize(
    ("change", "body", "count", "subject"),
    [
        ("pause", {"from": TUESDAY, "to": "2026-01-13"}, 2, "2 lessons are cancelled"),
        ("end", {"on": "2026-03-17"}, 1, "Cancelled: Lesson with Marta Gil, Tuesdays, 10:00, from"),
    ],
)
def test_pause_and_end_are_notified(
    api: APIClient, slots: list[Any], change: str, body: Any, count: int, subject: str
) -> None:
    address = f"/api/recurring-slots/{slots[0].pk}/{change}"
    assert ok(api.post(address, body | {"notify": True}))["notified"]["queued"] == 1
    message = Message.objects.get()
    assert message.subject.startswith(subject)
    assert message.items.count() == count


def test_zone_of_a_teacher_is_notified_in_local_times(api: APIClient, slots: list[Any]) -> None:
    teacher = slots[0].teacher
    answer = ok(
        api.post(f"/api/teachers/{teacher.pk}/change", {"timeZone": "Asia/Tokyo", "notify": True})
    )
    assert answer["notified"] == BOTH
    line = Message.objects.get().body.split("\n")[3]
    assert line.endswith(
        "10:00–11:00 (Asia/Tokyo), from Tuesday 6 January (before: Tuesdays, 10:00–11:00)"
    )
