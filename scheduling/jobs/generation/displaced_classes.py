"""Extends narrowed requests to displaced classes.

A request is narrowed by the people and weekdays of the series. A displaced class has others: it
could not follow its series, or stays this week where it was announced.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.schedule.registry import JOBS
from scheduling.selectors.schedules.displaced import displaced_series

from .run_window import scope_of


def including_displaced(requests: Iterable[RunRequest], now: datetime) -> Iterator[RunRequest]:
    """Yield each of ``requests``, of one kind of series, and a request for the series it misses."""
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
