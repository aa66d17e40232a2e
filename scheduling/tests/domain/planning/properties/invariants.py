"""Invariants that hold after each run."""

from collections import Counter
from dataclasses import replace

from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import monday_of_number, week_number
from scheduling.tests.domain.oracles.rule_oracle import (
    candidate,
    fulfils,
    is_closed,
    recurrence_set,
    valid,
)

from .class_model import find_conflict

CHANGES = {
    Outcome.CREATED: "creates",
    Outcome.MOVED: "moves",
    Outcome.RESTORED: "restores",
    Outcome.CANCELLED: "cancels",
    Outcome.REMOVED: "removes",
    Outcome.CONFLICT: "conflicts",
}


def run_and_check(studio, window, only=None, order=None):
    """Run and check the invariants."""
    before = dict(studio.rows)
    plan = studio.plan(window, only=only)
    assert plan == studio.plan(window, only=only, form="rows"), (
        "the plan depends on the form of the input"
    )
    if order is not None:
        assert plan == studio.plan(window, only=only, order=order), (
            "the plan depends on the order of the input"
        )
    studio.apply(plan)

    check_protected_rows(studio, before)
    check_counts(plan)
    check_conflicts(studio, plan)
    rules = [rule for key, rule in studio.series.items() if only is None or key in only]
    for rule in rules:
        check_occurrences(studio, rule, window, plan)
        check_no_superfluous_class(studio, rule)
        check_reopened_classes(studio, rule, plan)

    again = studio.plan(window, only=only)
    assert again.changes_nothing, f"a second run changes {again}"
    assert blocked_occurrences(again) == blocked_occurrences(plan)
    return plan


def check_protected_rows(studio, before):
    """Check that edited and started classes are unchanged, except for the mark of a closure."""
    for row in before.values():
        if row.edit or row.starts <= studio.epoch or row.series is None:
            expected = [row]
            if is_reopened(studio, row):
                expected.append(replace(row, is_cancelled=False, closure_id=None))
            assert studio.rows.get(row.id) in expected


def is_reopened(studio, row):
    """Return whether its closure was deleted, and a note is the only manual edit."""
    return (
        row.edit == "noted"
        and row.is_cancelled
        and row.starts > studio.epoch
        and not is_closed(row, row.date, studio.closures)
    )


def check_counts(plan):
    for outcome, name in CHANGES.items():
        changes = getattr(plan, name)
        if outcome is Outcome.CANCELLED:
            # A class that the same closure cancelled before is not counted again.
            changes = [cancel for cancel in changes if cancel.row.closure_id != cancel.closure.id]
        assert plan.counts[outcome] == len(changes)
    noted = Counter(note.outcome for note in plan.notes)
    for outcome in (Outcome.MOVED, Outcome.RESTORED, Outcome.CANCELLED, Outcome.REMOVED):
        assert noted[outcome] == plan.counts[outcome], "a change has no reason"
    assert all(plan.counts.values()), "an outcome is counted as 0"


def blocked_occurrences(plan):
    """Return the occurrences in conflict."""
    return {(conflict.planned.series.key, conflict.planned.day) for conflict in plan.conflicts}


def check_conflicts(studio, plan):
    """Check that each conflict names an active class that excludes the occurrence."""
    for conflict in plan.conflicts:
        planned, named = conflict.planned, conflict.clash.booking
        expected = candidate(planned.series, planned.day)
        matching = [
            row
            for row in studio.rows.values()
            if not row.is_cancelled
            and (row.series, row.starts, row.ends) == (named.series, named.starts, named.ends)
            and (row.student_id, row.teacher_id) == (named.student_id, named.teacher_id)
            and named.class_id in (None, row.id)
        ]
        assert matching, f"{conflict} names a class that does not exist"
        assert any(find_conflict(expected, row) for row in matching), f"{conflict} is no conflict"
        assert planned.row is None or all(row.id != planned.row.id for row in matching)


def check_occurrences(studio, rule, window, plan):
    """Check that each occurrence has its class, or a reason why not."""
    if rule.suspension:
        return
    blocked = blocked_occurrences(plan)
    rows = {row.week: row for row in studio.classes_of(rule.key)}
    for day in recurrence_set(rule, window.start, window.end):
        if not valid(rule, day):
            continue
        row = rows.get(week_number(day))
        expected = candidate(rule, day)
        closed = is_closed(rule, day, studio.closures)
        if row is None:
            others = [other for other in studio.rows.values() if not other.is_cancelled]
            assert (
                closed
                or (rule.key, day) in blocked
                or any(fulfils(rule, expected, other) for other in others)
            ), f"{rule} has no class on {day}"
            continue
        if row.edit or row.starts <= studio.epoch:
            continue
        closed_there = is_closed(row, row.date, studio.closures)
        if (rule.key, day) in blocked:
            assert row.is_cancelled or not closed_there, (
                "a class in conflict takes place on a closed day"
            )
            continue
        if expected.starts <= studio.epoch:  # it keeps its time
            assert row.is_cancelled == closed_there or (rule.key, row.date) in blocked
            continue
        assert row.is_cancelled == closed
        assert (row.date, row.occurrence_date) == (day, day)
        assert (row.starts, row.ends) == (expected.starts, expected.ends)
        assert (row.start_time, row.end_time, row.zone) == (
            rule.start_time,
            rule.end_time,
            rule.zone,
        )
        assert (row.teacher_id, row.student_id) == (rule.teacher_id, rule.student_id)
        assert (row.subject, row.is_shared) == (rule.subject, rule.is_shared)
        assert row.room_id == rule.room_id


def check_no_superfluous_class(studio, rule):
    """Check that each unedited future class is an occurrence of the current rule."""
    for row in studio.classes_of(rule.key):
        if row.edit or row.starts <= studio.epoch:
            continue
        assert has_occurrence(rule, row.week), f"{row} of {rule}"


def check_reopened_classes(studio, rule, plan):
    """Check that a noted class is restored after its closure, or that the plan has the reason."""
    active = [row for row in studio.rows.values() if not row.is_cancelled]
    for row in studio.classes_of(rule.key):
        if is_reopened(studio, row) and has_occurrence(rule, row.week):
            assert (rule.key, row.date) in blocked_occurrences(plan) or any(
                fulfils(row, row, other) for other in active
            ), f"{row} stays cancelled"


def has_occurrence(rule, week):
    """Return whether the current rule has an occurrence in the week."""
    days = recurrence_set(rule, monday_of_number(week), monday_of_number(week + 1))
    return rule.suspension is None and any(valid(rule, day) for day in days)
