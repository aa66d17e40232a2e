"""Existing conflicts are not reported by changes that only remove lessons."""

import pytest

from scheduling.models import Closure, RecurringSlot
from scheduling.services.schedule_changes import (
    AddClosure,
    AddHolidays,
    DeleteClosures,
    EndPerson,
    EndSeries,
    PauseSeries,
    TeacherAbsence,
)
from scheduling.tests import factories as make
from scheduling.tests.factories import day
from scheduling.tests.jobs.helpers import horizon

from .helpers import do, key_of, look

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture
def first() -> RecurringSlot:
    """The older of two slots with the same teacher, student and hour."""
    marta, ana = make.teacher("Marta Gil"), make.student("Ana Ruiz")
    older = make.slot(marta, ana)
    make.slot(marta, ana, start="10:30")
    horizon()
    return older


ACTS = {
    "days": (lambda slot: AddHolidays(((day("2026-01-12"), "A"), (day("2026-01-26"), "B"))), 2),
    "teacher": (lambda slot: AddClosure(closed(teacher=slot.teacher)), 1),
    "student": (lambda slot: AddClosure(closed(student=slot.student)), 1),
    "all": (lambda slot: AddClosure(closed()), 1),
    "absent": (lambda slot: TeacherAbsence(slot.teacher, day("2026-01-12"), day("2026-01-12")), 1),
    "pause": (lambda slot: PauseSeries(key_of(late()), day("2026-01-12"), day("2026-01-18")), 0),
    "end": (lambda slot: EndSeries(key_of(late()), day("2026-03-17")), 0),
    "person": (lambda slot: EndPerson(slot.student, day("2026-03-17")), 1),
}


def closed(**scope):
    days = {"first_date": day("2026-01-12"), "last_date": day("2026-01-12")}
    return {"name": "Strike", **days, **scope}


def late() -> RecurringSlot:
    return RecurringSlot.objects.latest("pk")


@pytest.mark.parametrize("name", ACTS)
def test_existing_conflict_is_not_reported(first, name):
    change, cancelled = ACTS[name]
    change_plan = look(change(first))
    assert "clash" not in change_plan.planned_summary + change_plan.done_summary
    assert len(change_plan.lines) == cancelled
    assert "clash" not in do(change(first)).done_summary


def test_conflict_hidden_by_a_closure_is_reported_on_deletion(first):
    do(AddClosure(closed()))
    change_plan = do(DeleteClosures((Closure.objects.get().pk,)))
    text = "Done. Classes: 1 restored. 1 class clashes with another lesson."
    assert change_plan.done_summary == text
