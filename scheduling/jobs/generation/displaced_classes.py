"""Who asks for a few people on a few days, asks for every class of theirs that is there.

A request is narrowed by what the rules say. A class may be elsewhere: one that could not follow
its rule, or that stays this week where it was announced.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.schedule.registry import JOBS
from scheduling.selectors.schedules.displaced import displaced_series

from .run_window import scope_of


def including_displaced(requests: Iterable[RunRequest], now: datetime) -> Iterator[RunRequest]:
    """``requests``, each of one kind of series, and after each the rules that it would miss."""
    for request in requests:
        yield request
        scope = scope_of(request)
        if not scope:
            continue
        (kind,) = JOBS[request.job].kinds
        missed = displaced_series(
            scope,
            kind,
            student_ids=request.student_ids,
            teacher_ids=request.teacher_ids,
            days=request.days,
            now=now,
        )
        if missed:
            yield replace(request, student_ids=(), teacher_ids=(), rule_ids=tuple(missed))
