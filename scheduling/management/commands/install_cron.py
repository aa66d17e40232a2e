"""``manage.py install_cron``: our entries in this user's crontab, verified by reading them back."""

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
        "Puts the entries that make Class Tracker run by itself into the crontab of this user, in "
        "place of older ones of this installation; lines of others stay. Exit status: 0 done and "
        "verified, 1 cron is missing or refuses, or CRON_LOG can't be written."
    )

    # Of the zone it says more itself; the rest is said by `check` and when the server is set up.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--remove", action="store_true", help="take the entries out")
        what.add_argument("--show", action="store_true", help="show what is installed")

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
        """The shell opens the log before the job begins: where it can't, no job ever begins."""
        log = Path(settings.CRON_LOG)
        if log.is_dir() or not os.access(log if log.exists() else log.parent, os.W_OK):
            # In the words of the settings, which name their variable in English.
            raise CommandError(
                f"CRON_LOG: {str(log)!r} can't be written here, and no entry would ever run."
            )

    def _show(self) -> None:
        tab = crontab.UserCrontab()
        tab.read()
        found = tab.ours()
        self._print(found)
        if not found:
            self.stdout.write(_("No entry is installed: manage.py install_cron"))
        elif sorted(found) != sorted(tab.wanted()):
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
        for entry, moment in translated(now):
            self.stderr.write(f"  {entry}  →  {moment} {studio}")
