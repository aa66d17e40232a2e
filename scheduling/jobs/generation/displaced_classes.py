"""Who asks for a few people on a few days, asks for every class of theirs that is there.

A request is narrowed by what the rules say. A class may be elsewhere: one that could not follow
its rule, or that stays this week where it was announced.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from scheduling.jobs.runs.request import Request
from scheduling.jobs.schedule.registry import JOBS
from scheduling.selectors.schedules.displaced import rules_out_of

from .run_window import scope_of


def with_strays(requests: Iterable[Request], now: datetime) -> Iterator[Request]:
    """``requests``, each of one kind of series, and after each the rules that it would miss."""
    for request in requests:
        yield request
        scope = scope_of(request)
        if not scope:
            continue
        (kind,) = JOBS[request.job].kinds
        missed = rules_out_of(
            scope,
            kind,
            student_ids=request.student_ids,
            teacher_ids=request.teacher_ids,
            days=request.days,
            now=now,
        )
        if missed:
            yield replace(request, student_ids=(), teacher_ids=(), rule_ids=tuple(missed))
