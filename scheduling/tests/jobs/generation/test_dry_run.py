"""Dry runs: they write nothing and report what the run does."""

from collections import Counter
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.jobs.execution import runner
from scheduling.jobs.generation import chunks
from scheduling.models import Job, JobRun, JobRunItem, ScheduledClass, Teacher
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import (
    Recorder,
    calendar,
    counts,
    dry_run,
    horizon,
    request,
    run_job,
    run_options,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy_studio():
    """Build a studio in which nearly every outcome occurs."""
    bach = make.teacher("Bach", zone="Europe/Berlin")
    moved, removed, closed, reopened = (make.slot(bach, weekday=n) for n in range(1, 5))
    edited = make.slot(bach, weekday=5)
    reopen = make.closure("Strike", MONDAY, student=reopened.student)
    reopen.last_date = MONDAY.replace(day=31)
    reopen.save()
    horizon(weeks=3)
    ScheduledClass.objects.filter(recurring_slot=reopened).delete()
    reopen.delete()
    make.closure("Leave", MONDAY, MONDAY.replace(day=31), student=closed.student)
    moved.start_time, removed.status = make.at("08:00"), "paused"
    moved.save()
    removed.save()
    ScheduledClass.objects.filter(recurring_slot=edited).update(notes="recital")
    make.slot(bach, weekday=5)
    make.slot(bach, weekday=6)
    make.slot(make.teacher(is_active=False))
    make.slot(make.teacher(zone="Mars"))
    make.slot(valid_from=MONDAY.replace(year=2027))
    make.schedule(make.student(start=MONDAY.replace(year=2025)), weekday=7)
    make.student("Nobody")


@pytest.mark.parametrize("job", [Job.WEEKLY, Job.HORIZON, Job.MISSING])
def test_dry_run_writes_nothing(busy_studio, job):
    before = (calendar(), JobRun.objects.count(), JobRunItem.objects.count())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        result, lines = dry_run(job, weeks=3)
    assert result.classes_created > 0
    assert lines
    assert result.run_id is None
    assert (calendar(), JobRun.objects.count(), JobRunItem.objects.count()) == before
    verbs = {query["sql"].split()[0].upper() for query in queries}
    assert verbs == {"SELECT", "WITH"}


@pytest.mark.parametrize("limit", [8_000, 1], ids=["one chunk", "a chunk for each teacher"])
@pytest.mark.parametrize("job", [Job.WEEKLY, Job.HORIZON, Job.MISSING])
def test_dry_run_reports_what_run_does(busy_studio, job, limit, monkeypatch):
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=limit))
    preview, lines = dry_run(job, weeks=3)
    observer = Recorder()
    result = run_job(job, weeks=3, observer=observer)
    assert preview.counts == result.counts
    assert (preview.students, preview.teachers) == (result.students, result.teachers)
    assert (preview.done, preview.total) == (result.done, result.total)
    assert (preview.state, preview.window) == (result.state, result.window)
    assert preview.errors() == result.errors()

    def texts(lines):
        return Counter(
            (line.outcome, line.student, line.day, line.reason)
            for line in lines
            if line.outcome != "created"
        )

    assert texts(lines) == texts(observer.result_lines)
    created = sorted((line.series.id, line.day) for line in lines if line.outcome == "created")
    rows = ScheduledClass.objects.filter(created_by_run_id=result.run_id)
    assert created == sorted(
        (row.recurring_slot_id or row.fixed_schedule_id, row.date) for row in rows
    )


def test_studio_of_these_tests_has_every_outcome(busy_studio):
    """Otherwise the two tests above would prove too little."""
    total = dry_run(Job.HORIZON, weeks=4)[0].counts + dry_run(Job.WEEKLY)[0].counts
    missing_here = {"exists", "restored", "closed", "ended", "error"}
    assert missing_here | set(counts_of(total)) >= {
        "created", "moved", "removed", "cancelled", "protected", "conflict",
        "not_started", "paused", "inactive", "no_schedule", "invalid",
    }  # fmt: skip


def counts_of(counter):
    return {outcome.value for outcome in counter if counter[outcome]}


def test_dry_run_claims_nothing_and_allows_runs():
    make.slot()

    class Meanwhile(Recorder):
        def started(self, result):
            assert counts(horizon(weeks=2)) == {"created": 2}

    preview = runner.preview(request(Job.HORIZON, weeks=2), run_options(observer=Meanwhile()))
    assert counts(preview) == {"exists": 2}
    assert JobRun.objects.count() == 1


def test_narrowed_dry_run_covers_only_its_teachers():
    slots = [make.slot() for _ in range(3)]
    preview, lines = dry_run(Job.HORIZON, weeks=1, teacher_ids=(slots[1].teacher_id,))
    assert counts(preview) == {"created": 1}
    assert [line.series.id for line in lines] == [slots[1].pk]
    assert Teacher.objects.count() == 3
