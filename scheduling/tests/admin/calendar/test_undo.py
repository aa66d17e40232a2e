"""Undo of an edit in the calendar, and “this and all following” of a move."""

from urllib.parse import parse_qs, urlsplit

import pytest

from scheduling.models import Message, RecurringSlot, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at, day
from scheduling.tests.jobs.helpers import horizon

from .test_actions import move_form, occurrence_path, path

pytestmark = pytest.mark.django_db


@pytest.fixture
def marta():
    return make.teacher("Marta Gil", "Europe/Madrid", email="marta@example.org")


@pytest.fixture
def slot(marta):
    return make.slot(marta, make.student("Ana Ruiz", email="ana@example.org"), subject="Piano")


@pytest.fixture
def lesson(slot):
    horizon()
    return ScheduledClass.objects.get(date="2026-01-12")


def values(pk):
    row = ScheduledClass.objects.filter(pk=pk).values().get()
    return {name: value for name, value in row.items() if name != "updated_at"}


@pytest.mark.parametrize(
    "action",
    [
        move_form("2026-01-14", "12:00", "13:00"),
        {"action": "cancel", "by": "student", "reason": "Ill", "chargeable": "on"},
        {"action": "mark", "attendance": "excused", "notes": "Called"},
    ],
    ids=["move", "cancel", "mark"],
)
def test_an_edit_is_undone_exactly(owner, lesson, action):
    if action["action"] == "move":
        action = action | {"teacher": lesson.teacher_id}
    before = values(lesson.pk)
    token = owner.post(path(lesson), **action).json()["undo"]
    assert values(lesson.pk)["edited_at"] is not None
    answer = owner.post(path(lesson), action="undo", undo=token)
    assert answer.json() == {
        "done": "Undone: Ana Ruiz, Mon 12 Jan 2026, 10:00–11:00 (Europe/Madrid)."
    }
    assert values(lesson.pk) == before


def test_restoring_a_class_of_a_closure_is_undone_with_the_closure(owner, lesson):
    closure = make.closure("Holiday", lesson.date)
    horizon()
    before = values(lesson.pk)
    assert before["closure_id"] == closure.pk
    token = owner.post(path(lesson), action="restore").json()["undo"]
    assert values(lesson.pk)["status"] == "scheduled"
    assert owner.post(path(lesson), action="undo", undo=token).status_code == 200
    assert values(lesson.pk) == before


def test_undo_is_refused_once_the_class_has_changed_or_its_time_is_taken(owner, lesson, marta):
    cancel = {"action": "cancel", "by": "studio"}
    token = owner.post(path(lesson), **cancel).json()["undo"]
    make.lesson(make.student("Leo Park"), day("2026-01-12"), teacher=marta)
    answer = owner.post(path(lesson), action="undo", undo=token)
    assert answer.status_code == 409
    assert "Marta Gil already teaches Leo Park" in answer.json()["refused"]
    ScheduledClass.objects.filter(student__first_name="Leo").delete()
    owner.post(path(lesson), action="restore")
    answer = owner.post(path(lesson), action="undo", undo=token)
    assert answer.json() == {"refused": "This class has been changed since."}
    assert ScheduledClass.objects.get(pk=lesson.pk).status == "scheduled"


def test_a_token_is_of_one_class_and_one_person(owner, reader_as, lesson):
    token = owner.post(path(lesson), action="cancel", by="studio").json()["undo"]
    other = ScheduledClass.objects.get(date="2026-01-19")
    refused = {"refused": "This can't be undone any more."}
    assert owner.post(path(other), action="undo", undo=token).json() == refused
    assert owner.post(path(lesson), action="undo", undo="x").json() == refused
    scheduler = reader_as("Scheduler")
    assert scheduler.post(path(lesson), action="undo", undo=token).json() == refused
    assert reader_as("Viewer").post(path(lesson), action="undo", undo=token).status_code == 403
    assert ScheduledClass.objects.get(pk=lesson.pk).status == "cancelled"


def test_families_who_were_told_are_told_of_the_undo_or_of_neither(owner, lesson):
    cancel = {"action": "cancel", "by": "studio", "notify": "on"}
    token = owner.post(path(lesson), **cancel).json()["undo"]
    assert Message.objects.filter(state="waiting").count() == 2
    owner.post(path(lesson), action="undo", undo=token)
    # Nothing was sent yet: the change is taken back.
    assert Message.objects.filter(state="waiting").count() == 0


@pytest.mark.parametrize("action", ["move", "cancel"])
def test_undo_of_a_planned_occurrence_leaves_it_planned(owner, slot, action):
    address = occurrence_path(slot, "2026-01-12")
    done = move_form("2026-01-14", "12:00", "13:00", slot.teacher)
    if action == "cancel":
        done = {"action": "cancel", "by": "student", "reason": "Ill"}
    token = owner.post(address, **done).json()["undo"]
    row = ScheduledClass.objects.get()
    assert (row.status == "cancelled", row.date == MONDAY) == (action == "cancel", False)
    answer = owner.post(address, action="undo", undo=token)
    assert answer.json() == {
        "done": "Undone: Ana Ruiz, Mon 12 Jan 2026, 10:00–11:00 (Europe/Madrid)."
    }
    assert not ScheduledClass.objects.exists()
    assert "not created yet" in owner.get(address).content.decode()
    horizon()
    created = ScheduledClass.objects.get(date="2026-01-12")
    assert (created.status, created.edited_at) == ("scheduled", None)


