"""Changes between plan and write: the chunk is planned again and no edit is overwritten."""

from datetime import date

import pytest

from scheduling.jobs.generation import generator
from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import at
from scheduling.tests.jobs.helpers import calendar, counts, dates, horizon

pytestmark = pytest.mark.django_db
SECOND = date(2026, 1, 14)


@pytest.fixture
def slot():
    row = make.slot(weekday=3)
    horizon(weeks=3)
    return row


@pytest.fixture
def meanwhile(monkeypatch):
    """Return a function that schedules ``action`` between the first plan and its write.

    A change of another connection would persist. This one is rolled back with the chunk, so it is
    repeated before the second plan.
    """

    def arrange(action):
        guarded, applied = generator.guard_transaction, generator.write_plan
        done = []

        def guard_transaction():
            guarded()
            if done:
                action()

        def apply(*args):
            if not done:
                done.append(True)
                action()
            return applied(*args)

        monkeypatch.setattr(generator, "guard_transaction", guard_transaction)
        monkeypatch.setattr(generator, "write_plan", apply)
        return done

    return arrange


def edit(**values):
    return lambda: ScheduledClass.objects.filter(week="2026-01-12").update(**values)


EDITS = [
    {"notes": "recital"},
    {"attendance": "present"},
    {"status": "completed"},
    {"status": "cancelled", "cancelled_by": "student"},
    {"edited_at": make.EARLY, "subject": "Cello"},
]


@pytest.mark.parametrize("values", EDITS, ids=lambda v: next(iter(v)))
@pytest.mark.parametrize("plan", ["move", "remove", "cancel"])
def test_class_edited_meanwhile_is_left_unchanged(slot, meanwhile, values, plan):
    if plan == "move":
        slot.start_time = at("17:00")
    elif plan == "remove":
        slot.status = "paused"
    else:
        make.closure("Strike", date(2026, 1, 1), date(2026, 1, 31))
    slot.save()
    done = meanwhile(edit(**values))
    result = horizon(weeks=3)
    assert done
    row = ScheduledClass.objects.get(week="2026-01-12")
    assert {name: getattr(row, name) for name in values} == values
    assert (row.date, row.start_time) == (SECOND, at("10:00"))
    assert (result.counts["protected"], result.counts["error"]) == (1, 0)
    assert sum(result.counts[name] for name in ("moved", "removed", "cancelled")) == 2


def test_class_edited_before_closure_is_deleted_stays_cancelled(slot, meanwhile):
    strike = make.closure("Strike", SECOND)
    horizon(weeks=3)
    strike.delete()
    meanwhile(edit(attendance="excused"))
    assert counts(horizon(weeks=3)) == {"exists": 2, "protected": 1}
    assert str(SECOND) not in dates()


def test_hour_booked_meanwhile_is_conflict(slot, meanwhile):
    people = {"student": make.student(), "teacher": slot.teacher}

    def book():
        if not ScheduledClass.objects.filter(student=people["student"]).exists():
            make.lesson(on=date(2026, 1, 28), **people)

    meanwhile(book)
    assert counts(horizon(weeks=5)) == {"exists": 3, "created": 1, "conflict": 1}


def test_class_created_meanwhile_counts_as_existing(slot, meanwhile):
    ScheduledClass.objects.filter(date=SECOND).delete()

    def create():
        if not ScheduledClass.objects.filter(week="2026-01-12").exists():
            make.lesson(on=SECOND, recurring_slot=slot)

    meanwhile(create)
    assert counts(horizon(weeks=3)) == {"exists": 3}


def test_class_deleted_meanwhile_is_created_again(slot, meanwhile):
    slot.start_time = at("17:00")
    slot.save()
    meanwhile(lambda: ScheduledClass.objects.filter(week="2026-01-12").delete())
    assert counts(horizon(weeks=3)) == {"moved": 2, "created": 1}
    assert {row[8] for row in calendar()} == {at("17:00")}


def test_series_changed_meanwhile_is_read_again(slot, meanwhile):
    """This holds only if the chunk is planned again; otherwise the next run follows the change."""
    slot.start_time = at("17:00")
    slot.save()

    def change():
        type(slot).objects.filter(pk=slot.pk).update(start_time=at("18:00"))
        ScheduledClass.objects.filter(week="2026-01-12").update(notes="recital")

    meanwhile(change)
    assert counts(horizon(weeks=3)) == {"moved": 2, "protected": 1}
    assert [row[8] for row in calendar()] == [at("18:00"), at("10:00"), at("18:00")]
