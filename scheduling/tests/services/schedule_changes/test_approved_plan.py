"""Apply does exactly what the preview showed, or raises an error and writes nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.models import JobRun, RecurringSlot, ScheduledClass
from scheduling.services.schedule_changes import (
    ChangeFromDate,
    EndPerson,
    EndSeries,
    PauseSeries,
    apply,
    execute,
    preview,
)
from scheduling.tests import factories as make
from scheduling.tests.factories import day
from scheduling.tests.jobs.helpers import calendar, horizon

from .helpers import at_moment, do, key_of, look, said, touch

pytestmark = pytest.mark.django_db


@pytest.fixture
def slot(settings):
    settings.HORIZON_WEEKS = 4
    row = make.slot(weekday=3)
    horizon(weeks=4)
    return row


CHANGES = [
    lambda slot: ChangeFromDate(key_of(slot), day("2026-01-19"), {"weekday": 5}),
    lambda slot: EndSeries(key_of(slot), day("2026-01-14"), cancel_rest=True, reason="left"),
    lambda slot: PauseSeries(key_of(slot), day("2026-01-14"), day("2026-01-25")),
    lambda slot: EndPerson(slot.student, day("2026-01-14")),
    lambda slot: EndPerson(slot.teacher, day("2026-01-14")),
]


@pytest.mark.parametrize("change", CHANGES)
def test_preview_equals_apply(slot, change):
    touch(day("2026-01-21"))
    previewed = look(change(slot))
    applied = apply(change(slot), at_moment(), previewed.fingerprint)
    assert said(applied) == said(previewed)
    assert applied.fingerprint == previewed.fingerprint
    assert (len(previewed.runs), len(applied.runs)) == (0, 1)


@pytest.mark.parametrize("change", CHANGES)
def test_state_changes_between_preview_and_apply(slot, change):
    previewed = look(change(slot))
    touch(day("2026-01-21"))
    before = calendar()

    with pytest.raises(StalePlanError, match="has changed since") as caught:
        apply(change(slot), at_moment(), previewed.fingerprint)

    assert calendar() == before
    assert RecurringSlot.objects.get().valid_until is None
    assert caught.value.new_plan.fingerprint == look(change(slot)).fingerprint


@pytest.mark.parametrize("change", CHANGES)
def test_schedule_changes_between_preview_and_apply(slot, change):
    previewed = look(change(slot))
    RecurringSlot.objects.update(valid_until=day("2026-06-30"))
    with pytest.raises(StalePlanError):
        apply(change(slot), at_moment(), previewed.fingerprint)


def test_concurrent_writer_makes_the_plan_stale(slot, monkeypatch):
    def meanwhile(request, now):
        ScheduledClass.objects.filter(date="2026-01-21").update(notes="meanwhile")
        raise execute.ConcurrentEditError("one of 2 classes has changed")

    monkeypatch.setattr(execute, "run_in_transaction", meanwhile)
    with pytest.raises(StalePlanError) as caught:
        apply(CHANGES[0](slot), at_moment(), None)
    assert caught.value.new_plan is None
    assert RecurringSlot.objects.count() == 1


def test_applied_change_is_logged_as_a_change(slot):
    applied = do(CHANGES[0](slot))
    run = JobRun.objects.get(pk=applied.runs[0])
    assert (run.job, run.state, run.trigger, run.triggered_by) == (
        *("horizon", "succeeded", "change", "teresa"),
    )
    assert run.counts["moved"] == 2
    assert not run.is_full
    assert run.items.filter(outcome="moved").count() == 2


def test_number_of_queries_is_constant(settings):
    teacher, taken = make.teacher(), []
    for weekday in range(1, 6):
        make.slot(teacher, weekday=weekday)
    for weeks in (2, 2, 20):  # the first look also fills the caches
        settings.HORIZON_WEEKS = weeks
        horizon(weeks=weeks)
        with CaptureQueriesContext(connection) as queries:
            preview(EndPerson(teacher, day("2026-01-04")), at_moment())
        taken.append(len(queries))
    assert taken[1] == taken[2]
