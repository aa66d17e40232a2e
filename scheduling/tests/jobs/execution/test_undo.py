"""Undo: what a run created goes, what a person touched and what has begun stays, each named."""

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
from scheduling.tests.jobs.helpers import calendar, counts, dates, horizon, shape, weekly

pytestmark = pytest.mark.django_db

WEDNESDAY_NIGHT = moment("2026-01-07 23:00")


def run_of(result):
    return JobRun.objects.get(pk=result.run_id)


def undone(result, now=EARLY, by="teresa"):
    return undo(run_of(result), by=by, clock=lambda: now)


def told(lines):
    return [(str(line.day), line.student, line.code) for line in lines]


@pytest.fixture
def week():
    """A run of the week of a student with lessons on Monday, Wednesday and Friday."""
    ana = make.student("Ana Ruiz")
    for weekday in (1, 3, 5):
        make.schedule(ana, weekday=weekday)
    return weekly()


def test_what_the_run_created_goes(week):
    make.lesson(on=day("2026-01-06"))

    result = undone(week)

    assert (result.removed_count, result.kept, result.gone) == (3, [], 0)
    assert told(result.removed) == [
        ("2026-01-05", "Ana Ruiz", ""),
        ("2026-01-07", "Ana Ruiz", ""),
        ("2026-01-09", "Ana Ruiz", ""),
    ]
    assert dates() == ["2026-01-06"]


def test_classes_of_other_runs_stay(week):
    make.slot()
    other = horizon()
    before = set(ScheduledClass.objects.filter(created_by_run_id=other.run_id))

    undone(week)

    assert set(ScheduledClass.objects.all()) == before


def test_undo_after_an_attendance_mark(week):
    marked = ScheduledClass.objects.get(date=day("2026-01-07"))
    mark_attendance(marked.pk, "excused", now=EARLY)

    result = undone(week)

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
def test_what_a_person_touched_stays_however_it_was_touched(week, values, code):
    ScheduledClass.objects.filter(date=day("2026-01-07")).update(**values)
    result = undone(week)
    assert ([line.code for line in result.kept], result.removed_count) == ([code], 2)
    assert ScheduledClass.objects.count() == 1


def test_what_has_begun_stays(week):
    result = undone(week, moment("2026-01-07 10:00"))

    assert told(result.kept) == [
        ("2026-01-05", "Ana Ruiz", "begun"),
        ("2026-01-07", "Ana Ruiz", "begun"),
    ]
    assert dates() == ["2026-01-05", "2026-01-07"]


def test_what_a_closure_cancelled_goes_too(week):
    make.closure("Holiday", day("2026-01-07"))
    weekly()
    assert undone(week).removed_count == 3
    assert not ScheduledClass.objects.exists()


def test_what_another_run_moved_since_goes_too():
    slot = make.slot(valid_until=day("2026-01-18"))
    first = horizon()
    RecurringSlot.objects.filter(pk=slot.pk).update(weekday=2)
    assert counts(horizon())["moved"] == 2
    assert undone(first).removed_count == 2


def test_undo_then_rerun(week):
    before = shape()
    undone(week)
    assert not ScheduledClass.objects.exists()

    assert counts(weekly()) == {"created": 3}

    assert shape() == before


def test_undo_then_rerun_with_one_that_was_kept(week):
    one = ScheduledClass.objects.get(date=day("2026-01-07"))
    move(one.pk, to_date=day("2026-01-08"), now=EARLY)
    undone(week)
    assert counts(weekly()) == {"created": 2, "protected": 1}
    assert dates() == ["2026-01-05", "2026-01-08", "2026-01-09"]


def test_undo_then_another_schedule_then_rerun():
    slot = make.slot()
    undone(horizon())
    RecurringSlot.objects.filter(pk=slot.pk).update(valid_until=MONDAY)
    horizon()
    assert dates() == ["2026-01-05"]


def test_twice_is_harmless(week):
    undone(week)
    weekly()
    before = calendar()

    again = undone(week, EARLY + timedelta(hours=1), "pablo")

    assert (again.removed_count, again.kept, again.gone) == (0, [], 3)
    assert calendar() == before
    run = run_of(week)
    assert (run.undone_at, run.undone_by, run.classes_undone) == (EARLY, "teresa", 3)


def test_the_run_says_who_undid_it_and_when(week):
    ScheduledClass.objects.filter(date=day("2026-01-07")).update(notes="Scales")
    undone(week)
    ScheduledClass.objects.update(notes="")

    later = EARLY + timedelta(hours=1)
    result = undone(week, later, "pablo")

    assert (result.run.undone_at, result.run.undone_by) == (later, "pablo")
    assert run_of(week).classes_undone == 3
    assert run_of(week).state == RunState.SUCCEEDED


def test_an_undo_of_nothing_is_recorded(week):
    result = undone(week, moment("2026-01-12 00:00"))
    assert (result.removed_count, result.kept_count) == (0, 3)
    assert run_of(week).undone_by == "teresa"
    assert result.message == "0 classes removed, 3 kept."


