"""``manage.py backup_database FOLDER``: copies the whole database to one file.

The run is in the job log once it is over. Before that, the copy itself would contain it, running.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.db.errors import describe
from scheduling.management.backup import BackupError, backup, delete_old_copies, record
from scheduling.management.cli.options import add_trigger
from scheduling.models import Trigger

KEPT = 14


class Command(BaseCommand):
    help = (
        "Copies the whole database into FOLDER as one file, during operation, reads it back, and "
        "keeps the newest copies. With --trigger cron, one is expected every day, and check_jobs "
        "and the watch report one that is late. docs/deploy.md explains how to restore one. Exit "
        "status: 0 done, 1 failed."
    )
    # For automated calls: configuration errors are reported during setup.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="created, for its owner only, if missing")
        parser.add_argument(
            "--keep", type=int, default=KEPT, help=f"how many copies to keep (default: {KEPT})"
        )
        add_trigger(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        folder, keep = options["folder"], options["keep"]
        if keep < 1:
            raise CommandError(_("--keep: a whole number, 1 or more."), returncode=2)
        trigger, began = Trigger(options["trigger"]), timezone.now()
        try:
            path = backup(connection.settings_dict, connection.vendor, folder, began)
            deleted = delete_old_copies(folder, keep)
        except (BackupError, OSError) as error:
            # The database may be the reason, and then its log can't be written either.
            with suppress(Error, BackupError):
                record(trigger, began, error=str(error))
            raise CommandError(str(error)) from error
        size = path.stat().st_size / 1_000_000
        try:
            record(trigger, began, path)
        except Error as error:
            text = _("The copy is complete, but not in the job log: %(error)s")
            self.stderr.write(text % {"error": describe(error)})
        self.stdout.write(
            _("%(file)s: %(size).1f MB, read back; %(gone)d older copies deleted.")
            % {"file": path, "size": size, "gone": len(deleted)}
        )
