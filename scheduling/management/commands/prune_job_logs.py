"""``manage.py prune_job_logs``: deletes job logs, e-mails and audit entries past retention."""

from typing import Any

from django.core.management.base import CommandParser

from scheduling.management.cli.base import StudioCommand
from scheduling.management.cli.options import add_trigger
from scheduling.management.cli.run_command import run_maintenance
from scheduling.models import Job, Trigger


class Command(StudioCommand):
    help = (
        "Deletes job logs older than JOB_LOG_RETENTION_DAYS, in batches; never a running one, nor "
        "the newest success and failure of a job. Also closed incidents and import reports of that "
        "age, e-mails older than MESSAGE_RETENTION_DAYS, never one that waits or whose class is "
        "ahead, and edits in the audit log older than AUDIT_LOG_RETENTION_DAYS. Classes stay. Exit "
        "status: 0 done, 1 failed, 4 another run is active."
    )
    # For automated calls: configuration errors are reported during setup.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_trigger(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if status := run_maintenance(
            Job.PRUNE, Trigger(options["trigger"]), self.stdout, self.stderr
        ):
            raise SystemExit(status)
