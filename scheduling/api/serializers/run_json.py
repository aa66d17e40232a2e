"""Runs as JSON."""

from typing import Any

from django.utils.translation import ngettext

from scheduling.jobs.execution.undo import UndoResult
from scheduling.jobs.runs.result import RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.models import JobRun, JobRunItem, RunState
from scheduling.selectors.runs import faults_of
from scheduling.selectors.studio import local
from scheduling.text.reasons import reason_text

# Of each run's errors so many are told in a line of the history; its items name them all.
MOST_ERRORS = 10


def history_entries(runs: list[JobRun]) -> list[dict[str, Any]]:
    """Lines of the history, each with its run's error or those of single schedules."""
    faults = faults_of([run.pk for run in runs], MOST_ERRORS)
    return [_history_entry(run, faults.get(run.pk, [])) for run in runs]


def history_entry(run: JobRun) -> dict[str, Any]:
    """A line of the history."""
    return history_entries([run])[0]


def _history_entry(run: JobRun, faults: list[JobRunItem]) -> dict[str, Any]:
    duration = run.duration
    errors = [run.error] if run.error else []
    errors += [
        f"{item.student_name}: {reason_text(item.code, item.params)}".lstrip(": ")
        for item in faults
    ]
    return {
        "id": run.pk,
        "job_name": run.job,
        "state": run.state,
        "success": run.state == RunState.SUCCEEDED,
        "executed_at": stamp(run.started_at or run.created_at),
        "finished_at": stamp(run.finished_at),
        "duration_seconds": round(duration.total_seconds(), 3) if duration else None,
        "trigger": run.trigger,
        "triggered_by": run.triggered_by,
        "lessons_generated": run.classes_created,
        "teachers_processed": run.teachers_processed,
        "students_processed": run.students_processed,
        "errors": errors,
    }


def run_entry(run: JobRun) -> dict[str, Any]:
    """A run by itself: a line of the history with its window, progress and counts."""
    return history_entry(run) | {
        "window_start": run.window_start,
        "window_end": run.window_last,
        "catch_up_from": run.catch_up_from,
        "progress": {"done": run.progress_done, "total": run.progress_total},
        "counts": run.counts,
        "undone_at": stamp(run.undone_at),
        "undone_by": run.undone_by,
        "classes_undone": run.classes_undone,
    }


def item_entry(item: JobRunItem) -> dict[str, Any]:
    """A noteworthy result, its reason in the caller's language."""
    return {
        "id": item.pk,
        "outcome": item.outcome,
        "student": item.student_id,
        "student_name": item.student_name,
        "teacher": item.teacher_id,
        "teacher_name": item.teacher_name,
        "class_id": item.class_id,
        "date": item.date,
        "start_time": f"{item.start_time:%H:%M}" if item.start_time else None,
        "end_time": f"{item.end_time:%H:%M}" if item.end_time else None,
        "occurrences": item.occurrences,
        "reason": reason_text(item.code, item.params),
    }


def run_errors(result: RunResult) -> dict[str, Any]:
    """The contract's error beside an answer's own keys, where a run could not do everything."""
    found = result.errors()
    text = ngettext(
        "%(created)s, but with %(n)d error: %(error)s",
        "%(created)s, but with %(n)d errors, the first: %(error)s",
        len(found),
    )
    created = ngettext("%(n)d class created", "%(n)d classes created", result.classes_created)
    values = {
        "created": created % {"n": result.classes_created},
        "n": len(found),
        "error": found[0] if found else "",
    }
    return {"success": False, "error": "run_errors", "message": text % values}


# Of each kind so many are told one by one; the counts are of all.
MOST = 1_000


def undo_entry(result: UndoResult) -> dict[str, Any]:
    """What an undo came to: how much went and stayed, and each class with its reason."""
    return {
        "success": True,
        "message": result.message,
        "run_id": result.run.pk,
        "dry_run": result.dry_run,
        "classes_removed": result.removed_count,
        "classes_kept": result.kept_count,
        "removed": [_class_entry(line) for line in result.removed[:MOST]],
        "kept": [_class_entry(line) for line in result.kept[:MOST]],
        "truncated": max(result.removed_count, result.kept_count) > MOST,
    }


def _class_entry(line: ResultLine) -> dict[str, Any]:
    return {
        "class_id": line.class_id,
        "student": line.student_id,
        "student_name": line.student,
        "teacher": line.teacher_id,
        "teacher_name": line.teacher,
        "date": line.day,
        "start_time": f"{line.start_time:%H:%M}",
        "end_time": f"{line.end_time:%H:%M}",
        "time_zone": line.zone,
        "reason": line.reason,
    }


def stamp(moment: Any) -> str | None:
    """An instant as ISO 8601 with the studio's offset."""
    if moment is None:
        return None
    return local(moment).isoformat()
