"""What an act brings about, apart from what the next run would bring about without it."""

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
    """The lines of a plan: ``because`` of the act, and ``anyway``, outstanding without it."""

    because: list[ResultLine]
    anyway: list[ResultLine]


def attribution(change_plan: ChangePlan, now: datetime) -> PlanAttribution:
    """Tell the lines of a preview apart, by the plan of the same people without the act.

    Where there is too much for one transaction it is not asked: that would plan the whole studio
    once more.
    """
    doubtful = [line for line in change_plan.lines if _may_be_due(change_plan, line)]
    if change_plan.later or not doubtful:
        return PlanAttribution(change_plan.lines, [])
    kinds = {line.series.kind if line.series else None for line in doubtful}
    due = {
        _key(line)
        for request in change_plan.requests
        # A job says nothing of the other's schedules: where none is in doubt it is not asked.
        if None in kinds or not kinds.isdisjoint(JOBS[request.job].kinds)
        for line in plan_in_transaction(request, now)
    }
    sides: tuple[list[ResultLine], list[ResultLine]] = [], []
    for line in change_plan.lines:
        sides[_may_be_due(change_plan, line) and _key(line) in due].append(line)
    return PlanAttribution(*sides)


def _may_be_due(change_plan: ChangePlan, line: ResultLine) -> bool:
    # What the act itself dealt with is its own, whatever a run says of the same class.
    return line.class_id is None or line.class_id not in change_plan.dealt_with


def _key(line: ResultLine) -> Hashable:
    # A class that is made has no number before; of one that stays the reason tells what is new.
    why = line.code if line.outcome is Outcome.PROTECTED else ""
    place = (line.series, line.student_id, line.day, line.start_time, line.end_time)
    return (line.outcome, why, *place)
