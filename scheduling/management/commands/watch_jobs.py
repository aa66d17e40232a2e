"""``manage.py watch_jobs``: marks crashed runs and sends alerts about jobs."""

from typing import Any

from django.core.management.base import CommandParser

from scheduling.management.cli.base import StudioCommand
from scheduling.management.cli.options import add_trigger
from scheduling.management.cli.run_command import run_maintenance
from scheduling.models import Job, Trigger


class Command(StudioCommand):
    help = (
        "Marks runs whose process has died as crashed, and notifies ALERT_EMAILS and "
        "ALERT_WEBHOOK_URL when an incident begins and when it ends. Exit status: 0 done, 1 "
        "failed, 4 another watch is active. check_jobs lists the current incidents."
    )
    # For automated calls: configuration errors are reported during setup.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_trigger(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if status := run_maintenance(
            Job.WATCH, Trigger(options["trigger"]), self.stdout, self.stderr
        ):
            raise SystemExit(status)
