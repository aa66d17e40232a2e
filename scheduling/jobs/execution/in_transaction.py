"""Runs a job for a few people within the caller's transaction.

A person's change and its effect on the classes are committed together or not at all. The planner
and the plan writer are those of every run, and the run gets a row of the log.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from scheduling.db.bulk_insert import insert_items
from scheduling.db.clock import DatabaseClock
from scheduling.domain.existing_classes import StoredClass
from scheduling.domain.outcomes import FAULTS, Outcome
from scheduling.jobs.generation.plan_writer import write_plan
from scheduling.jobs.generation.planning import PlanningContext, plan_series, series_in
from scheduling.jobs.generation.run_window import run_window, scope_of
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.runs.result_lines import ResultLine, lines_of
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import JobRun, RunState

from .run_row import row_of


@dataclass(slots=True)
class InlineResult:
    """The result, with lines for new classes too. ``run`` is None if no series was planned.

    ``changed`` has the classes that were changed or removed, as they were before.
    """

    lines: list[ResultLine] = field(default_factory=list)
    counts: Counter[Outcome] = field(default_factory=Counter)
    run: JobRun | None = None
    changed: list[StoredClass] = field(default_factory=list)


def plan_in_transaction(request: RunRequest, now: datetime) -> list[ResultLine]:
    """Return the result lines of ``run_in_transaction`` without writing anything."""
    window = run_window(request)
    context = PlanningContext(
        JOBS[request.job].kinds, window.planned, scope_of(request), makes=window.makes
    )
    series = series_in(context, Q())
    return lines_of(plan_series(context, series, now).plan, with_creates=True) if series else []


def run_in_transaction(request: RunRequest, now: datetime) -> InlineResult:
    """Run a narrowed request in the current transaction.

    The caller holds the calendar's lock (``guard_transaction``). Raises ValueError for the whole
    studio, which is too much for one transaction. Raises ConcurrentEditError and IntegrityError if
    another writer was faster; the caller rolls back.
    """
    if request.is_full:
        raise ValueError("a full run does not fit into one transaction")
    window = run_window(request)
    kinds = JOBS[request.job].kinds
    context = PlanningContext(kinds, window.planned, scope_of(request), makes=window.makes)
    series = series_in(context, Q())
    if not series:
        return InlineResult()
    run = row_of(request, window)
    run.state = RunState.SUCCEEDED
    run.heartbeat = run.started_at = DatabaseClock()
    run.save(force_insert=True)
    plan = plan_series(context, series, now).plan
    write_plan(plan, run.pk, now)
    lines = lines_of(plan, with_creates=True)
    insert_items([line.item(run.pk) for line in lines if line.outcome is not Outcome.CREATED])
    faulty = any(plan.counts[outcome] for outcome in FAULTS)
    JobRun.objects.filter(pk=run.pk).update(
        state=RunState.PARTIAL if faulty else RunState.SUCCEEDED,
        finished_at=DatabaseClock(),
        counts={outcome.value: n for outcome, n in sorted(plan.counts.items()) if n},
        classes_created=plan.counts[Outcome.CREATED],
        students_processed=len(plan.students),
        teachers_processed=len(plan.teachers),
        progress_done=len(series),
        progress_total=len(series),
    )
    changed = [cancel.row for cancel in plan.cancels] + [remove.row for remove in plan.removes]
    changed += [planned.row for planned in (*plan.moves, *plan.restores) if planned.row]
    return InlineResult(lines, Counter(plan.counts), run, changed)
