"""A single bad series in a large studio, which costs no other student a class."""

import pytest

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.generation import generator
from scheduling.models import RecurringSlot, ScheduledClass, Teacher
from scheduling.tests.jobs.helpers import horizon, items
from scheduling.tests.support.studio import build

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
SLOTS = 1_000


@pytest.fixture
def studio():
    build(SLOTS, 25)


def test_invalid_series_among_a_thousand_costs_only_its_own_class(studio):
    lost = RecurringSlot.objects.select_related("teacher").latest("id")
    nowhere = Teacher.objects.create(name="Nemo", time_zone="Mars/Olympus")
    RecurringSlot.objects.filter(pk=lost.pk).update(teacher=nowhere)
    result = horizon(weeks=1)
    assert result.state == "partial"
    assert result.counts[Outcome.INVALID] == 1
    assert ScheduledClass.objects.count() == result.classes_created == SLOTS - 1
    (item,) = items(result, "invalid")
    assert (item.student_id, item.code) == (lost.student_id, "unknown_zone")


def test_refused_series_among_a_thousand_costs_only_its_own_class(studio, monkeypatch):
    bad = RecurringSlot.objects.order_by("id")[SLOTS // 2]
    plan = generator.plan_series

    def refuse(context, series, now):
        if any(row.id == bad.pk for row in series):
            raise ValueError("broken series")
        return plan(context, series, now)

    monkeypatch.setattr(generator, "plan_series", refuse)
    result = horizon(weeks=1)
    assert result.counts[Outcome.ERROR] == 1
    assert ScheduledClass.objects.count() == SLOTS - 1
    (item,) = items(result, "error")
    assert item.student_id == bad.student_id
