"""The short cut: a series whose classes stand as it says is not looked at row by row."""

import pytest

from scheduling.domain.outcomes import Outcome, Reason
from scheduling.domain.planning import SeriesState, unchanged_weeks
from scheduling.domain.series import Suspension
from scheduling.domain.windows import Window, week_number

from .builders import clock, closure, day, series, utc, window
from .class_model import groups

pytestmark = pytest.mark.one_database(name="sqlite")

WEEKS = frozenset(week_number(day("2026-03-16")) + n for n in range(4))


@pytest.fixture
def held(studio, slot):
    """Ask for the weeks held, as `studio` is now, in the horizon or another window."""

    def ask(span=None):
        rule = studio.series[slot]
        state = SeriesState(rule, span or studio.horizon(), studio.closures)
        return unchanged_weeks(state, groups(studio.of(slot)), studio.epoch)

    return ask


def test_settled(held):
    assert held() == WEEKS


def test_nothing_stored(studio):
    state = SeriesState(series(1), studio.horizon())
    assert unchanged_weeks(state, [], studio.epoch) == frozenset()


@pytest.mark.parametrize(
    "span",
    [
        window("2026-03-12", "2026-04-08"),
        window("2026-03-16", "2026-03-22"),
        window("2026-03-11", "2026-06-30"),
        window("2026-01-01", "2026-03-20"),
    ],
    ids=["one day on", "the week", "longer", "earlier"],
)
def test_whatever_the_window(held, span):
    assert held(span) == WEEKS


def test_without_a_window(studio, slot, held):
    state = SeriesState(studio.series[slot], None)
    assert unchanged_weeks(state, groups(studio.of(slot)), studio.epoch) == WEEKS


def test_with_a_gap(studio, slot, held):
    gone = studio.class_on(slot, day("2026-03-23"))
    studio.write({gone.id: None})
    assert held() == WEEKS - {gone.week}


def test_with_closures_elsewhere(studio, held):
    studio.closures += [
        closure("2026-03-17", "2026-03-22"),
        closure("2026-03-24"),
        closure("2026-02-01", "2026-03-15"),
        closure("2026-04-07", "2026-06-01"),
    ]
    assert held() == WEEKS


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-03-16", "2026-03-16"),
        ("2026-03-17", "2026-03-23"),
        ("2026-04-06", "2026-04-07"),
        ("2026-01-01", "2026-12-31"),
        ("2026-03-24", "2026-05-01"),
    ],
)
def test_not_with_a_closure_over_one_that_is_ahead(studio, held, first, last):
    studio.closures.append(closure(first, last))
    assert held() is None


def test_with_a_closure_over_one_that_has_begun(studio, held):
    studio.now = utc("2026-03-16T09:00")
    studio.closures.append(closure("2026-03-16"))
    assert held() == WEEKS
    studio.now = utc("2026-03-16T08:59:59")
    assert held() is None


CHANGES = [
    {"weekday": 2},
    {"start_time": clock("10:15")},
    {"duration_minutes": 45},
    {"zone": "Europe/Paris"},
    {"zone": "Europe/London"},
    {"teacher_id": 2},
    {"teacher_id": None},
    {"student_id": 2},
    {"subject": "Cello"},
    {"is_shared": True},
    {"interval_weeks": 2, "anchor": day("2026-03-16")},
    {"first": day("2026-03-17")},
    {"last": day("2026-04-05")},
    {"suspension": Suspension(Outcome.PAUSED, Reason("slot_paused"))},
]


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: next(iter(changes)))
def test_not_when_the_rule_changed(studio, slot, held, changes):
    studio.change(slot, **changes)
    assert held() is None


def test_when_the_rule_changed_only_where_no_class_is(studio, slot, held):
    studio.change(slot, first=day("2026-03-16"), last=day("2026-04-06"))
    assert held() == WEEKS


@pytest.mark.parametrize(
    "changes",
    [
        {"edit": "noted"},
        {"is_cancelled": True},
        {"subject": "Cello"},
        {"occurrence_date": day("2026-03-24")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_not_when_one_class_differs(studio, slot, held, changes):
    studio.update(studio.class_on(slot, day("2026-03-23")).id, **changes)
    assert held() is None


def test_not_when_one_instant_is_off(studio, slot, held):
    row = studio.class_on(slot, day("2026-03-30"))
    studio.update(row.id, starts=row.starts + 3600, ends=row.ends + 3600)
    assert held() is None


def test_an_invalid_series_has_no_rows_to_look_at(studio, slot, held):
    studio.change(slot, zone="Mars/Olympus", error=Reason("unknown_zone", {"zone": "x"}))
    assert held() == frozenset()


def test_classes_of_a_window_long_past_are_compared_too(studio):
    rule = studio.add(series(1))
    studio.run(window("2025-03-01", "2026-03-11"))
    state = SeriesState(rule, Window(day("2025-03-01"), day("2026-03-12")))
    weeks = unchanged_weeks(state, groups(studio.of(rule.key)), studio.epoch)
    assert weeks is not None
    assert len(weeks) == 54
