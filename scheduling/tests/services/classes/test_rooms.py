"""A room goes along: with moves, make-ups and changes of a schedule; and it is found and named."""

import pytest

from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import ScheduledClass
from scheduling.selectors.rooms import has_rooms, rooms_free
from scheduling.selectors.search import classes_named
from scheduling.services.classes import edit, make_ups, occurrences
from scheduling.services.classes.conflicts import collisions
from scheduling.services.explain import explain
from scheduling.services.schedule_changes import ChangeAllFuture, ChangeFromDate
from scheduling.services.schedules.rooms import overfull_class, overfull_rule
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, at, day, moment
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.services.schedule_changes.helpers import do, key_of, look, successor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall():
    return make.room("Hall")


@pytest.fixture
def slot(settings, hall):
    settings.HORIZON_WEEKS = 4
    row = make.slot(make.teacher("Bach"), make.student("Ana"), weekday=3, room=hall)
    horizon(weeks=4)
    return row


def rooms():
    rows = ScheduledClass.objects.order_by("starts_at", "id")
    return list(rows.values_list("room__name", flat=True))


def test_a_move_keeps_the_room_changes_it_or_takes_it_away(slot):
    first = ScheduledClass.objects.earliest("date")
    edit.move(first.pk, to_date=day("2026-01-08"), now=EARLY)
    assert rooms() == ["Hall"] * 4
    blue = make.room("Blue")
    moved = edit.move(first.pk, room=blue, now=EARLY)
    assert (moved.room, moved.edited_at) == (blue, EARLY)
    assert edit.move(first.pk, room=None, now=EARLY).room is None
    horizon(weeks=4)
    assert rooms() == [None, "Hall", "Hall", "Hall"]


def test_a_planned_occurrence_has_the_room_of_its_rule(slot):
    key = SeriesKey(SeriesKind.RECURRING_SLOT, slot.pk)
    (planned,) = occurrences.planned(day("2026-02-04"), day("2026-02-04"), now=EARLY)
    assert (planned.room_id, planned.room) == (slot.room_id, "Hall")
    moved = occurrences.move(key, planned.day, start_time=at("12:00"), now=EARLY)
    assert moved.room == slot.room


def test_a_make_up_takes_place_in_the_room_of_the_lost_class(slot):
    lost = ScheduledClass.objects.earliest("date")
    edit.cancel(lost.pk, by="teacher", now=EARLY)
    place = {"to_date": day("2026-01-09"), "start_time": at("16:00"), "now": EARLY}
    made = make_ups.schedule(lost.pk, **place)
    assert made.room == slot.room
    made.delete()
    assert make_ups.schedule(lost.pk, **place, room=None).room is None


def test_a_successor_keeps_the_room_and_may_have_another(slot):
    do(ChangeFromDate(key_of(slot), day("2026-01-19"), {"start_time": at("16:00")}))
    new = successor_of(slot)
    assert new.room == slot.room
    blue = make.room("Blue")
    plan = do(ChangeFromDate(key_of(new), day("2026-01-26"), {"room": blue}))
    assert [line.reason for line in plan.lines] == [
        "its details are brought in line with its schedule; room: Hall → Blue"
    ]
    assert rooms() == ["Hall", "Hall", "Hall", "Blue"]


def test_a_plan_names_the_class_that_has_the_room(slot):
    other = make.slot(make.teacher("Liszt"), make.student("Leo"), weekday=3)
    make.room("Blue")
    horizon(weeks=4)
    plan = look(ChangeAllFuture(key_of(other), {"room": slot.room}))
    assert {line.outcome.value for line in plan.lines} == {"conflict"}
    assert plan.lines[0].reason == (
        "Hall is taken by Ana with Bach, 2026-01-07 10:00–11:00 UTC; free then: Blue; the class "
        "stays on 2026-01-07 10:00–11:00"
    )


def test_a_conflict_about_a_room_is_open_until_it_is_resolved(slot):
    late = make.slot(make.teacher("Liszt"), make.student("Leo"), weekday=3, room=slot.room)
    open_conflicts = collisions(EARLY)
    assert {(one.key.id, one.room_id, one.can_share) for one in open_conflicts} == {
        (late.pk, slot.room_id, False)
    }
    for conflict in open_conflicts:
        occurrences.move(conflict.key, conflict.day, room=None, now=EARLY)
    assert collisions(EARLY) == []


def test_the_explanation_of_a_date_names_the_room(slot):
    found = explain(student_id=slot.student_id, day=day("2026-01-07"), now=EARLY)
    assert found.summary.endswith("Ana · Bach · Hall.")
    assert found.rules[0].description.endswith("Ana · Bach · Hall")
    late = make.slot(make.teacher("Liszt"), make.student("Leo"), weekday=3, room=slot.room)
    found = explain(teacher_id=late.teacher_id, day=day("2026-01-07"), now=EARLY)
    assert "Hall is taken by Ana with Bach" in found.summary


def test_classes_are_found_by_the_name_of_their_room(slot):
    make.lesson(room=make.room("Blue"))
    found = classes_named(ScheduledClass.objects.all(), "hall ana")
    assert found.count() == 4
    assert not classes_named(ScheduledClass.objects.all(), "blue ana").exists()


def test_free_rooms_are_active_and_without_a_class(hall):
    blue = make.room("Blue")
    make.room("Cellar", is_active=False)
    make.lesson(room=hall)
    make.lesson(start="12:00", end="13:00", room=blue)
    make.lesson(start="10:00", end="12:00", room=blue, status="cancelled")
    assert rooms_free(moment("2026-01-05 10:30"), moment("2026-01-05 11:30")) == [blue]
    assert rooms_free(moment("2026-01-05 11:00"), moment("2026-01-05 12:00")) == [blue, hall]
    assert has_rooms()


def test_a_group_that_is_larger_than_its_room_is_a_warning():
    small, bach = make.room("Cabin", capacity=2), make.teacher()
    group = {"teacher": bach, "is_shared": True, "room": small}
    lessons = [make.lesson(**group) for _ in range(2)]
    rules = [make.slot(**group) for _ in range(2)]
    assert overfull_class(lessons[0]) == overfull_rule(rules[0], MONDAY) == ""
    lessons.append(make.lesson(**group))
    rules.append(make.schedule(end="11:00", **group))
    said = "Cabin holds 2, and this group has 3."
    assert overfull_class(lessons[0]) == overfull_rule(rules[0], MONDAY) == said
    make.lesson(start="12:00", end="13:00", **group)
    rules[0].valid_until = day("2025-12-31")
    rules[0].save()
    lessons[1].status = "cancelled"
    lessons[1].save()
    assert overfull_class(lessons[0]) == overfull_rule(rules[1], MONDAY) == ""


def test_a_plan_warns_of_a_room_that_is_too_small():
    small, bach = make.room("Cabin", capacity=1), make.teacher()
    group = [make.slot(bach, is_shared=True, room=small), make.slot(bach, is_shared=True)]
    plan = look(ChangeAllFuture(key_of(group[1]), {"room": small}))
    assert plan.warnings == ["Cabin holds 1, and this group has 2."]
