"""Ten thousand series over twelve weeks. The limits are lax: they find a square, not a slow day."""

from datetime import time, timedelta
from time import perf_counter

from scheduling.domain.closures import Closure
from scheduling.domain.draft import State, draft, held_weeks
from scheduling.domain.outcomes import Outcome
from scheduling.domain.plan import resolve
from scheduling.domain.recurrence import pattern
from scheduling.domain.stored import Group, attributes_of
from scheduling.domain.windows import DAY, Window, horizon_window

from .builders import day, series, utc

TODAY = day("2026-03-11")
NOW = int(utc("2026-03-11T02:00").timestamp())
SPAN = horizon_window(TODAY, 12)
ZONES = ["Europe/Madrid", "America/New_York", "Asia/Kolkata", "Africa/Cairo", "Asia/Tokyo"]
COUNT = 10_000


def studio():
    """400 teachers with 25 students each, five a day, every one at an hour of its own."""
    return [
        series(
            number,
            student_id=number,
            teacher_id=number // 25,
            weekday=number % 25 // 5 + 1,
            start_time=time(10 + 2 * (number % 5)),
            zone=ZONES[number // 25 % len(ZONES)],
            first=TODAY - timedelta(days=number % 50),
            created_at=utc("2025-01-01") + timedelta(seconds=number),
        )
        for number in range(COUNT)
    ]


def settled(rules, closures=()):
    closed = {one.first for one in closures}
    found = []
    for rule in rules:
        wanted = pattern(rule, SPAN)
        kept = [n for n, date in enumerate(wanted.days) if date not in closed]
        weeks = tuple(wanted.weeks[n] for n in kept)
        starts = tuple(wanted.starts[n] for n in kept)
        found.append([Group(True, attributes_of(rule), weeks, starts)])
    return found


def timed(limit, work):
    start = perf_counter()
    result = work()
    assert perf_counter() - start < limit
    return result


def replan(rules, groups, span, now, closures=()):
    states = [State(rule, span, list(closures)) for rule in rules]
    for state, stored in zip(states, groups, strict=True):
        held = held_weeks(state, stored, now)
        assert held is not None
        state.held = held
    return resolve(draft(states, now), [])


def test_from_nothing():
    rules = studio()
    plan = timed(5, lambda: resolve(draft([State(rule, SPAN) for rule in rules], NOW), []))
    assert plan.counts == {Outcome.CREATED: 12 * COUNT}


def test_with_nothing_to_do():
    rules = studio()
    groups = settled(rules)
    plan = timed(1, lambda: replan(rules, groups, SPAN, NOW))
    assert plan.counts == {Outcome.EXISTS: 12 * COUNT}


def test_with_nothing_to_do_and_a_dozen_closures():
    rules = studio()
    closures = [
        Closure(n, "Holiday", date, date)
        for n in range(12)
        for date in [TODAY + timedelta(days=11 * n)]
    ]
    groups = settled(rules, closures)
    plan = timed(1.5, lambda: replan(rules, groups, SPAN, NOW, closures))
    assert plan.changes_nothing


def test_one_day_on():
    rules = studio()
    groups = settled(rules)
    tomorrow = Window(SPAN.start + DAY, SPAN.end + DAY)
    plan = timed(1, lambda: replan(rules, groups, tomorrow, NOW + 86_400))
    assert plan.counts[Outcome.CREATED] == COUNT // 5
