"""``manage.py migrate``: Django's, but while it waits for a table the others are served."""

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import OperationalError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from scheduling.db.errors import is_contention
from scheduling.db.timeouts import transaction_timeout
from scheduling.management.cli.options import seconds

LOCK_TIMEOUT = 2.0
# With the default timeout and the pauses, ten minutes.
ATTEMPTS = 100
# The pause after an attempt, in which the others are served, as a multiple of the timeout.
PAUSE = 2
# Before release 1.0.0 some commits numbered these migrations in another way. They are the same.
FORMER_NAMES = {
    "0036_rooms": "0034_rooms",
    "0038_monitoring": "0035_monitoring",
    "0039_api_tokens_and_retention": "0036_api_tokens_and_retention",
}


def rename_former_migrations(database: str) -> None:
    """Record the migrations of ``FORMER_NAMES`` by their present names."""
    recorder = MigrationRecorder(connections[database])
    if recorder.has_table():
        for former, name in FORMER_NAMES.items():
            recorder.migration_qs.filter(app="scheduling", name=former).update(name=name)


class Command(MigrateCommand):
    """Tries again if a table is locked, as by a long query or a backup.

    PostgreSQL queues everybody else behind a statement that waits for its lock. So the wait ends
    soon, the migration is rolled back, and another attempt follows. Migrations that are applied
    stay applied.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-timeout",
            type=seconds(0.1),
            default=LOCK_TIMEOUT,
            help=f"how long to wait for a table, in seconds (default: {LOCK_TIMEOUT:g}); "
            "PostgreSQL only",
        )
        parser.add_argument(
            "--lock-attempts",
            type=int,
            default=ATTEMPTS,
            help=f"how often to wait for it (default: {ATTEMPTS})",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        timeout, attempts = options["lock_timeout"], options["lock_attempts"]
        for number in range(1, attempts + 1):
            try:
                with transaction_timeout("lock_timeout", timeout, options["database"]):
                    rename_former_migrations(options["database"])
                    super().handle(*args, **options)
                return
            except OperationalError as error:
                if not is_contention(error):
                    raise
                if number >= attempts:
                    text = _("A table was locked in all %(n)d attempts. Run this again later.")
                    raise CommandError(text % {"n": attempts}) from error
                text = _("A table is locked; attempt %(n)d of %(most)d follows in %(s)g seconds.")
                pause = PAUSE * timeout
                self.stderr.write(text % {"n": number + 1, "most": attempts, "s": pause})
                time.sleep(pause)
