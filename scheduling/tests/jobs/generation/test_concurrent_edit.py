"""Open transactions of people while a run writes: the run waits and plans again."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.jobs.helpers import counts, horizon
from scheduling.tests.jobs.waiting import wait_until

# SQLite serializes writers.
pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@contextmanager
def open_edit(action, keep=True):
    """Perform ``action`` in a thread and commit it (or roll it back) once the run waits for it."""
    ready, errors = threading.Event(), []

    def work():
        try:
            with transaction.atomic():
                action()
                ready.set()
                with connection.cursor() as cursor:

                    def run_waits():
                        cursor.execute(WAITING)
                        return cursor.fetchone()[0]

                    wait_until(run_waits)
                transaction.set_rollback(not keep)
        except BaseException as error:
            errors.append(error)
        finally:
            ready.set()
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(30)
    yield
    thread.join(60)
    assert errors == []


def test_hour_in_uncommitted_booking_is_conflict():
    slot, juan = make.slot(), make.student("Juan")
    with open_edit(lambda: make.lesson(juan, MONDAY, "10:30", "11:30", slot.teacher)):
        result = horizon(weeks=2)
    assert counts(result) == {"created": 1, "conflict": 1}
    assert ScheduledClass.objects.count() == 2


@pytest.mark.parametrize(
    "edit",
    [{"notes": "recital"}, {"status": "cancelled", "cancelled_by": "student"}],
    ids=["noted", "cancelled"],
)
def test_class_with_uncommitted_edit_is_protected(edit):
    slot = make.slot()
    horizon(weeks=2)
    slot.start_time = at("17:00")
    slot.save()
    with open_edit(lambda: ScheduledClass.objects.filter(date=MONDAY).update(**edit)):
        result = horizon(weeks=2)
    assert counts(result) == {"moved": 1, "protected": 1}
    row = ScheduledClass.objects.get(date=MONDAY)
    assert row.start_time == at("10:00")
    assert {name: getattr(row, name) for name in edit} == edit


def test_class_with_uncommitted_deletion_is_created_again():
    slot = make.slot()
    horizon(weeks=2)
    slot.start_time = at("17:00")
    slot.save()
    with open_edit(lambda: ScheduledClass.objects.filter(date=MONDAY).delete()):
        result = horizon(weeks=2)
    assert counts(result) == {"moved": 1, "created": 1}


def test_booking_that_is_rolled_back_is_no_conflict():
    slot = make.slot()

    with open_edit(lambda: make.lesson(on=MONDAY, teacher=slot.teacher), keep=False):
        result = horizon(weeks=2)
    assert counts(result) == {"created": 2}
