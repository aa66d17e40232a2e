"""``manage.py watch_jobs``: writes down dead runs and tells of late, failed and stuck jobs."""

from typing import Any

from django.core.management.base import CommandParser

from scheduling.management.cli.base import StudioCommand
from scheduling.management.cli.options import add_trigger
from scheduling.management.cli.run_command import run_maintenance
from scheduling.models import Job, Trigger


class Command(StudioCommand):
    help = (
        "Marks runs whose process is gone as crashed, and tells ALERT_EMAILS and ALERT_WEBHOOK_URL "
        "of every trouble once when it begins and once when it is over. Exit status: 0 done, "
        "1 failed, 4 another watch is active. What is wrong is told by check_jobs."
    )
    # A machine calls it: what is wrong with the configuration is told when that is set up.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_trigger(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if status := run_maintenance(
            Job.WATCH, Trigger(options["trigger"]), self.stdout, self.stderr
        ):
            raise SystemExit(status)
