"""``manage.py migrate``: Django's, but while it waits for a table the others are served."""

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import OperationalError
from django.utils.translation import gettext as _

from scheduling.db.errors import is_contention
from scheduling.db.timeouts import transaction_timeout
from scheduling.management.cli.options import seconds

LOCK_TIMEOUT = 2.0
# With the default timeout and the pauses, ten minutes.
ATTEMPTS = 100
# The pause after an attempt, in which the others are served, as a multiple of the timeout.
PAUSE = 2


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
