"""Runs a job that makes no classes, for the commands that are no more than that."""

from django.core.management.base import OutputWrapper
from django.utils import timezone

from scheduling.jobs.patience import Patience
from scheduling.jobs.request import Request
from scheduling.models import Job, Trigger
from scheduling.selectors.studio import studio_today

from .attempts import attempt, exit_status, user_name
from .signals import StopSignals
from .terminal import Terminal


def run_upkeep(job: Job, trigger: Trigger, report: OutputWrapper, log: OutputWrapper) -> int:
    """Run ``job`` once, with attempts on faults that pass; the exit status."""

    def request() -> Request:
        return Request(
            job=job,
            today=studio_today(),
            weeks=1,
            trigger=trigger,
            triggered_by=user_name(),
        )

    terminal = Terminal(log, report, timezone.now)
    with StopSignals() as stop:
        ended = attempt(job, request, terminal, stop, Patience())
        return exit_status([ended], stop)
