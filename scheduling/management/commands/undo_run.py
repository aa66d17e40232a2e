"""``manage.py undo_run``: removes the classes that a run created."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.db.errors import describe
from scheduling.jobs.execution.undo import RunPrunedError, UndoResult, find_run, preview_undo, undo
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.management.cli.base import StudioCommand
from scheduling.management.cli.options import whole
from scheduling.management.cli.run_command import ALREADY_RUNNING, FAILED, user_name
from scheduling.management.cli.terminal import describe as result_text
from scheduling.models import JobRun


class Command(StudioCommand):
    help = (
        "Removes the classes that a run created, except those edited since or already begun, and "
        "lists each that is kept. The next run creates them again unless the schedules change. "
        "Exit status: 0 done, 1 failed or no such run, 4 a run of its job is active."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "run",
            type=whole(1, 2**63 - 1),
            metavar="ID",
            help="the ID of the run",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="list the classes to remove and to keep"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = find_run(options["run"])
            if options["dry_run"]:
                result = preview_undo(run, timezone.now())
            else:
                result = undo(run, by=user_name(), clock=timezone.now)
        except JobRun.DoesNotExist:
            raise CommandError(_("There is no run %(id)d.") % {"id": options["run"]}) from None
        except RunPrunedError:
            text = _("The log of run %(id)d is pruned: it can't be undone any more.")
            raise CommandError(text % {"id": options["run"]}) from None
        except AlreadyRunningError as error:
            text = _("Run %(id)s of this job is active. Wait until it is over.")
            self.stderr.write(text % {"id": error.run.pk})
            raise SystemExit(ALREADY_RUNNING) from None
        except DatabaseError as error:
            self.stderr.write(describe(error))
            raise SystemExit(FAILED) from None
        self._report(result)

    def _report(self, result: UndoResult) -> None:
        if result.dry_run:
            for line in result.removed:
                self.stdout.write(result_text(line))
            more = result.removed_count - len(result.removed)
            if more:
                self.stdout.write(_("… and %(n)d more") % {"n": more})
        for line in result.kept:
            self.stdout.write(_("kept: %(class)s") % {"class": result_text(line)})
        self.stdout.write(result.message)
