"""Runs and rooms: the third axis of the planner, from the rows of the rules to the classes."""

from functools import partial

import pytest
from django.db.models import Q

from scheduling.domain.planning import PlannedClass
from scheduling.domain.series import SeriesKind
from scheduling.domain.windows import Window
from scheduling.jobs.execution import runner
from scheduling.jobs.generation import chunks
from scheduling.jobs.monitoring.coverage import coverage
from scheduling.models import Job, JobRunItem, RecurringSlot, ScheduledClass
from scheduling.selectors.classes import bookings_in_rooms
from scheduling.selectors.schedules.series import load_series
from scheduling.services.schedules.apply_changes import apply_change
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY
from scheduling.tests.jobs.helpers import counts, dates, dry_run, horizon, weekly

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall():
    return make.room("Hall")


@pytest.fixture(params=[8_000, 1], ids=["one chunk", "many chunks"])
def _chunk_rows(request, monkeypatch):
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=request.param))


def rooms():
    return list(ScheduledClass.objects.order_by("starts_at", "id").values_list("room", flat=True))


def test_classes_have_the_room_of_their_rule(hall):
    make.slot(room=hall)
    make.slot(start="10:00")
    make.schedule(weekday=2, room=hall)
    horizon(weeks=1)
    weekly()
    assert sorted(rooms(), key=str) == [hall.pk, hall.pk, None]
    assert counts(horizon(weeks=1)) == {"exists": 2}
    assert counts(weekly()) == {"exists": 1}


@pytest.mark.usefixtures("_chunk_rows")
def test_a_taken_room_is_a_conflict_that_names_the_class_and_the_free_rooms(hall):
    make.room("Blue")
    make.room("Cellar", is_active=False)
    make.lesson(start="10:30", end="11:00", room=make.room("Red"))
    # The younger one has the first teacher, so that the first chunk would be its own.
    first, second = make.teacher("Marta"), make.teacher("Bach")
    young = make.slot(first, make.student("Leo"), start="10:30", room=hall)
    make.slot(second, make.student("Ana"), room=hall, created_at=make.moment("2024-01-01 00:00"))

    preview, _lines = dry_run(Job.HORIZON, weeks=1)
    result = horizon(weeks=1)

    assert counts(preview) == counts(result) == {"created": 1, "conflict": 1}
    (line,) = result.conflicts
    assert (line.series.id, line.code) == (young.pk, "room_busy")
    assert line.reason == (
        "Hall is taken by Ana with Bach, 2026-01-05 10:00–11:00 UTC; free then: Blue"
    )
    assert [found.reason for found in preview.conflicts] == [line.reason]
    item = JobRunItem.objects.get(outcome="conflict")
    assert item.params["free_rooms"] == ["Blue"]
    (conflict,) = coverage(EARLY).conflicts[:1]
    assert conflict.clash.booking.class_id is not None


def test_without_a_free_room_it_says_so(hall):
    make.schedule(make.student("Ana"), room=hall)
    make.schedule(make.student("Leo"), room=hall)
    (line,) = weekly().conflicts
    assert line.reason == (
        "Hall is taken by Ana, 2026-01-05 10:00–11:00 UTC; no other room is free then"
    )


@pytest.mark.usefixtures("_chunk_rows")
def test_two_teachers_exchange_their_rooms(hall):
    blue = make.room("Blue")
    one, other = make.slot(make.teacher(), room=hall), make.slot(make.teacher(), room=blue)
    horizon(weeks=2)
    RecurringSlot.objects.filter(pk=one.pk).update(room=blue)
    RecurringSlot.objects.filter(pk=other.pk).update(room=hall)
    preview, _lines = dry_run(Job.HORIZON, weeks=2)
    result = horizon(weeks=2)
    assert counts(preview) == counts(result) == {"moved": 4}
    stored = set(ScheduledClass.objects.values_list("recurring_slot", "room"))
    assert stored == {(one.pk, blue.pk), (other.pk, hall.pk)}
    item = JobRunItem.objects.filter(outcome="moved", series_id=one.pk).first()
    assert (item.params["from_room"], item.params["to_room"]) == ("Hall", "Blue")


@pytest.mark.parametrize(("before", "after"), [(None, "Hall"), ("Hall", None), ("Blue", "Hall")])
def test_a_full_run_finds_a_rule_whose_room_has_changed(before, after, hall):
    """In SQL: a room is compared with another one, and with none."""
    rows = {None: None, "Hall": hall, "Blue": make.room("Blue")}
    slot = make.slot(room=rows[before])
    rule = make.schedule(weekday=3, room=rows[before])
    horizon(weeks=2)
    weekly()
    assert coverage(EARLY).missing.total() == 10 * 1  # the ten weeks after these
    for row in (slot, rule):
        row.room = rows[after]
        row.save()
    assert counts(horizon(weeks=2)) == {"moved": 2}
    assert counts(weekly()) == {"moved": 1}
    assert set(rooms()) == {rows[after] and rows[after].pk}


