"""Imports that end or replace rules: nothing is guessed, and edited classes follow."""

from datetime import date, time

import pytest

from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.models import FixedSchedule, RecurringSlot, ScheduledClass
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.services.timetable_import.timetable_files import (
    NO_TEACHER,
    everything,
    imported,
    places,
    row,
)

pytestmark = pytest.mark.django_db

# The file is of 10 February, a Tuesday; the lessons are on Mondays.
TODAY = date(2026, 2, 10)
FROM = "2026-03-02"
BEFORE = "2026-03-01"
MOVED = {"days": "4", "start_time": "16:00", "end_time": "17:00", "valid_from": FROM}


def old() -> RecurringSlot:
    return RecurringSlot.objects.order_by("id").first()


def new() -> RecurringSlot:
    return RecurringSlot.objects.order_by("id").last()


def rules() -> list[tuple[int, str, str, str | None]]:
    return [
        (
            rule.weekday,
            f"{rule.start_time:%H:%M}",
            str(rule.valid_from),
            rule.valid_until and str(rule.valid_until),
        )
        for rule in RecurringSlot.objects.order_by("id")
    ]


@pytest.fixture
def lessons():
    """Ana's Mondays at 17:00 for twelve weeks; the class of 9 March was edited."""
    imported(row())
    horizon(TODAY)
    ScheduledClass.objects.filter(date="2026-03-09").update(notes="recital")
    return old()


FILES = {
    "named": [row(**MOVED, replaces="1 17:00")],
    "named, and ended in the file": [
        row(valid_until=BEFORE),
        row(**MOVED, replaces="1 17:00"),
    ],
    "the one that begins where one ends": [row(valid_until=BEFORE), row(**MOVED)],
}


@pytest.mark.parametrize("name", FILES)
def test_a_rule_is_replaced_from_a_date(lessons, name):
    report = imported(*FILES[name])

    assert report.faults == []
    assert (report.replaced, report.ended, report.recurring_slots) == (1, 0, 0)
    assert rules() == [(1, "17:00", "2026-01-05", BEFORE), (4, "16:00", FROM, None)]
    edited = ScheduledClass.objects.get(notes="recital")
    assert (edited.recurring_slot, str(edited.date)) == (new(), "2026-03-09")
    # The import neither created nor moved classes; the next run does.
    assert not ScheduledClass.objects.filter(start_time="16:00").exists()
    horizon(TODAY)
    march = ScheduledClass.objects.filter(date__range=("2026-03-02", "2026-03-15"))
    assert [str(lesson.date) for lesson in march.order_by("date")] == ["2026-03-05", "2026-03-09"]


@pytest.mark.parametrize("name", FILES)
def test_the_same_file_twice_changes_nothing(lessons, name):
    imported(*FILES[name])
    horizon(TODAY)
    before = everything()
    report = imported(*FILES[name])
    assert (report.faults, report.unchanged) == ([], len(FILES[name]))
    assert everything() == before


def test_a_preview_lists_replacements_and_writes_nothing(lessons):
    before = everything()
    report = imported(*FILES["named"], dry_run=True)
    (change,) = report.plan.replaced
    assert (change.before.weekday, change.after.weekday, change.edited_count) == (1, 4, 1)
    assert (report.plan.recurring_slots, report.plan.unchanged) == ([], [])
    assert list(report.lines())[2:4] == [
        "1 rule goes on as another from a date on.",
        "Unchanged: 0 weekly rules.",
    ]
    assert everything() == before
    assert report.document()["changed"] == {"ended": 0, "replaced": 1}


def test_everything_but_the_student_may_change(lessons):
    values = MOVED | {
        "teacher": "Tom",
        "end_time": "16:45",
        "subject": "Violin",
        "interval_weeks": "2",
        "valid_until": "2026-06-30",
    }
    assert imported(row(**values, replaces="1 17:00")).faults == []
    rule = new()
    assert (rule.teacher.name, rule.duration_minutes, rule.subject) == ("Tom", 45, "Violin")
    assert (rule.interval_weeks, str(rule.valid_until)) == (2, "2026-06-30")
    assert imported(row(**values, replaces="1 17:00")).unchanged == 1


def test_a_rule_that_has_not_begun_is_overwritten():
    imported(row(valid_from=FROM))
    assert imported(row(**MOVED, replaces="1 17:00")).faults == []
    assert rules() == [(4, "16:00", FROM, None)]
    assert imported(row(**MOVED, replaces="1 17:00")).unchanged == 1


def test_a_fixed_schedule_is_replaced():
    imported(row(**NO_TEACHER))
    report = imported(row(**MOVED, **NO_TEACHER, replaces="1 17:00"))
    assert (report.faults, report.replaced) == ([], 1)
    first, second = FixedSchedule.objects.order_by("id")
    assert (str(first.valid_until), second.end_time) == (BEFORE, time(17))


