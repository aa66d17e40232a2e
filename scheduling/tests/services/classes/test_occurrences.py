"""Edits of planned occurrences: the row is created, and every run keeps it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import CancelledBy, FixedSchedule, ScheduledClass
from scheduling.services.classes.edit import DoubleBookedError
from scheduling.services.classes.occurrences import OccurrenceError, cancel, edit, move, planned
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, at, day, moment
from scheduling.tests.jobs.helpers import counts, dates, horizon, weekly

pytestmark = pytest.mark.django_db

NEXT = day("2026-01-12")


def key_of(rule: Any) -> SeriesKey:
    fixed = isinstance(rule, FixedSchedule)
    return SeriesKey(SeriesKind.FIXED_SCHEDULE if fixed else SeriesKind.RECURRING_SLOT, rule.pk)


def cancelled(rule: Any, on: Any, now: Any = EARLY, **values: Any) -> ScheduledClass:
    return cancel(key_of(rule), on, **{"by": CancelledBy.STUDENT} | values, now=now)


@pytest.mark.parametrize("of", [make.schedule, make.slot])
def test_cancelled_planned_occurrence_is_never_created(of: Any) -> None:
    rule = of(subject="Piano")

    row = cancelled(rule, day("2027-03-01"), reason="skiing")

    row.refresh_from_db()
    assert (row.status, row.cancelled_by, row.cancel_reason) == (
        "cancelled",
        "student",
        "skiing",
    )
    assert (row.week, row.occurrence_date, row.date) == (day("2027-03-01"),) * 3
    assert (row.start_time, row.end_time, row.subject) == (
        at("10:00"),
        at("11:00"),
        "Piano",
    )
    assert (row.edited_at, row.created_by_run_id) == (EARLY, None)
    weekly(day("2027-03-01"))
    horizon(day("2027-03-01"))
    assert "2027-03-01" not in dates()
    assert planned(day("2027-03-01"), day("2027-03-07"), now=EARLY) == []


@pytest.mark.parametrize("to", ["2026-03-11", "2026-03-16", "2026-03-25"])
def test_moved_planned_occurrence_fulfils_its_own_week(to: str) -> None:
    slot = make.slot(weekday=2, valid_until=day("2026-03-10"))

    row = move(key_of(slot), day("2026-03-10"), to_date=day(to), now=EARLY)

    assert (row.occurrence_date, row.date, row.status) == (
        day("2026-03-10"),
        day(to),
        "scheduled",
    )
    horizon(day("2026-03-09"))
    assert dates() == [to]


def test_move_to_another_hour_and_teacher() -> None:
    slot = make.slot(make.teacher(zone="Europe/Madrid"))
    noor = make.teacher()

    row = move(
        key_of(slot), NEXT, start_time=at("12:00"), end_time=at("12:30"), teacher=noor, now=EARLY
    )

    assert (row.date, row.starts_at, row.ends_at) == (
        NEXT,
        moment("2026-01-12 11:00"),
        moment("2026-01-12 11:30"),
    )
    assert (row.teacher_id, row.time_zone) == (noor.pk, "Europe/Madrid")


def test_move_onto_the_next_date_of_the_series() -> None:
    """A planned class becomes a conflict; if it is stored already, the move is refused."""
    rule = make.schedule()
    move(key_of(rule), MONDAY, to_date=NEXT, now=EARLY)

    assert counts(weekly()) == {"protected": 1}
    assert counts(weekly(NEXT)) == {"conflict": 1}

    weekly(day("2026-01-19"))
    with pytest.raises(
        DoubleBookedError, match="already has a class at that time: Mon 19 Jan 2026"
    ):
        move(key_of(rule), day("2026-01-26"), to_date=day("2026-01-19"), now=EARLY)
    assert dates() == ["2026-01-12", "2026-01-19"]


def test_moved_class_ignores_closures() -> None:
    rule = make.schedule()
    make.closure("Holiday", NEXT)

    move(key_of(rule), MONDAY, to_date=NEXT, now=EARLY)
    move(key_of(rule), NEXT, to_date=day("2026-01-14"), now=EARLY)
    weekly()
    weekly(NEXT)

    assert dates() == ["2026-01-12", "2026-01-14"]


def test_move_into_a_taken_time_writes_nothing() -> None:
    marta = make.teacher("Marta Gil")
    slot = make.slot(marta)
    make.lesson(make.student("Ben Oz"), NEXT, "15:00", "16:00", marta)

    message = r"Marta Gil already teaches Ben Oz at that time: Mon 12 Jan 2026, 15:00–16:00."
    with pytest.raises(DoubleBookedError, match=message):
        move(key_of(slot), NEXT, start_time=at("15:30"), end_time=at("16:30"), now=EARLY)

    assert ScheduledClass.objects.count() == 1


@pytest.mark.parametrize(
    ("rule", "date", "nearest"),
    [
        ({"weekday": 1}, "2026-01-13", "Monday 12 January 2026"),
        ({"weekday": 1}, "2026-01-16", "Monday 19 January 2026"),
        (
            {"weekday": 1, "interval_weeks": 4, "valid_from": MONDAY},
            "2026-01-19",
            "Monday 2 February 2026",
        ),
        ({"weekday": 1, "valid_from": day("2026-05-06")}, "2026-01-12", "Monday 11 May 2026"),
        ({"weekday": 1, "valid_until": day("2026-01-18")}, "2027-01-18", "Monday 12 January 2026"),
    ],
)
def test_wrong_date_is_refused_with_the_nearest_one(
    rule: dict[str, Any], date: str, nearest: str
) -> None:
    schedule = make.schedule(**rule)
    message = rf"no class on \w+ \d+ \w+ \d{{4}}\. The nearest one is on {nearest}\."
    with pytest.raises(OccurrenceError, match=message):
        cancelled(schedule, day(date))
    assert not ScheduledClass.objects.exists()


def test_series_without_occurrences_is_refused() -> None:
    never = make.slot(weekday=7, valid_from=MONDAY, valid_until=MONDAY)
    with pytest.raises(OccurrenceError, match="nor on any other day"):
        cancelled(never, MONDAY)
    paused = make.slot(status="paused")
    with pytest.raises(OccurrenceError, match="creates no classes: the slot is paused"):
        cancelled(paused, MONDAY)
    with pytest.raises(OccurrenceError, match="no such schedule"):
        cancel(SeriesKey(SeriesKind.FIXED_SCHEDULE, 0), MONDAY, by=CancelledBy.STUDIO, now=EARLY)


def test_existing_row_is_edited() -> None:
    rule = make.schedule()
    weekly()
    stored = ScheduledClass.objects.get()

    row = cancelled(rule, MONDAY)

    assert row.pk == stored.pk
    assert ScheduledClass.objects.get().status == "cancelled"


def test_moved_row_belongs_to_its_original_date() -> None:
    rule = make.schedule()
    moved = move(key_of(rule), MONDAY, to_date=day("2026-01-08"), now=EARLY)

    assert cancelled(rule, MONDAY).pk == moved.pk
    with pytest.raises(OccurrenceError, match="The nearest one is on Monday 5 January 2026"):
        cancelled(rule, day("2026-01-08"))


def test_week_fulfilled_on_another_date_names_its_class() -> None:
    rule = make.schedule()
    weekly()
    FixedSchedule.objects.update(weekday=3)

    message = r"The class of that week is the one on Mon 5 Jan 2026, 10:00–11:00"
    with pytest.raises(OccurrenceError, match=message):
        cancelled(rule, day("2026-01-07"), now=moment("2026-01-06 12:00"))
    # A class that has not begun will be moved there, so it is that occurrence.
    assert cancelled(rule, day("2026-01-07")).status == "cancelled"


def test_concurrent_run_is_not_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = make.schedule()
    lock_class = edit.lock_class
    found = []

    def after_a_run(key: SeriesKey, on: Any) -> Any:
        row = lock_class(key, on)
        if not found:
            weekly()  # between the read and the write
        found.append(row)
        return row

    monkeypatch.setattr(edit, "lock_class", after_a_run)

    assert cancelled(rule, MONDAY).status == "cancelled"

    assert found[0] is None
    assert ScheduledClass.objects.count() == 1


def test_closure_is_refused_as_the_canceller() -> None:
    with pytest.raises(ValueError, match="not a person"):
        cancelled(make.schedule(), MONDAY, by=CancelledBy.CLOSURE)


def test_past_occurrence_can_be_cancelled_but_future_one_not_completed() -> None:
    rule = make.schedule()
    assert cancelled(rule, day("2025-11-03")).date == day("2025-11-03")
    with pytest.raises(ValidationError, match="once it has begun"):
        edit.change(key_of(rule), NEXT, {"status": "completed"}, EARLY)
    done = edit.change(key_of(rule), MONDAY, {"status": "completed"}, moment("2026-01-05 12:00"))
    assert done.status == "completed"
