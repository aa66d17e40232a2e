"""Bad series: each is isolated and reported, and the others get their classes."""

from collections import Counter

import pytest
from django.db import DataError, IntegrityError, OperationalError

from scheduling.jobs.generation import generator, plan_writer
from scheduling.models import JobRun, RecurringSlot, RunState, ScheduledClass, Teacher
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import (
    Recorder,
    calendar,
    counts,
    database_error,
    horizon,
    items,
    weekly,
)
from scheduling.text.reasons import reason_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def slots():
    """Return twenty slots of four teachers."""
    teachers = [make.teacher() for _ in range(4)]
    return [make.slot(teachers[n % 4], weekday=n // 4 + 1) for n in range(20)]


def refuse(monkeypatch, bad, error):
    """Make the database refuse every write that involves a series of ``bad``."""
    insert = plan_writer.insert_classes

    def guarded(planned_classes, run_id):
        planned_classes = list(planned_classes)
        insert(planned_classes, run_id)
        if any(planned.series.id in bad for planned in planned_classes):
            raise error

    monkeypatch.setattr(plan_writer, "insert_classes", guarded)


def test_series_of_teacher_with_unknown_zone_are_invalid(slots):
    bad = slots[7].teacher
    Teacher.objects.filter(pk=bad.pk).update(time_zone="Mars/Olympus")
    result = horizon(weeks=1)
    assert counts(result) == {"created": 15, "invalid": 5}
    assert result.state == JobRun.objects.get().state == RunState.PARTIAL
    assert {item.teacher_id for item in items(result, "invalid")} == {bad.pk}
    assert not ScheduledClass.objects.filter(teacher=bad).exists()


@pytest.mark.parametrize("zone", ["", " UTC", "../etc/passwd", "/etc/passwd", "Europe", "x" * 64])
def test_malformed_zone_makes_series_invalid(zone):
    make.slot(make.teacher(zone=zone))
    make.slot()
    assert counts(horizon(weeks=1)) == {"invalid": 1, "created": 1}


def test_classes_of_series_that_became_invalid_are_kept(slots):
    horizon(weeks=1)
    before = calendar()
    Teacher.objects.update(time_zone="Mars/Olympus")
    assert counts(horizon(weeks=2)) == {"invalid": 20}
    assert calendar() == before


def test_start_with_seconds_makes_slot_invalid():
    RecurringSlot.objects.filter(pk=make.slot().pk).update(start_time="10:00:30")
    make.slot()
    result = horizon(weeks=1)
    assert counts(result) == {"invalid": 1, "created": 1}
    (item,) = items(result)
    assert reason_text(item.code, item.params) == "its time 10:00:30 is not in whole minutes"


def test_end_with_seconds_makes_fixed_schedule_invalid():
    make.schedule(start="16:00", end="16:00:30")
    make.schedule(start="16:00", end="17:00:30")
    make.schedule(start="16:00", end="17:00")
    result = weekly()
    assert counts(result) == {"invalid": 2, "created": 1}
    reasons = {reason_text(item.code, item.params) for item in items(result)}
    assert reasons == {
        f"its time {end} is not in whole minutes" for end in ("16:00:30", "17:00:30")
    }


@pytest.mark.parametrize("error", [IntegrityError("refused"), DataError("refused"), KeyError("x")])
@pytest.mark.parametrize("bad", [[0], [19], [3, 12], range(20)], ids=len)
def test_refused_series_are_reported_and_others_get_classes(slots, monkeypatch, bad, error):
    refused = {slots[n].pk for n in bad}
    refuse(monkeypatch, refused, error)
    observer = Recorder()
    result = horizon(weeks=2, observer=observer)
    created = 2 * (20 - len(refused))
    assert +result.counts == +Counter(created=created, error=len(refused))
    assert {item.series_id for item in items(result, "error")} == refused
    assert {line.series.id for line in observer.result_lines} == refused
    assert (
        set(ScheduledClass.objects.values_list("recurring_slot_id", flat=True))
        == {slot.pk for slot in slots} - refused
    )
    run = JobRun.objects.get()
    assert (run.state, run.classes_created) == (RunState.PARTIAL, created)
    assert run.progress_done == run.progress_total == 20


def test_next_run_creates_refused_classes(slots, monkeypatch):
    with monkeypatch.context() as patch:
        refuse(patch, {slots[5].pk}, IntegrityError("refused"))
        horizon(weeks=1)
    assert counts(horizon(weeks=1)) == {"created": 1, "exists": 19}


def test_error_that_retry_resolves_is_not_reported(slots, monkeypatch):
    plan = generator.write_plan
    calls = []

    def fail_once(*args):
        calls.append(args)
        if len(calls) == 1:
            raise IntegrityError("concurrent edit")
        plan(*args)

    monkeypatch.setattr(generator, "write_plan", fail_once)
    assert counts(horizon(weeks=1)) == {"created": 20}
    assert len(calls) == 2


@pytest.mark.parametrize("at", range(5))
def test_deadlocks_and_concurrent_edit_lose_no_chunk(slots, monkeypatch, at):
    """Four deadlocks are retried, and one concurrent edit at any position."""
    errors = [database_error("40P01") for _ in range(4)]
    errors.insert(at, IntegrityError("concurrent edit"))
    plan = generator.write_plan

    def failing(*args):
        if errors:
            raise errors.pop(0)
        plan(*args)

    monkeypatch.setattr(generator, "write_plan", failing)
    assert counts(horizon(weeks=1)) == {"created": 20}
    assert ScheduledClass.objects.count() == 20


def test_run_fails_after_too_many_deadlocks(slots, monkeypatch):
    def failing(*args):
        raise database_error("40P01", "deadlock detected")

    monkeypatch.setattr(generator, "write_plan", failing)
    with pytest.raises(OperationalError, match="deadlock"):
        horizon(weeks=1)
    run = JobRun.objects.get()
    assert (run.state, run.classes_created, run.counts) == (RunState.FAILED, 0, {})


class BrokenObserver(Recorder):
    """An observer whose pipe is closed."""

    def lines(self, result, lines):
        if lines:
            raise BrokenPipeError("no reader")


def test_error_of_observer_is_not_blamed_on_series(slots):
    make.lesson(on=MONDAY, teacher=slots[0].teacher)
    with pytest.raises(BrokenPipeError):
        horizon(weeks=1, observer=BrokenObserver())
    run = JobRun.objects.get()
    assert run.state == RunState.FAILED
    assert run.counts == {"created": 19, "conflict": 1}
    assert [item.outcome for item in run.items.all()] == ["conflict"]
    assert ScheduledClass.objects.filter(recurring_slot__isnull=False).count() == 19
