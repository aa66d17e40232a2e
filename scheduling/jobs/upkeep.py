"""The jobs that make no classes: what the runner calls for them, under their claim."""

from collections.abc import Callable
from datetime import datetime

from scheduling.models import Job

from .claim import Claim
from .prune import prune
from .result import Result
from .watch import watch


def _prune(held: Claim, result: Result, now: datetime, mail_seconds: float) -> None:
    result.pruned = prune(held, now)


def _watch(held: Claim, result: Result, now: datetime, mail_seconds: float) -> None:
    result.troubles = watch(held, now, mail_seconds)


UPKEEP: dict[Job, Callable[[Claim, Result, datetime, float], None]] = {
    Job.PRUNE: _prune,
    Job.WATCH: _watch,
}
