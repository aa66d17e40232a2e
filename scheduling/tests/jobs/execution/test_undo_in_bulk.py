"""Undo beside concurrent writers: it waits for a person, and a run waits for it."""

import threading

import pytest
from django.db import connection

from scheduling.jobs.execution.undo import undo
from scheduling.models import JobRun, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY
from scheduling.tests.jobs.generation.test_concurrent_edit import open_edit
from scheduling.tests.jobs.helpers import counts, horizon
from scheduling.tests.jobs.waiting import is_calendar_lock_awaited, wait_until

# SQLite serializes writers.
pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_class_with_uncommitted_attendance_is_kept():
    make.slot()
    run = JobRun.objects.get(pk=horizon(weeks=3).run_id)
    marked = ScheduledClass.objects.filter(date=MONDAY)

    with open_edit(lambda: marked.update(attendance="excused")):
        result = undo(run, by="teresa", clock=lambda: EARLY)

    assert ([line.code for line in result.kept], result.removed_count) == (["attended"], 2)
    assert ScheduledClass.objects.get().attendance == "excused"


def test_run_started_during_undo_creates_classes_again():
    make.slot()
    run = JobRun.objects.get(pk=horizon(weeks=3).run_id)
    results = []

    def work():
        try:
            results.append(horizon(weeks=3))
        finally:
            connection.close()

    thread = threading.Thread(target=work)

    def clock():
        thread.start()
        wait_until(is_calendar_lock_awaited)
        return EARLY

    result = undo(run, by="teresa", clock=clock)
    thread.join(60)

    assert result.removed_count == 3
    assert counts(results[0]) == {"created": 3}
    made_by = ScheduledClass.objects.values_list("created_by_run_id", flat=True)
    assert list(made_by) == [results[0].run_id] * 3