def test_a_preview_says_the_same_and_writes_nothing(week):
    ScheduledClass.objects.filter(date=day("2026-01-09")).update(notes="Scales")
    before = calendar()

    seen = preview_undo(run_of(week), EARLY)

    assert calendar() == before
    assert run_of(week).undone_at is None
    done = undone(week)
    assert (seen.removed, seen.kept, seen.removed_count) == (done.removed, done.kept, 2)
    assert seen.message.startswith("2 classes would be removed, 1 kept. The next run makes them")
    assert done.message.startswith("2 classes removed, 1 kept. The next run makes them again")


def test_while_a_run_of_the_job_is_active_it_is_refused(week):
    active = JobRun.objects.create(job=Job.WEEKLY, trigger=Trigger.CRON, state=RunState.RUNNING)

    for refused in (lambda: undone(week), lambda: preview_undo(run_of(week), EARLY)):
        with pytest.raises(AlreadyRunningError) as error:
            refused()
        assert error.value.run == active

    assert ScheduledClass.objects.count() == 3


def test_a_run_that_is_active_itself_is_refused_narrowed_or_not():
    active = JobRun.objects.create(
        job=Job.WEEKLY, trigger=Trigger.CHANGE, state=RunState.RUNNING, is_full=False
    )
    with pytest.raises(AlreadyRunningError):
        undo(active, by="teresa", clock=lambda: EARLY)


def test_runs_of_other_jobs_and_narrowed_ones_don_t_hold_it_up(week):
    JobRun.objects.create(job=Job.HORIZON, trigger=Trigger.CRON, state=RunState.RUNNING)
    JobRun.objects.create(
        job=Job.WEEKLY, trigger=Trigger.CHANGE, state=RunState.RUNNING, is_full=False
    )
    assert undone(week).removed_count == 3


def test_a_dead_run_doesn_t_hold_it_up(week):
    dead = JobRun.objects.create(
        job=Job.WEEKLY,
        trigger=Trigger.CRON,
        state=RunState.RUNNING,
        heartbeat=EARLY,
    )
    assert undone(week).removed_count == 3
    dead.refresh_from_db()
    assert dead.state == RunState.CRASHED


def test_a_run_that_begins_between_two_chunks_ends_it(monkeypatch):
    make.slot(valid_until=day("2026-01-31"))
    run = horizon()
    monkeypatch.setattr(undoing, "ROWS_A_CHUNK", 3)
    recorded = undoing._record

    def begun(*args):
        recorded(*args)
        JobRun.objects.create(job=Job.HORIZON, trigger=Trigger.CRON, state=RunState.RUNNING)

    monkeypatch.setattr(undoing, "_record", begun)
    with pytest.raises(AlreadyRunningError):
        undone(run)
    assert (dates(), run_of(run).classes_undone) == (["2026-01-26"], 3)


def test_an_undo_that_was_ended_midway_leaves_whole_chunks_and_the_next_does_the_rest(monkeypatch):
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
        undone(run)
    assert (ScheduledClass.objects.count(), run_of(run).classes_undone) == (2, 2)

    monkeypatch.undo()
    undone(run)
    assert (ScheduledClass.objects.count(), run_of(run).classes_undone) == (0, 4)


def test_only_the_first_of_many_are_named_and_all_that_stay(monkeypatch):
    make.slot(valid_until=day("2026-02-28"))
    run = horizon()
    monkeypatch.setattr(undoing, "NAMED", 3)
    monkeypatch.setattr(undoing, "ROWS_A_CHUNK", 2)
    result = undone(run, moment("2026-02-03 00:00"))
    assert (len(result.removed), result.removed_count, result.kept_count) == (3, 3, 5)


def test_a_run_that_makes_no_classes_has_nothing_to_undo():
    run = JobRun.objects.create(job=Job.PRUNE, trigger=Trigger.CRON, state=RunState.SUCCEEDED)
    result = undo(run, by="teresa", clock=lambda: EARLY)
    assert (result.removed_count, result.kept, result.gone) == (0, [], 0)


def test_a_pruned_run_and_one_that_never_was(week):
    JobRun.objects.filter(pk=week.run_id).delete()
    with pytest.raises(RunPrunedError):
        find_run(week.run_id)  # its classes know of it
    ScheduledClass.objects.all().delete()
    newer = weekly()
    with pytest.raises(RunPrunedError):
        find_run(week.run_id)  # a newer one is there
    assert find_run(newer.run_id) == run_of(newer)
    with pytest.raises(JobRun.DoesNotExist):
        find_run(newer.run_id + 1)
    with pytest.raises(JobRun.DoesNotExist):
        find_run(0)


def test_a_run_pruned_at_the_last_moment(week):
    run = run_of(week)
    JobRun.objects.filter(pk=run.pk).delete()
    with pytest.raises(RunPrunedError):
        undo(run, by="teresa", clock=lambda: EARLY)
    assert ScheduledClass.objects.count() == 3


def test_as_many_queries_for_many_classes_as_for_few():
    def queries():
        run = run_of(horizon())
        with CaptureQueriesContext(connection) as seen:
            preview_undo(run, EARLY)
        previewed = len(seen)
        with CaptureQueriesContext(connection) as seen:
            undo(run, by="teresa", clock=lambda: EARLY)
        return previewed, len(seen)

    make.slot()
    few = queries()
    for _each in range(9):
        make.slot()
    assert queries() == few
