"""``manage.py backup_database FOLDER``: the whole database as one file, while all goes on."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.management.backup import BackupError, backup, delete_old_copies

KEPT = 14


class Command(BaseCommand):
    help = (
        "Copies the whole database into FOLDER as one file, while everything goes on, reads it "
        "back, and keeps the newest few. docs/deploy.md says how to restore one. Exit status: 0 "
        "done, 1 there is no new copy."
    )
    # A machine calls it: what is wrong with the configuration is told when that is set up.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="made, for its owner alone, if missing")
        parser.add_argument(
            "--keep", type=int, default=KEPT, help=f"how many copies to keep (default: {KEPT})"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder, keep = options["folder"], options["keep"]
        if keep < 1:
            raise CommandError(_("--keep: a whole number, 1 or more."), returncode=2)
        try:
            made = backup(connection.settings_dict, connection.vendor, folder, timezone.now())
            gone = delete_old_copies(folder, keep)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        size = made.stat().st_size / 1_000_000
        self.stdout.write(
            _("%(file)s: %(size).1f MB, read back; %(gone)d older copies deleted.")
            % {"file": made, "size": size, "gone": len(gone)}
        )