def test_undo_of_a_planned_occurrence_of_which_families_know_leaves_what_a_run_creates(owner, slot):
    """A notice that was sent refers to the row, so the row stays."""
    address = occurrence_path(slot, "2026-01-12")
    cancel = {"action": "cancel", "by": "studio", "notify": "on"}
    token = owner.post(address, **cancel).json()["undo"]
    Message.objects.update(state="sent")
    assert owner.post(address, action="undo", undo=token).status_code == 200
    assert Message.objects.filter(state="waiting").count() == 2
    row = ScheduledClass.objects.get()
    horizon()
    created = ScheduledClass.objects.get(date="2026-01-19")
    own = ("id", "week", "date", "occurrence_date", "starts_at", "ends_at", "created_at")
    own += ("updated_at", "created_by_run_id")
    assert ScheduledClass.objects.filter(pk=row.pk).exists()
    for name in {field.attname for field in ScheduledClass._meta.fields} - set(own):
        assert getattr(row, name) == getattr(created, name), name


def test_undo_of_a_planned_occurrence_is_refused_after_another_change(owner, slot):
    address = occurrence_path(slot, "2026-01-12")
    token = owner.post(address, action="cancel", by="studio").json()["undo"]
    row = ScheduledClass.objects.get()
    owner.post(path(row), action="restore")
    refused = {"refused": "This class has been changed since."}
    assert owner.post(address, action="undo", undo=token).json() == refused
    token = owner.post(path(row), action="cancel", by="studio").json()["undo"]
    assert owner.post(path(row), action="undo", undo=token).status_code == 200
    assert ScheduledClass.objects.get() == row


def test_undo_keeps_a_planned_occurrence_that_was_made_up_for(owner, slot):
    address = occurrence_path(slot, "2026-01-12")
    token = owner.post(address, action="cancel", by="studio").json()["undo"]
    lost = ScheduledClass.objects.get()
    make.lesson(lost.student, day("2026-01-13"), make_up_for=lost)
    answer = owner.post(address, action="undo", undo=token)
    assert answer.json() == {"refused": "This class has been changed since."}
    assert ScheduledClass.objects.filter(pk=lost.pk, status="cancelled").exists()


def test_a_move_out_of_a_closed_day_is_undone(owner, slot):
    make.closure("Holiday", day("2026-01-12"))
    address = occurrence_path(slot, "2026-01-12")
    move = move_form("2026-01-13", "12:00", "13:00", slot.teacher) | {"notify": "on"}
    token = owner.post(address, **move).json()["undo"]
    assert owner.post(address, action="undo", undo=token).status_code == 200
    assert not ScheduledClass.objects.exists()


def test_this_and_all_following_lead_to_the_plan_and_back_to_the_calendar(owner, lesson, marta):
    page = owner.get(path(lesson)).content.decode()
    assert "This and all following…" in page
    move = move_form("2026-01-13", "12:00", "13:00", marta) | {"following": "1"}
    url = owner.post(path(lesson), **move).json()["next"]
    assert parse_qs(urlsplit(url).query)["day"] == ["2026-01-12"]
    preview = owner.client.get(url)
    plan = preview.context["change_plan"]
    assert [line.outcome for line in plan.lines] == ["moved"] * 11
    assert ScheduledClass.objects.get(pk=lesson.pk).date == lesson.date
    data = dict(preview.context["fields"]) | {"plan": plan.fingerprint}
    answer = owner.client.post(url, data)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/calendar/?date=2026-01-13")
    first, second = RecurringSlot.objects.order_by("pk")
    assert (first.valid_until, second.valid_from) == (day("2026-01-11"), day("2026-01-12"))
    assert (second.weekday, second.start_time, second.duration_minutes) == (2, at("12:00"), 60)
    dates = ScheduledClass.objects.order_by("date").values_list("date", flat=True)
    assert list(dates[:3]) == [MONDAY, day("2026-01-13"), day("2026-01-20")]


def test_a_fixed_schedule_moves_with_all_that_follow_from_a_planned_date(owner, marta):
    schedule = make.schedule(make.student("Leo"), marta, is_shared=True, subject="Choir")
    move = move_form("2026-01-28", "12:00", "12:45", marta) | {"following": "1"}
    url = owner.post(occurrence_path(schedule, "2026-01-19"), **move).json()["next"]
    query = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
    # Another week: the lessons before it stay.
    assert (query["day"], query["weekday"], query["end_time"]) == ("2026-01-28", "3", "12:45")
    assert (query["subject"], query["is_shared"]) == ("Choir", "on")
    assert owner.client.get(url).context["change_plan"] is not None


def test_one_offs_and_readers_have_no_following_ones(owner, reader_as, lesson, marta):
    single = make.lesson(make.student("Leo"), day("2026-01-13"), teacher=marta)
    assert "This and all following" not in owner.get(path(single)).content.decode()
    move = move_form("2026-01-14", teacher=marta) | {"following": "1"}
    assert owner.post(path(single), **move).status_code == 409
    assert "This and all following" not in reader_as("Viewer").get(path(lesson)).content.decode()
