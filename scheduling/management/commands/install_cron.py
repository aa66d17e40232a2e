"""``manage.py install_cron``: installs the entries in the user's crontab and verifies them."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.management.cli.base import StudioCommand
from scheduling.management.cron import crontab
from scheduling.management.cron.zones import translated, zones_differ
from scheduling.selectors.studio import studio_or_first_values


class Command(StudioCommand):
    help = (
        "Installs the entries that run the jobs of Class Tracker in the crontab of this user, "
        "replacing older ones of this installation; other lines stay. Exit status: 0 done and "
        "verified, 1 cron is missing or refuses, or CRON_LOG can't be written."
    )

    # The command has its own warning about time zones; `check` reports the rest.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--remove", action="store_true", help="remove the entries")
        mode.add_argument("--show", action="store_true", help="show the installed entries")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["remove"]:
                crontab.remove()
                self.stdout.write(_("The crontab holds no entry of this installation any more."))
            elif options["show"]:
                self._show()
            else:
                self._install()
        except crontab.CrontabError as error:
            raise CommandError(str(error)) from None

    def _install(self) -> None:
        self._require_log()
        lines = crontab.install()
        self._print(lines)
        text = ngettext("%(n)d entry installed.", "%(n)d entries installed.", len(lines))
        self.stdout.write(text % {"n": len(lines)})
        self.stdout.write(_("Their output goes to %(file)s.") % {"file": settings.CRON_LOG})
        self._warn_of_environment()
        self._warn_of_zone()

    def _require_log(self) -> None:
        """Raise CommandError if the log can't be written, as the shell would start no job then."""
        log = Path(settings.CRON_LOG)
        if log.is_dir() or not os.access(log if log.exists() else log.parent, os.W_OK):
            # In English, as all errors of settings.
            raise CommandError(
                f"CRON_LOG: {str(log)!r} can't be written here, and no entry would ever run."
            )

    def _show(self) -> None:
        tab = crontab.UserCrontab()
        tab.read()
        installed = tab.own_lines()
        self._print(installed)
        if not installed:
            self.stdout.write(_("No entry is installed: manage.py install_cron"))
        elif sorted(installed) != sorted(tab.expected_lines()):
            self.stderr.write(
                _("The entries are those of another version: run manage.py install_cron again.")
            )
        self._warn_of_zone()

    def _print(self, lines: list[str]) -> None:
        for line in lines:
            self.stdout.write(line, ending="")

    def _warn_of_environment(self) -> None:
        if names := settings.UNSEEN_BY_CRON:
            text = _(
                "Warning: cron's jobs will not see what this shell says of %(names)s. Write it "
                "into %(file)s."
            )
            self.stderr.write(
                text % {"names": ", ".join(names), "file": settings.BASE_DIR / ".env"}
            )

    def _warn_of_zone(self) -> None:
        now = timezone.now()
        if not zones_differ(now):
            return
        text = _(
            "Warning: cron's times are in %(machine)s, the studio's in %(studio)s. At the studio "
            "the entries are due:"
        )
        studio = studio_or_first_values().time_zone
        zones = {"machine": settings.SYSTEM_TIME_ZONE, "studio": studio}
        self.stderr.write(text % zones)
        for entry, due in translated(now):
            self.stderr.write(f"  {entry}  →  {due} {studio}")
