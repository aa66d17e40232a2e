"""A person's transaction is open while a run writes: the run waits, looks again, and gives way."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.jobs.helpers import counts, horizon
from scheduling.tests.jobs.waiting import wait_until

# On SQLite writers take turns: there is no such moment.
pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@contextmanager
def person(action, keep=True):
    """Someone does ``action`` and commits it (or not) no sooner than the run waits for them."""
    ready, faults = threading.Event(), []

    def work():
        try:
            with transaction.atomic():
                action()
                ready.set()
                with connection.cursor() as cursor:

                    def kept_waiting():
                        cursor.execute(WAITING)
                        return cursor.fetchone()[0]

                    wait_until(kept_waiting)
                transaction.set_rollback(not keep)
        except BaseException as error:
            faults.append(error)
        finally:
            ready.set()
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(30)
    yield
    thread.join(60)
    assert faults == []


def test_hour_in_uncommitted_booking_is_conflict():
    slot, juan = make.slot(), make.student("Juan")
    with person(lambda: make.lesson(juan, MONDAY, "10:30", "11:30", slot.teacher)):
        result = horizon(weeks=2)
    assert counts(result) == {"created": 1, "conflict": 1}
    assert ScheduledClass.objects.count() == 2


@pytest.mark.parametrize(
    "touch",
    [{"notes": "recital"}, {"status": "cancelled", "cancelled_by": "student"}],
    ids=["noted", "cancelled"],
)
def test_class_with_uncommitted_edit_is_protected(touch):
    slot = make.slot()
    horizon(weeks=2)
    slot.start_time = at("17:00")
    slot.save()
    with person(lambda: ScheduledClass.objects.filter(date=MONDAY).update(**touch)):
        result = horizon(weeks=2)
    assert counts(result) == {"moved": 1, "protected": 1}
    row = ScheduledClass.objects.get(date=MONDAY)
    assert row.start_time == at("10:00")
    assert {name: getattr(row, name) for name in touch} == touch


def test_class_with_uncommitted_deletion_is_created_again():
    slot = make.slot()
    horizon(weeks=2)
    slot.start_time = at("17:00")
    slot.save()
    with person(lambda: ScheduledClass.objects.filter(date=MONDAY).delete()):
        result = horizon(weeks=2)
    assert counts(result) == {"moved": 1, "created": 1}


def test_booking_that_is_rolled_back_is_no_conflict():
    slot = make.slot()

    with person(lambda: make.lesson(on=MONDAY, whom=slot.teacher), keep=False):
        result = horizon(weeks=2)
    assert counts(result) == {"created": 2}
