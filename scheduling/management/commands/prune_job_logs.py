"""``manage.py prune_job_logs``: deletes job logs older than the retention."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from scheduling.jobs.request import Request
from scheduling.management.attempts import (
    Patience,
    attempt,
    exit_status,
    studio_today,
    user_name,
)
from scheduling.management.options import add_trigger
from scheduling.management.signals import StopSignals
from scheduling.management.terminal import Terminal
from scheduling.models import Job, Trigger


class Command(BaseCommand):
    help = (
        "Deletes job logs older than JOB_LOG_RETENTION_DAYS, in batches; never a running one, nor "
        "the newest success and failure of a job. Classes stay. Exit status: 0 done, 1 failed, "
        "4 another run is active."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_trigger(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        def request() -> Request:
            return Request(
                job=Job.PRUNE,
                today=studio_today(timezone.now()),
                weeks=1,
                trigger=Trigger(options["trigger"]),
                triggered_by=user_name(),
            )

        terminal = Terminal(self.stderr, self.stdout, timezone.now)
        with StopSignals() as stop:
            ended = attempt(Job.PRUNE, request, terminal, stop, Patience())
            status = exit_status([ended], stop)
        if status:
            raise SystemExit(status)