def test_a_later_row_is_a_new_rule_if_none_ends(lessons):
    """Rules that the file leaves out stay, so a row with a later date is another lesson."""
    assert imported(row(**MOVED)).recurring_slots == 1
    assert [rule[3] for rule in rules()] == [None, None]


def test_none_in_replaces_adds_a_rule(lessons):
    report = imported(row(valid_until=BEFORE), row(**MOVED, replaces="none"))
    assert (report.ended, report.replaced, report.recurring_slots) == (1, 0, 1)
    assert ScheduledClass.objects.get(notes="recital").recurring_slot == old()


TWO = [row(days="13", valid_until=BEFORE)]


def test_ambiguous_successors_are_a_fault():
    imported(row(days="13"))
    begin = [row(**MOVED), row(**MOVED | {"days": "5"})]
    before = everything()

    report = imported(*TWO, *begin)

    assert places(report) == [(3, "replaces"), (4, "replaces")]
    assert "2 rules of the same student, teacher and subject end the day before" in (
        report.faults[0].message
    )
    assert everything() == before
    named = [row(**MOVED, replaces="3 17:00"), row(**MOVED | {"days": "5"}, replaces="1 17:00")]
    report = imported(*TWO, *named)
    assert (report.faults, report.replaced, report.ended) == ([], 2, 0)
    assert [rule[3] for rule in rules()] == [BEFORE, BEFORE, None, None]


FAULTS = {
    "no such rule": (row(**MOVED, replaces="2 17:00"), "replaces", "has no rule of Tuesday"),
    "no rule at all": (row(**MOVED, replaces="Monday"), "replaces", "does not name a rule"),
    "in the past": (
        row(**MOVED | {"valid_from": "2026-02-09"}, replaces="1 17:00"),
        "replaces",
        "is past",
    ),
    "without a first day": (
        row(**MOVED | {"valid_from": ""}, replaces="1 17:00"),
        "valid_from",
        "first day",
    ),
    "two weekdays": (
        row(**MOVED | {"days": "45"}, replaces="1 17:00"),
        "days",
        "a row of its own",
    ),
    "without its teacher": (
        row(**MOVED, **NO_TEACHER, replaces="1 17:00"),
        "replaces",
        "one with a teacher",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_an_impossible_replaces_is_a_fault(lessons, what):
    line, column, words = FAULTS[what]
    before = everything()
    report = imported(line)
    assert places(report) == [(2, column)]
    assert words in report.faults[0].message
    assert everything() == before


def test_a_row_that_continues_the_replaced_rule_is_a_fault(lessons):
    report = imported(row(), row(**MOVED, replaces="1 17:00"))
    assert places(report) == [(3, "replaces")]
    assert "Line 2 says that this rule goes on; write 2026-03-01" in report.faults[0].message
    twice = imported(
        row(**MOVED, replaces="1 17:00"), row(**MOVED | {"days": "5"}, replaces="1 17:00")
    )
    assert places(twice) == [(3, "replaces")]


def test_a_last_day_ends_a_rule(lessons):
    report = imported(row(valid_until=BEFORE))
    assert (report.faults, report.ended, report.unchanged) == ([], 1, 0)
    assert rules() == [(1, "17:00", "2026-01-05", BEFORE)]
    horizon(TODAY)
    # The edited class stays until someone decides.
    after = ScheduledClass.objects.filter(date__gt=BEFORE)
    assert [one.notes for one in after] == ["recital"]
    assert imported(row(valid_until=BEFORE)).unchanged == 1


def test_a_manually_removed_last_day_is_not_set_again(lessons):
    imported(row(valid_until=BEFORE))
    RecurringSlot.objects.update(valid_until=None)
    assert places(imported(row(valid_until=BEFORE))) == [(2, "valid_until")]
    assert old().valid_until is None


def test_a_last_day_is_not_set_on_an_edited_rule(lessons):
    RecurringSlot.objects.update(subject="Violin")
    assert places(imported(row(valid_until=BEFORE))) == [(2, "subject")]


def test_a_manual_rule_can_be_ended_and_is_adopted(lessons):
    RecurringSlot.objects.update(import_key=None)
    assert imported(row(valid_until=BEFORE)).ended == 1
    assert old().import_key


def test_a_changed_rule_makes_the_plan_stale(lessons):
    fingerprint = imported(*FILES["named"], dry_run=True).plan.fingerprint
    RecurringSlot.objects.update(subject="Violin")
    with pytest.raises(StalePlanError):
        imported(*FILES["named"], approved=fingerprint)
    assert RecurringSlot.objects.count() == 1
