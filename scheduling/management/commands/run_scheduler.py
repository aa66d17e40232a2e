"""``manage.py run_scheduler``: runs the entries of cron in one long-lived process."""

from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connections
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from scheduling.db.errors import describe
from scheduling.jobs.monitoring.health import overdue_jobs
from scheduling.jobs.schedule.cron_entries import ENTRIES, CronEntry
from scheduling.management.cli.log_reporter import reporter
from scheduling.management.cli.run_command import FAILED
from scheduling.management.cli.signals import StopSignals
from scheduling.management.cli.terminal import ConsoleReporter
from scheduling.management.cron.scheduler import DueEntries, run_forever
from scheduling.models import Job, Trigger
from scheduling.models.studio import one_reading
from scheduling.selectors.studio import ignored_variables, studio, studio_or_first_values


class Command(BaseCommand):
    help = (
        "Runs the entries of cron in the studio's time zone, for hosts without cron. Ends between "
        "two chunks of a run on SIGINT or SIGTERM, with 130 or 143; with --once, 1 if a job "
        "failed. Do not run it in addition to cron: every job would run twice "
        "(harmless, but wasteful)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="run late jobs, then end (to try it out)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        terminal = reporter(Trigger.SCHEDULER, self.stderr, None, timezone.now)
        self._failed = False

        def perform(entry: CronEntry) -> None:
            terminal.say(_("due: %(command)s") % {"command": entry.command_line})
            try:
                call_command(
                    *entry.command,
                    trigger=Trigger.SCHEDULER.value,
                    stdout=self.stdout,
                    stderr=self.stderr,
                )
            except SystemExit as exit_error:  # the command's exit status
                self._failed = self._failed or exit_error.code == FAILED
                terminal.say(_("ended with status %(status)s") % {"status": exit_error.code})
            except Exception as error:
                self._failed = True
                terminal.say(_("failed: %(fault)s") % {"fault": describe(error)})
            finally:
                # The next entry may be hours away, and the connection dead by then.
                with suppress(Exception):
                    connections.close_all()

        last_studio = studio_or_first_values()
        translation.activate(last_studio.language)
        for sentence in ignored_variables():
            terminal.say(sentence)

        def zone() -> ZoneInfo:
            """Return the studio's zone, or the last known one while the database is down."""
            nonlocal last_studio
            with suppress(Error):
                last_studio = studio()
            with suppress(Exception):
                connections.close_all()
            return last_studio.zone

        with StopSignals() as stop:
            late = self._late(terminal)
            for entry in ENTRIES:
                # The watch always runs, so that the admin shows at once that a scheduler is active.
                is_watch = entry.jobs[0] == Job.WATCH and not options["once"]
                if (entry.jobs[0] in late or is_watch) and not stop():
                    perform(entry)
            if not options["once"]:
                terminal.say(_("waiting for due jobs; SIGTERM ends it"))
                run_forever(DueEntries(zone), timezone.now, perform, stop, stop.wait)
        if stop():
            raise SystemExit(stop.exit_status)
        if options["once"] and self._failed:
            raise SystemExit(FAILED)

    def _late(self, terminal: ConsoleReporter) -> set[str]:
        """Return the jobs that are late, to be run once each."""
        try:
            with one_reading():
                return {job.value for job in overdue_jobs(timezone.now())}
        except Exception as error:
            self._failed = True
            terminal.say(_("failed: %(fault)s") % {"fault": describe(error)})
            return set()
        finally:
            with suppress(Exception):
                connections.close_all()
