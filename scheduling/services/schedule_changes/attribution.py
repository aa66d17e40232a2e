"""Separates the effects of a change from those that the next run would have without it."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.execution.in_transaction import plan_in_transaction
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.jobs.schedule.registry import JOBS

from .execute import ChangePlan


@dataclass(frozen=True, slots=True)
class PlanAttribution:
    """The lines of a plan: ``caused`` by the change, or ``pending`` without it."""

    caused: list[ResultLine]
    pending: list[ResultLine]


def attribution(change_plan: ChangePlan, now: datetime) -> PlanAttribution:
    """Separate the lines of a preview by planning the same people without the change.

    A change that is applied in the background counts as the cause of all its lines: a second plan
    would cover the whole studio.
    """
    if change_plan.is_only_cause:
        return PlanAttribution(change_plan.lines, [])
    uncertain = [line for line in change_plan.lines if _may_be_pending(change_plan, line)]
    if change_plan.background_requests or not uncertain:
        return PlanAttribution(change_plan.lines, [])
    kinds = {line.series.kind if line.series else None for line in uncertain}
    pending = {
        _key(line)
        for request in change_plan.requests
        # A job plans only its own kind of series, so a job without an uncertain line is skipped.
        if None in kinds or not kinds.isdisjoint(JOBS[request.job].kinds)
        for line in plan_in_transaction(request, now)
    }
    attributed = PlanAttribution([], [])
    for line in change_plan.lines:
        is_pending = _may_be_pending(change_plan, line) and _key(line) in pending
        (attributed.pending if is_pending else attributed.caused).append(line)
    return attributed


def _may_be_pending(change_plan: ChangePlan, line: ResultLine) -> bool:
    # A class that the change itself handled is its effect, whatever a run reports for the class.
    return line.class_id is None or line.class_id not in change_plan.handled_class_ids


def _key(line: ResultLine) -> Hashable:
    # A new class has no id yet. For a protected class, the reason distinguishes new from old.
    code = line.code if line.outcome is Outcome.PROTECTED else ""
    occurrence = (line.series, line.student_id, line.day, line.start_time, line.end_time)
    return (line.outcome, code, *occurrence)
