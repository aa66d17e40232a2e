"""Series with unchanged classes, which are not compared row by row."""

import pytest

from scheduling.domain.outcomes import Outcome, Reason
from scheduling.domain.planning import SeriesState, unchanged_weeks
from scheduling.domain.series import Suspension
from scheduling.domain.windows import Window, week_number
from scheduling.tests.domain.planning.properties.class_model import group_rows

from .builders import clock, closure, day, series, utc, window

pytestmark = pytest.mark.one_database(name="sqlite")

WEEKS = frozenset(week_number(day("2026-03-16")) + n for n in range(4))


@pytest.fixture
def find_weeks(studio, slot):
    """Return `get(window)`, which returns the unchanged weeks of the slot."""

    def get(span=None):
        rule = studio.series[slot]
        state = SeriesState(rule, span or studio.horizon(), studio.closures)
        return unchanged_weeks(state, group_rows(studio.classes_of(slot)), studio.epoch)

    return get


def test_created_weeks_are_unchanged(find_weeks):
    assert find_weeks() == WEEKS


def test_series_without_classes_has_no_unchanged_week(studio):
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
def test_unchanged_weeks_do_not_depend_on_window(find_weeks, span):
    assert find_weeks(span) == WEEKS


def test_unchanged_weeks_need_no_window(studio, slot, find_weeks):
    state = SeriesState(studio.series[slot], None)
    assert unchanged_weeks(state, group_rows(studio.classes_of(slot)), studio.epoch) == WEEKS


def test_deleted_class_is_not_unchanged(studio, slot, find_weeks):
    gone = studio.class_on(slot, day("2026-03-23"))
    studio.write({gone.id: None})
    assert find_weeks() == WEEKS - {gone.week}


def test_closures_of_other_days_change_nothing(studio, find_weeks):
    studio.closures += [
        closure("2026-03-17", "2026-03-22"),
        closure("2026-03-24"),
        closure("2026-02-01", "2026-03-15"),
        closure("2026-04-07", "2026-06-01"),
    ]
    assert find_weeks() == WEEKS


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
def test_closure_of_future_class_requires_rows(studio, find_weeks, first, last):
    studio.closures.append(closure(first, last))
    assert find_weeks() is None


def test_closure_of_started_class_changes_nothing(studio, find_weeks):
    studio.now = utc("2026-03-16T09:00")
    studio.closures.append(closure("2026-03-16"))
    assert find_weeks() == WEEKS
    studio.now = utc("2026-03-16T08:59:59")
    assert find_weeks() is None


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
def test_changed_rule_requires_rows(studio, slot, find_weeks, changes):
    studio.change(slot, **changes)
    assert find_weeks() is None


def test_change_of_rule_without_effect_on_classes_changes_nothing(studio, slot, find_weeks):
    studio.change(slot, first=day("2026-03-16"), last=day("2026-04-06"))
    assert find_weeks() == WEEKS


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
def test_changed_class_requires_rows(studio, slot, find_weeks, changes):
    studio.update(studio.class_on(slot, day("2026-03-23")).id, **changes)
    assert find_weeks() is None


def test_changed_instant_requires_rows(studio, slot, find_weeks):
    row = studio.class_on(slot, day("2026-03-30"))
    studio.update(row.id, starts=row.starts + 3600, ends=row.ends + 3600)
    assert find_weeks() is None


def test_invalid_series_needs_no_rows(studio, slot, find_weeks):
    studio.change(slot, zone="Mars/Olympus", error=Reason("unknown_zone", {"zone": "x"}))
    assert find_weeks() == frozenset()


def test_past_window_is_compared(studio):
    rule = studio.add(series(1))
    studio.run(window("2025-03-01", "2026-03-11"))
    state = SeriesState(rule, Window(day("2025-03-01"), day("2026-03-12")))
    weeks = unchanged_weeks(state, group_rows(studio.classes_of(rule.key)), studio.epoch)
    assert weeks is not None
    assert len(weeks) == 54
