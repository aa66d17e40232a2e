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

# The maximum number of item errors per run in the history; the run's items list them all.
MAX_ERRORS = 10


def history_entries(runs: list[JobRun]) -> list[dict[str, Any]]:
    """Return the history entries of ``runs``, with the errors of runs and single schedules."""
    error_items = faults_of([run.pk for run in runs], MAX_ERRORS)
    return [_history_entry(run, error_items.get(run.pk, [])) for run in runs]


def history_entry(run: JobRun) -> dict[str, Any]:
    """Return the history entry of ``run``."""
    return history_entries([run])[0]


def _history_entry(run: JobRun, error_items: list[JobRunItem]) -> dict[str, Any]:
    duration = run.duration
    errors = [run.error] if run.error else []
    errors += [
        f"{item.student_name}: {reason_text(item.code, item.params)}".lstrip(": ")
        for item in error_items
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
    """Return the history entry of ``run`` with its window, progress and counts."""
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
    """Return a noteworthy result, with its reason in the caller's language."""
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
    """Return the error keys that are added to the response of a run with errors."""
    errors = result.errors()
    text = ngettext(
        "%(created)s, but with %(n)d error: %(error)s",
        "%(created)s, but with %(n)d errors, the first: %(error)s",
        len(errors),
    )
    created = ngettext("%(n)d class created", "%(n)d classes created", result.classes_created)
    values = {
        "created": created % {"n": result.classes_created},
        "n": len(errors),
        "error": errors[0] if errors else "",
    }
    return {"success": False, "error": "run_errors", "message": text % values}


# The maximum number of classes listed, of those removed and of those kept.
MAX_CLASSES = 1_000


def undo_entry(result: UndoResult) -> dict[str, Any]:
    """Return the result of an undo: counts, and the classes with the reason for keeping them."""
    return {
        "success": True,
        "message": result.message,
        "run_id": result.run.pk,
        "dry_run": result.dry_run,
        "classes_removed": result.removed_count,
        "classes_kept": result.kept_count,
        "removed": [_class_entry(line) for line in result.removed[:MAX_CLASSES]],
        "kept": [_class_entry(line) for line in result.kept[:MAX_CLASSES]],
        "truncated": max(result.removed_count, result.kept_count) > MAX_CLASSES,
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


def stamp(instant: Any) -> str | None:
    """Return an instant as ISO 8601 with the studio's UTC offset, or None."""
    if instant is None:
        return None
    return local(instant).isoformat()
