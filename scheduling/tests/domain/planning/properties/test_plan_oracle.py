"""The plan compared with a naive algorithm over days and pairs of classes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import Window
from scheduling.tests.domain.examples import examples
from scheduling.tests.domain.oracles.rule_oracle import (
    candidate,
    fulfils,
    is_closed,
    recurrence_set,
    valid,
)
from scheduling.tests.domain.strategies import (
    BASE,
    ROOMS,
    STARTS,
    STUDENTS,
    ZONES,
    closures,
    rule_sets,
)

from .calendar_model import Studio
from .class_model import RefusedError, find_conflict

pytestmark = pytest.mark.one_database(name="sqlite")


def naive_plan(rules, stored, closed, window):
    """Return the outcome by (series, day), and the classes in the way of each conflict."""
    taken = list(stored)
    outcomes, obstacles = {}, {}
    for rule in sorted(rules, key=lambda rule: (rule.created_at, rule.kind, rule.id)):
        for day in recurrence_set(rule, window.start, window.end):
            if not valid(rule, day):
                continue
            planned = candidate(rule, day)
            in_the_way = [other for other in taken if find_conflict(planned, other)]
            if is_closed(rule, day, closed):
                outcome = Outcome.CLOSED
            elif not in_the_way:
                outcome = Outcome.CREATED
                taken.append(planned)
            elif any(fulfils(rule, planned, other) for other in in_the_way):
                outcome = Outcome.EXISTS
            else:
                outcome = Outcome.CONFLICT
                obstacles[rule.key, day] = in_the_way
            outcomes[rule.key, day] = outcome
    return outcomes, obstacles


def _identity(one):
    return one.starts, one.ends, one.student_id, one.teacher_id, one.series, one.room_id


@st.composite
def studios(draw):
    studio = Studio(datetime(2026, 3, 4, 2, tzinfo=UTC))
    studio.add(*draw(rule_sets()))
    studio.closures = [draw(closures(n)) for n in range(draw(st.integers(0, 2)))]
    for _ in range(draw(st.integers(0, 4))):
        teacher = draw(st.sampled_from([1, 2, None]))
        zone = ZONES[teacher]
        try:
            studio.one_off(
                BASE + timedelta(days=draw(st.integers(0, 27))),
                draw(st.sampled_from(STARTS[zone])),
                student_id=draw(STUDENTS),
                teacher_id=teacher,
                zone=zone,
                is_shared=draw(st.booleans()),
                room_id=draw(ROOMS),
            )
        except RefusedError:
            continue
    window = Window(BASE, BASE + timedelta(days=draw(st.integers(1, 35))))
    return studio, window


@examples(100)
@given(studios())
def test_outcomes_match_naive_plan(case):
    studio, window = case
    stored = list(studio.rows.values())
    expected, obstacles = naive_plan(studio.series.values(), stored, studio.closures, window)

    plan = studio.plan(window)

    created = {(planned.series.key, planned.day) for planned in plan.creates}
    conflicts = {(c.planned.series.key, c.planned.day): c.clash for c in plan.conflicts}
    assert created == {at for at, outcome in expected.items() if outcome is Outcome.CREATED}
    assert conflicts.keys() == {
        at for at, outcome in expected.items() if outcome is Outcome.CONFLICT
    }
    for outcome in (Outcome.CREATED, Outcome.CONFLICT, Outcome.EXISTS, Outcome.CLOSED):
        assert plan.counts[outcome] == list(expected.values()).count(outcome)
    assert sum(plan.closed.values()) == plan.counts[Outcome.CLOSED]
    for at, clash in conflicts.items():
        named = clash.booking
        assert any(_identity(named) == _identity(other) for other in obstacles[at])
    studio.apply(plan)


@examples(40)
@given(studios(), st.randoms(use_true_random=False))
def test_order_of_states_does_not_matter(case, order):
    studio, window = case
    assert studio.plan(window) == studio.plan(window, order=order)


@examples(40)
@given(studios())
def test_creations_are_ordered_by_teacher_and_start(case):
    studio, window = case
    order = [
        (planned.series.teacher_id or 0, planned.starts) for planned in studio.plan(window).creates
    ]
    assert order == sorted(order)


@examples(25)
@given(studios())
def test_run_after_killed_chunk_equals_undisturbed_run(case):
    studio, window = case
    others = [
        replace(
            rule,
            id=rule.id + 100,
            student_id=rule.student_id + 100,
            teacher_id=rule.teacher_id and rule.teacher_id + 100,
            room_id=rule.room_id and rule.room_id + 100,
        )
        for rule in studio.series.values()
    ]
    first_chunk = set(studio.series)
    studio.add(*others)
    undisturbed = {(planned.series.key, planned.day) for planned in studio.plan(window).creates}

    before = len(studio.rows)
    created = studio.run(window, only=first_chunk).creates
    created += studio.run(window).creates
    assert {(planned.series.key, planned.day) for planned in created} == undisturbed
    assert len(created) == len(undisturbed) == len(studio.rows) - before
