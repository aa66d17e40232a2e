"""Undo of a run: its classes are removed, edited and started classes are kept and named."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.jobs.execution import undo as undoing
from scheduling.jobs.execution.undo import RunPrunedError, find_run, preview_undo, undo
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.models import Job, JobRun, RecurringSlot, RunState, ScheduledClass, Trigger
from scheduling.services.classes.edit import mark_attendance, move
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, day, moment
from scheduling.tests.jobs.helpers import calendar, calendar_content, counts, dates, horizon, weekly

pytestmark = pytest.mark.django_db

WEDNESDAY_NIGHT = moment("2026-01-07 23:00")


def run_of(result):
    return JobRun.objects.get(pk=result.run_id)


def undo_run(result, now=EARLY, by="teresa"):
    return undo(run_of(result), by=by, clock=lambda: now)


def summarize(lines):
    return [(str(line.day), line.student, line.code) for line in lines]


@pytest.fixture
def week():
    """Run the weekly job for a student with classes on Monday, Wednesday and Friday."""
    ana = make.student("Ana Ruiz")
    for weekday in (1, 3, 5):
        make.schedule(ana, weekday=weekday)
    return weekly()


def test_classes_created_by_run_are_removed(week):
    make.lesson(on=day("2026-01-06"))

    result = undo_run(week)

    assert (result.removed_count, result.kept, result.gone) == (3, [], 0)
    assert summarize(result.removed) == [
        ("2026-01-05", "Ana Ruiz", ""),
        ("2026-01-07", "Ana Ruiz", ""),
        ("2026-01-09", "Ana Ruiz", ""),
    ]
    assert dates() == ["2026-01-06"]


def test_classes_of_other_runs_are_kept(week):
    make.slot()
    other = horizon()
    before = set(ScheduledClass.objects.filter(created_by_run_id=other.run_id))

    undo_run(week)

    assert set(ScheduledClass.objects.all()) == before


def test_class_with_attendance_is_kept(week):
    marked = ScheduledClass.objects.get(date=day("2026-01-07"))
    mark_attendance(marked.pk, "excused", now=EARLY)

    result = undo_run(week)

    assert result.removed_count == 2
    (kept,) = result.kept
    assert (kept.class_id, kept.code, kept.reason) == (
        marked.pk,
        "attended",
        "attendance is marked: stays",
    )
    assert dates() == ["2026-01-07"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"status": "completed"}, "completed"),
        ({"status": "cancelled", "cancelled_by": "student"}, "cancelled_by_hand"),
        ({"notes": "Scales"}, "noted"),
        ({"edited_at": EARLY}, "edited_by_hand"),
        ({"edited_at": EARLY, "date": day("2026-01-08")}, "moved_by_hand"),
    ],
)
def test_edited_classes_are_kept(week, values, code):
    ScheduledClass.objects.filter(date=day("2026-01-07")).update(**values)
    result = undo_run(week)
    assert ([line.code for line in result.kept], result.removed_count) == ([code], 2)
    assert ScheduledClass.objects.count() == 1


def test_started_classes_are_kept(week):
    result = undo_run(week, moment("2026-01-07 10:00"))

    assert summarize(result.kept) == [
        ("2026-01-05", "Ana Ruiz", "begun"),
        ("2026-01-07", "Ana Ruiz", "begun"),
    ]
    assert dates() == ["2026-01-05", "2026-01-07"]


def test_class_cancelled_by_closure_is_removed(week):
    make.closure("Holiday", day("2026-01-07"))
    weekly()
    assert undo_run(week).removed_count == 3
    assert not ScheduledClass.objects.exists()


def test_class_moved_by_later_run_is_removed():
    slot = make.slot(valid_until=day("2026-01-18"))
    first = horizon()
    RecurringSlot.objects.filter(pk=slot.pk).update(weekday=2)
    assert counts(horizon())["moved"] == 2
    assert undo_run(first).removed_count == 2


def test_rerun_after_undo_creates_same_classes(week):
    before = calendar_content()
    undo_run(week)
    assert not ScheduledClass.objects.exists()

    assert counts(weekly()) == {"created": 3}

    assert calendar_content() == before


def test_rerun_after_undo_creates_no_twin_of_kept_class(week):
    moved_class = ScheduledClass.objects.get(date=day("2026-01-07"))
    move(moved_class.pk, to_date=day("2026-01-08"), now=EARLY)
    undo_run(week)
    assert counts(weekly()) == {"created": 2, "protected": 1}
    assert dates() == ["2026-01-05", "2026-01-08", "2026-01-09"]


def test_rerun_after_undo_follows_changed_series():
    slot = make.slot()
    undo_run(horizon())
    RecurringSlot.objects.filter(pk=slot.pk).update(valid_until=MONDAY)
    horizon()
    assert dates() == ["2026-01-05"]


def test_second_undo_removes_nothing(week):
    undo_run(week)
    weekly()
    before = calendar()

    again = undo_run(week, EARLY + timedelta(hours=1), "pablo")

    assert (again.removed_count, again.kept, again.gone) == (0, [], 3)
    assert calendar() == before
    run = run_of(week)
    assert (run.undone_at, run.undone_by, run.classes_undone) == (EARLY, "teresa", 3)


def test_run_records_user_and_time_of_undo(week):
    ScheduledClass.objects.filter(date=day("2026-01-07")).update(notes="Scales")
    undo_run(week)
    ScheduledClass.objects.update(notes="")

    later = EARLY + timedelta(hours=1)
    result = undo_run(week, later, "pablo")

    assert (result.run.undone_at, result.run.undone_by) == (later, "pablo")
    assert run_of(week).classes_undone == 3
    assert run_of(week).state == RunState.SUCCEEDED


def test_undo_that_removes_nothing_is_recorded(week):
    result = undo_run(week, moment("2026-01-12 00:00"))
    assert (result.removed_count, result.kept_count) == (0, 3)
    assert run_of(week).undone_by == "teresa"
    assert result.message == "0 classes removed, 3 kept."


def test_preview_matches_undo_and_writes_nothing(week):
    ScheduledClass.objects.filter(date=day("2026-01-09")).update(notes="Scales")
    before = calendar()

    preview = preview_undo(run_of(week), EARLY)

    assert calendar() == before
    assert run_of(week).undone_at is None
    done = undo_run(week)
    assert (preview.removed, preview.kept, preview.removed_count) == (done.removed, done.kept, 2)
    assert preview.message.startswith("2 classes would be removed, 1 kept. The next run makes them")
    assert done.message.startswith("2 classes removed, 1 kept. The next run makes them again")


def test_undo_is_refused_while_run_of_same_job_is_active(week):
    active = JobRun.objects.create(job=Job.WEEKLY, trigger=Trigger.CRON, state=RunState.RUNNING)

    for refused in (lambda: undo_run(week), lambda: preview_undo(run_of(week), EARLY)):
        with pytest.raises(AlreadyRunningError) as error:
            refused()
        assert error.value.run == active

    assert ScheduledClass.objects.count() == 3


def test_undo_of_active_narrowed_run_is_refused():
    active = JobRun.objects.create(
        job=Job.WEEKLY, trigger=Trigger.CHANGE, state=RunState.RUNNING, is_full=False
    )
    with pytest.raises(AlreadyRunningError):
        undo(active, by="teresa", clock=lambda: EARLY)


def test_undo_ignores_other_jobs_and_narrowed_runs(week):
    JobRun.objects.create(job=Job.HORIZON, trigger=Trigger.CRON, state=RunState.RUNNING)
    JobRun.objects.create(
        job=Job.WEEKLY, trigger=Trigger.CHANGE, state=RunState.RUNNING, is_full=False
    )
    assert undo_run(week).removed_count == 3


def test_undo_marks_dead_run_as_crashed_and_proceeds(week):
    dead = JobRun.objects.create(
        job=Job.WEEKLY,
        trigger=Trigger.CRON,
        state=RunState.RUNNING,
        heartbeat=EARLY,
    )
    assert undo_run(week).removed_count == 3
    dead.refresh_from_db()
    assert dead.state == RunState.CRASHED


def test_undo_stops_when_run_begins_between_chunks(monkeypatch):
    make.slot(valid_until=day("2026-01-31"))
    run = horizon()
    monkeypatch.setattr(undoing, "ROWS_A_CHUNK", 3)
    recorded = undoing._record

    def record_then_start_run(*args):
        recorded(*args)
        JobRun.objects.create(job=Job.HORIZON, trigger=Trigger.CRON, state=RunState.RUNNING)

    monkeypatch.setattr(undoing, "_record", record_then_start_run)
    with pytest.raises(AlreadyRunningError):
        undo_run(run)
    assert (dates(), run_of(run).classes_undone) == (["2026-01-26"], 3)


def test_interrupted_undo_keeps_whole_chunks_and_can_be_completed(monkeypatch):
    make.slot(valid_until=day("2026-01-31"))
    run = horizon()
    monkeypatch.setattr(undoing, "ROWS_A_CHUNK", 2)
    recorded = undoing._record

    def interrupted(*args):
        recorded(*args)
        if ScheduledClass.objects.count() == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(undoing, "_record", interrupted)
    with pytest.raises(KeyboardInterrupt):
        undo_run(run)
    assert (ScheduledClass.objects.count(), run_of(run).classes_undone) == (2, 2)

    monkeypatch.undo()
    undo_run(run)
    assert (ScheduledClass.objects.count(), run_of(run).classes_undone) == (0, 4)


def test_removed_lines_are_limited_and_kept_lines_are_not(monkeypatch):
    make.slot(valid_until=day("2026-02-28"))
    run = horizon()
    monkeypatch.setattr(undoing, "NAMED", 3)
    monkeypatch.setattr(undoing, "ROWS_A_CHUNK", 2)
    result = undo_run(run, moment("2026-02-03 00:00"))
    assert (len(result.removed), result.removed_count, result.kept_count) == (3, 3, 5)


def test_undo_of_job_without_classes_removes_nothing():
    run = JobRun.objects.create(job=Job.PRUNE, trigger=Trigger.CRON, state=RunState.SUCCEEDED)
    result = undo(run, by="teresa", clock=lambda: EARLY)
    assert (result.removed_count, result.kept, result.gone) == (0, [], 0)


def test_pruned_run_differs_from_unknown_run(week):
    JobRun.objects.filter(pk=week.run_id).delete()
    with pytest.raises(RunPrunedError):
        find_run(week.run_id)  # its classes still name it
    ScheduledClass.objects.all().delete()
    newer = weekly()
    with pytest.raises(RunPrunedError):
        find_run(week.run_id)  # a newer run exists
    assert find_run(newer.run_id) == run_of(newer)
    with pytest.raises(JobRun.DoesNotExist):
        find_run(newer.run_id + 1)
    with pytest.raises(JobRun.DoesNotExist):
        find_run(0)


def test_run_pruned_before_undo_is_refused(week):
    run = run_of(week)
    JobRun.objects.filter(pk=run.pk).delete()
    with pytest.raises(RunPrunedError):
        undo(run, by="teresa", clock=lambda: EARLY)
    assert ScheduledClass.objects.count() == 3


def test_query_count_is_constant():
    def queries():
        run = run_of(horizon())
        with CaptureQueriesContext(connection) as captured:
            preview_undo(run, EARLY)
        previewed = len(captured)
        with CaptureQueriesContext(connection) as captured:
            undo(run, by="teresa", clock=lambda: EARLY)
        return previewed, len(captured)

    make.slot()
    few = queries()
    for _ in range(9):
        make.slot()
    assert queries() == few
