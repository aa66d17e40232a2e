"""Preview equals apply; where the state changed between them, nothing is written and it is said."""

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


ACTS = [
    lambda slot: ChangeFromDate(key_of(slot), day("2026-01-19"), {"weekday": 5}),
    lambda slot: EndSeries(key_of(slot), day("2026-01-14"), cancel_rest=True, reason="left"),
    lambda slot: PauseSeries(key_of(slot), day("2026-01-14"), day("2026-01-25")),
    lambda slot: EndPerson(slot.student, day("2026-01-14")),
    lambda slot: EndPerson(slot.teacher, day("2026-01-14")),
]


@pytest.mark.parametrize("act", ACTS)
def test_preview_equals_apply(slot, act):
    touch(day("2026-01-21"))
    seen = look(act(slot))
    done = apply(act(slot), at_moment(), seen.fingerprint)
    assert said(done) == said(seen)
    assert done.fingerprint == seen.fingerprint
    assert (len(seen.runs), len(done.runs)) == (0, 1)


@pytest.mark.parametrize("act", ACTS)
def test_the_state_changes_between_them(slot, act):
    seen = look(act(slot))
    touch(day("2026-01-21"))
    before = calendar()

    with pytest.raises(StalePlanError, match="has changed since") as caught:
        apply(act(slot), at_moment(), seen.fingerprint)

    assert calendar() == before
    assert RecurringSlot.objects.get().valid_until is None
    assert caught.value.new_plan.fingerprint == look(act(slot)).fingerprint


@pytest.mark.parametrize("act", ACTS)
def test_the_schedule_itself_changes_between_them(slot, act):
    seen = look(act(slot))
    RecurringSlot.objects.update(valid_until=day("2026-06-30"))
    with pytest.raises(StalePlanError):
        apply(act(slot), at_moment(), seen.fingerprint)


def test_a_writer_in_between_makes_it_start_again(slot, monkeypatch):
    def meanwhile(request, now):
        ScheduledClass.objects.filter(date="2026-01-21").update(notes="meanwhile")
        raise execute.ConcurrentEditError("one of 2 classes has changed")

    monkeypatch.setattr(execute, "run_in_transaction", meanwhile)
    with pytest.raises(StalePlanError) as caught:
        apply(ACTS[0](slot), at_moment(), None)
    assert caught.value.new_plan is None
    assert RecurringSlot.objects.count() == 1


def test_what_was_done_is_in_the_log_and_can_be_told_from_a_run(slot):
    done = do(ACTS[0](slot))
    run = JobRun.objects.get(pk=done.runs[0])
    assert (run.job, run.state, run.trigger, run.triggered_by) == (
        *("horizon", "succeeded", "change", "teresa"),
    )
    assert run.counts["moved"] == 2
    assert not run.is_full
    assert run.items.filter(outcome="moved").count() == 2


def test_a_plan_of_many_classes_takes_as_many_queries_as_one_of_few(settings):
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
