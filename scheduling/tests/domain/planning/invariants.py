"""What holds after every run, whatever the studio went through."""

from collections import Counter
from dataclasses import replace

from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import monday_of_number, week_number
from scheduling.tests.domain.rule_oracle import (
    candidate,
    is_closed,
    recurrence_set,
    stands_in,
    valid,
)

from .class_model import quarrel

CHANGES = {
    Outcome.CREATED: "creates",
    Outcome.MOVED: "moves",
    Outcome.RESTORED: "restores",
    Outcome.CANCELLED: "cancels",
    Outcome.REMOVED: "removes",
    Outcome.CONFLICT: "conflicts",
}


def run_and_check(studio, window, only=None, order=None):
    """Run, and check everything that a run promises."""
    before = dict(studio.rows)
    plan = studio.plan(window, only=only)
    assert plan == studio.plan(window, only=only, form="rows"), "held weeks or rows: the same"
    if order is not None:
        assert plan == studio.plan(window, only=only, order=order), "in any order: the same"
    studio.apply(plan)

    safe(studio, before)
    counted(plan)
    conflicts_are_real(studio, plan)
    rules = [rule for key, rule in studio.series.items() if only is None or key in only]
    for rule in rules:
        in_place(studio, rule, window, plan)
        nothing_superfluous(studio, rule)
        nothing_left_closed(studio, rule, plan)

    again = studio.plan(window, only=only)
    assert again.changes_nothing, f"a second run changes {again}"
    assert blocked(again) == blocked(plan)
    return plan


def safe(studio, before):
    """What a person touched and what has begun is as it was, but for the mark of a closure."""
    for row in before.values():
        if row.edit or row.starts <= studio.epoch or row.series is None:
            expected = [row]
            if is_reopened(studio, row):
                expected.append(replace(row, is_cancelled=False, closure_id=None))
            assert studio.rows.get(row.id) in expected


def is_reopened(studio, row):
    """Whether a closure cancelled it and has gone, and a person did no more than write a note."""
    return (
        row.edit == "noted"
        and row.is_cancelled
        and row.starts > studio.epoch
        and not is_closed(row, row.date, studio.closures)
    )


def counted(plan):
    for outcome, name in CHANGES.items():
        changes = getattr(plan, name)
        if outcome is Outcome.CANCELLED:
            # What the closure cancelled before is none of today's news, wherever it goes.
            changes = [one for one in changes if one.row.closure_id != one.closure.id]
        assert plan.counts[outcome] == len(changes)
    noted = Counter(note.outcome for note in plan.notes)
    for outcome in (Outcome.MOVED, Outcome.RESTORED, Outcome.CANCELLED, Outcome.REMOVED):
        assert noted[outcome] == plan.counts[outcome], "each change has its reason"
    assert all(plan.counts.values()), "no zeros"


def blocked(plan):
    """Which occurrences found no place."""
    return {(one.planned.series.key, one.planned.day) for one in plan.conflicts}


def conflicts_are_real(studio, plan):
    """Each conflict names a class that stands in the calendar, and in the way."""
    for one in plan.conflicts:
        wanted, named = candidate(one.planned.series, one.planned.day), one.clash.booking
        matching = [
            row
            for row in studio.rows.values()
            if not row.is_cancelled
            and (row.series, row.starts, row.ends) == (named.series, named.starts, named.ends)
            and (row.student_id, row.teacher_id) == (named.student_id, named.teacher_id)
            and named.class_id in (None, row.id)
        ]
        assert matching, f"{one} names a class that is not there"
        assert any(quarrel(wanted, row) for row in matching), f"{one} is not in the way"
        assert one.planned.row is None or all(row.id != one.planned.row.id for row in matching)


def in_place(studio, rule, window, plan):
    """Every wanted occurrence is a class as the rule says, or there is a reason why not."""
    if rule.suspension:
        return
    stuck = blocked(plan)
    rows = {row.week: row for row in studio.of(rule.key)}
    for day in recurrence_set(rule, window.start, window.end):
        if not valid(rule, day):
            continue
        row = rows.get(week_number(day))
        wanted = candidate(rule, day)
        closed = is_closed(rule, day, studio.closures)
        if row is None:
            others = [other for other in studio.rows.values() if not other.is_cancelled]
            assert (
                closed
                or (rule.key, day) in stuck
                or any(stands_in(rule, wanted, other) for other in others)
            ), f"{rule} has no class on {day}"
            continue
        if row.edit or row.starts <= studio.epoch:
            continue
        closed_there = is_closed(row, row.date, studio.closures)
        if (rule.key, day) in stuck:
            assert row.is_cancelled or not closed_there, "it could not leave, and takes place"
            continue
        if wanted.starts <= studio.epoch:  # it stays where it was announced
            assert row.is_cancelled == closed_there or (rule.key, row.date) in stuck
            continue
        assert row.is_cancelled == closed
        assert (row.date, row.occurrence_date) == (day, day)
        assert (row.starts, row.ends) == (wanted.starts, wanted.ends)
        assert (row.start_time, row.end_time, row.zone) == (
            rule.start_time,
            rule.end_time,
            rule.zone,
        )
        assert (row.teacher_id, row.student_id) == (rule.teacher_id, rule.student_id)
        assert (row.subject, row.is_shared) == (rule.subject, rule.is_shared)


def nothing_superfluous(studio, rule):
    """No untouched future class that the rule, as it is now, does not ask for."""
    for row in studio.of(rule.key):
        if row.edit or row.starts <= studio.epoch:
            continue
        assert is_wanted(rule, row.week), f"{row} of {rule}"


def nothing_left_closed(studio, rule, plan):
    """No class with a note stays cancelled by a closure that has gone, or it is said why."""
    active = [row for row in studio.rows.values() if not row.is_cancelled]
    for row in studio.of(rule.key):
        if is_reopened(studio, row) and is_wanted(rule, row.week):
            assert (rule.key, row.date) in blocked(plan) or any(
                stands_in(row, row, other) for other in active
            ), f"{row} stays closed"


def is_wanted(rule, week):
    """Whether the rule, as it is now, asks for a class in that week."""
    days = recurrence_set(rule, monday_of_number(week), monday_of_number(week + 1))
    return rule.suspension is None and any(valid(rule, day) for day in days)
