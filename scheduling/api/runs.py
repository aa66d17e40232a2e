"""Runs as JSON."""

from typing import Any

from django.utils import timezone

from scheduling.jobs.reasons import sentence
from scheduling.models import JobRun, JobRunItem, RunState


def history_entry(run: JobRun) -> dict[str, Any]:
    """A line of the history."""
    duration = run.duration
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
        "errors": [run.error] if run.error else [],
    }


def run_entry(run: JobRun) -> dict[str, Any]:
    """A run by itself: a line of the history with its window, progress and counts."""
    return history_entry(run) | {
        "window_start": run.window_start,
        "window_end": run.window_last,
        "catch_up_from": run.catch_up_from,
        "progress": {"done": run.progress_done, "total": run.progress_total},
        "counts": run.counts,
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
        "reason": sentence(item.code, item.params),
    }


def stamp(moment: Any) -> str | None:
    """An instant as ISO 8601 with the studio's offset."""
    if moment is None:
        return None
    return timezone.localtime(moment, timezone.get_default_timezone()).isoformat()
