"""What a chunk adds to its run's result, until its transaction fails."""

from collections import Counter
from contextlib import ExitStack

from django.db import connection

from scheduling.domain.outcomes import FAULTS, Outcome
from scheduling.domain.plan import Plan

from .lines import Line
from .queries import QueryCount
from .result import Result


def account(
    result: Result, plan: Plan, lines: list[Line], size: int, queries: QueryCount, undo: ExitStack
) -> None:
    """Add a chunk of ``size`` series to ``result``; ``undo`` takes it out again."""
    undo.callback(result.students.difference_update, plan.students - result.students)
    undo.callback(result.teachers.difference_update, plan.teachers - result.teachers)
    result.students |= plan.students
    result.teachers |= plan.teachers
    if plan.creates and connection.vendor == "postgresql":
        queries.count += 1  # COPY is no statement that the counter sees
    result.queries = queries.count
    count(result, plan.counts, lines, size, undo)


def count(
    result: Result, counts: Counter[Outcome], lines: list[Line], size: int, undo: ExitStack
) -> None:
    """Add ``counts``, the conflicts and faults among ``lines``, and ``size`` series as done."""
    conflicts = [line for line in lines if line.outcome is Outcome.CONFLICT]
    faults = [line for line in lines if line.outcome in FAULTS]
    undo.callback(setattr, result, "done", result.done)
    undo.callback(result.counts.subtract, counts)
    undo.callback(result.conflicts.__delitem__, slice(len(result.conflicts), None))
    undo.callback(result.faults.__delitem__, slice(len(result.faults), None))
    result.counts.update(counts)
    result.done = min(result.total, result.done + size)
    result.conflicts += conflicts
    result.faults += faults