def test_a_class_whose_room_was_changed_by_sql_is_put_right(hall):
    make.slot(room=hall)
    horizon(weeks=2)
    ScheduledClass.objects.update(room=None)
    assert counts(horizon(weeks=2)) == {"moved": 2}
    assert rooms() == [hall.pk, hall.pk]


def test_a_room_changed_by_hand_stays(hall):
    make.slot(room=hall)
    horizon(weeks=2)
    ScheduledClass.objects.filter(date=MONDAY).update(room=make.room("Blue"), edited_at=EARLY)
    assert counts(horizon(weeks=2)) == {"exists": 1, "protected": 1}


def owners(*slots):
    found = chunks.chunks(
        (SeriesKind.RECURRING_SLOT,), Q(), Window(MONDAY, make.day("2026-01-19")), limit=1
    )
    index = {teacher: number for number, chunk in enumerate(found) for teacher in chunk.teachers}
    return [index[slot.teacher_id] for slot in slots]


@pytest.mark.parametrize(
    "values",
    [
        {"start": "10:30"},
        {"start": "09:30"},
        {"start": "10:00", "interval_weeks": 2},
        {"weekday": 7, "start": "23:30", "minutes": 700},
    ],
    ids=["later", "earlier", "fortnightly", "from the week before"],
)
def test_rules_that_may_meet_in_a_room_are_planned_together(values, hall):
    one = make.slot(make.teacher(), room=hall)
    other = make.slot(make.teacher(), room=hall, **values)
    apart = make.slot(make.teacher(), room=make.room())
    first, second, third = owners(one, other, apart)
    assert first == second != third


@pytest.mark.parametrize(
    "values",
    [
        {"start": "11:00"},
        {"weekday": 2},
        {"valid_until": make.day("2025-12-31")},
        {"valid_from": make.day("2026-03-01")},
    ],
    ids=["afterwards", "another day", "ended", "not yet begun"],
)
def test_rules_that_never_meet_in_their_room_are_planned_apart(values, hall):
    one = make.slot(make.teacher(), room=hall)
    other = make.slot(make.teacher(), room=hall, **values)
    first, second = owners(one, other)
    assert first != second


def test_a_rule_and_its_successor_with_another_teacher_are_planned_apart(hall):
    last = make.day("2026-01-11")
    one = make.slot(make.teacher(), room=hall, valid_until=last)
    other = make.slot(make.teacher(), room=hall, valid_from=make.day("2026-01-12"))
    first, second = owners(one, other)
    assert first != second


def test_zones_that_meet_only_in_winter_are_planned_together(hall):
    one = make.slot(make.teacher(zone="Europe/Madrid"), room=hall, start="16:00")
    other = make.slot(make.teacher(zone="America/New_York"), room=hall, start="10:00")
    first, second = owners(one, other)
    assert first == second


def test_without_rooms_no_chunk_is_joined():
    slots = [make.slot(make.teacher()) for _ in range(3)]
    assert owners(*slots) == [0, 1, 2]


def test_bookings_in_rooms_are_those_that_overlap(hall):
    blue = make.room()
    inside = make.lesson(start="10:30", end="11:30", room=hall)
    make.lesson(start="11:00", end="12:00", room=blue)
    make.lesson(start="09:00", end="10:00", room=hall)
    make.lesson(start="10:30", end="11:30")
    make.lesson(start="12:00", end="13:00", room=hall)
    late = make.lesson(on=make.day("2026-01-04"), start="23:00", end="10:15", room=blue)
    make.lesson(start="10:00", end="10:30", room=hall, status="cancelled")
    slot = make.slot(room=hall)
    (series,) = load_series(SeriesKind.RECURRING_SLOT, Q(pk=slot.pk))
    starts = int(make.moment("2026-01-05 10:00").timestamp())
    wanted = [PlannedClass(series, MONDAY, starts, starts + 3600)]
    wanted.append(PlannedClass(series, MONDAY, starts + 600, starts + 3000))
    found = bookings_in_rooms([hall.pk, blue.pk], wanted)
    assert sorted(booking.class_id for booking in found) == [inside.pk, late.pk]
    assert bookings_in_rooms([], wanted) == bookings_in_rooms([hall.pk], []) == []


def test_the_room_that_another_change_frees_is_taken_at_once(hall):
    """Both rules are changed one after the other, each in its own request."""
    blue = make.room("Blue")
    one, other = make.slot(make.teacher(), room=hall), make.slot(make.teacher(), room=blue)
    horizon()
    change = {"today": MONDAY, "clock": lambda: EARLY, "triggered_by": "teresa"}
    RecurringSlot.objects.filter(pk=one.pk).update(room=blue)
    assert len(apply_change(student_ids=[one.student_id], **change).conflicts()) == 12
    RecurringSlot.objects.filter(pk=other.pk).update(room=hall)
    assert not apply_change(student_ids=[other.student_id], **change).conflicts()
    stored = set(ScheduledClass.objects.values_list("recurring_slot", "room"))
    assert stored == {(one.pk, blue.pk), (other.pk, hall.pk)}
    assert len(dates()) == 24
