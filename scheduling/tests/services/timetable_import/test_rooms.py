"""The column ``room``: rooms that a file names, makes, and leaves alone."""

import pytest

from scheduling.models import FixedSchedule, RecurringSlot, Room
from scheduling.services.timetable_export import timetable_rows
from scheduling.tests import factories as make

from .test_export import changes_nothing, exported
from .timetable_files import NO_TEACHER, NOW, csv_bytes, imported, places, row

pytestmark = pytest.mark.django_db

LUIS = {"student_first_name": "Luis", "student_email": "luis@example.com"}


def room_of(**values):
    return RecurringSlot.objects.values_list("room__name", flat=True).get(**values)


def test_an_unknown_room_is_made_and_the_preview_says_so():
    make.room("Blue")
    rows = (
        row(room="Hall"),
        row(**LUIS, **NO_TEACHER, days="2", room=" HALL "),
        row(days="3", room="blue"),
        row(days="4"),
    )

    report = imported(*rows, dry_run=True)
    assert not report.problems
    assert [(line.line, line.name) for line in report.plan.rooms] == [(2, "Hall")]
    assert [line.room for line in report.plan.recurring_slots] == ["Hall", "blue", ""]
    assert any(line.endswith("3 recurring slots, 1 room.") for line in report.lines())
    assert not Room.objects.filter(name="Hall").exists()

    report = imported(*rows)
    assert report.document()["created"]["rooms"] == 1
    assert list(Room.objects.values_list("name", flat=True)) == ["Blue", "Hall"]
    assert [room_of(weekday=day) for day in (1, 3, 4)] == ["Hall", "Blue", None]
    assert FixedSchedule.objects.get().room.name == "Hall"


def test_the_same_file_twice_changes_nothing():
    imported(row(room="Hall"))
    report = imported(row(room="hall"))
    assert (report.problems, report.unchanged, report.rooms, report.roomed) == ([], 1, 0, 0)
    assert "rooms" not in report.document()["created"]
    assert Room.objects.get().name == "Hall"


def test_a_file_without_the_column_leaves_rooms_alone():
    imported(row(room="Hall"))
    report = imported(row())
    assert (report.problems, report.unchanged) == ([], 1)
    assert room_of() == "Hall"
    report = imported(row(valid_from="2026-03-02", days="2", replaces="1 17:00"))
    assert report.problems == []
    assert room_of(weekday=2) == "Hall"


@pytest.mark.parametrize("by_hand", [True, False], ids=["made by hand", "imported"])
def test_a_rule_without_a_room_gets_that_of_the_file(by_hand):
    """The column is added to a file that was imported before there were rooms."""
    imported(row())
    if by_hand:
        RecurringSlot.objects.update(import_key=None)
    before = RecurringSlot.objects.get().revised_at

    report = imported(row(room="Hall"), dry_run=True)
    assert report.problems == []
    assert [line.room for line in report.plan.roomed] == ["Hall"]
    assert report.document()["changed"] == {"ended": 0, "replaced": 0, "roomed": 1}
    assert "1 rule gets a room." in list(report.lines())

    assert imported(row(room="Hall")).roomed == 1
    assert room_of() == "Hall"
    assert RecurringSlot.objects.get().revised_at > before
    assert imported(row(room="Hall")).unchanged == 1


@pytest.mark.parametrize("name", ["", "Blue"])
def test_a_room_that_a_person_changed_is_a_fault_and_not_reverted(name):
    imported(row(room="Hall"))
    RecurringSlot.objects.update(room=make.room(name) if name else None)
    report = imported(row(room="Hall"))
    assert places(report) == [(2, "room")]
    said = f"“{name}”" if name else "empty"
    assert f"(room is {said}, the file says “Hall”)" in report.faults[0].message
    assert room_of() == (name or None)


def test_two_rooms_for_one_rule_are_a_contradiction():
    assert places(imported(row(room="Hall"), row(room="Blue"))) == [(3, "room")]
    report = imported(row(room="Hall"), row(room="HALL"))
    assert (report.problems, report.merged_rows) == ([], 1)


def test_a_name_that_is_too_long_is_a_fault():
    assert places(imported(row(room="x" * 101))) == [(2, "room")]


@pytest.mark.parametrize("heading", ["room", "Aula", "Sala", "Classroom"])
def test_headings_in_both_languages(heading):
    data = csv_bytes(row(room="Hall")).replace(b",room", f",{heading}".encode())
    assert imported(data).problems == []
    assert room_of() == "Hall"


def test_rules_that_would_meet_in_a_room_are_named_before_anything_is_written():
    clash = row(**LUIS, teacher="Tom", start_time="17:30", end_time="18:30", room="Hall")
    report = imported(row(room="Hall"), clash, dry_run=True)
    assert {line.student for line in report.conflicts} == {"Luis Pérez"}
    assert report.conflicts[0].reason.startswith("Hall is taken by Ana Pérez with Clara")
    assert not Room.objects.exists()


def test_a_rule_is_replaced_with_another_room():
    imported(row(room="Hall"))
    report = imported(row(room="Blue", valid_from="2026-03-02", days="2", replaces="1 17:00"))
    assert report.problems == []
    assert (room_of(weekday=1), room_of(weekday=2)) == ("Hall", "Blue")


def test_a_plan_that_makes_a_room_is_another_one_once_the_room_is_there():
    first = imported(row(room="Hall"), dry_run=True).fingerprint
    assert imported(row(room="Hall"), dry_run=True).fingerprint == first
    make.room("Hall")
    assert imported(row(room="Hall"), dry_run=True).fingerprint != first


@pytest.mark.one_database(name="sqlite")
def test_an_exported_timetable_has_the_rooms():
    make.slot(room=make.room("Hall"))
    make.schedule(room=make.room("Blue"), weekday=2)
    make.slot(weekday=3)
    rooms = sorted(line.room for line in timetable_rows(NOW.date()))
    assert rooms == ["", "Blue", "Hall"]
    changes_nothing(exported())
