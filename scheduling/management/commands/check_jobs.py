"""``manage.py check_jobs``: which jobs are late, stuck, failed or crashed, and blocked mail."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.db.errors import describe
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.monitoring.health import not_called
from scheduling.jobs.monitoring.incidents import CurrentIncident, current_incidents, when
from scheduling.jobs.schedule.registry import GENERATING, JOBS
from scheduling.management.cli.base import StudioCommand
from scheduling.management.cli.json_output import write_json
from scheduling.models import Job
from scheduling.selectors.runs import last_ended_full
from scheduling.selectors.studio import ignored_variables

TROUBLED = 3


class Command(StudioCommand):
    help = (
        "Says which jobs are late, stuck, failed or crashed, from the log and the clock alone, and "
        "whether the mail server accepts nothing. "
        "Exit status: 0 all is well, 3 something is wrong, 1 it can't be known."
    )
    # A machine calls it: what is wrong with the configuration is told when that is set up.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="one JSON document on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = self._look(timezone.now(), options["json"])
        except DatabaseError as error:
            fault = describe(error)
            if options["json"]:
                nothing: dict[str, Any] = {"troubles": [], "warnings": [], "jobs": []}
                document = {"success": False, "error": fault, **nothing}
                write_json(self.stdout, document)
            raise CommandError(fault) from error
        if found:
            raise SystemExit(TROUBLED)

    def _look(self, now: datetime, as_json: bool) -> list[CurrentIncident]:
        found, callers = current_incidents(now), Callers(now)
        if as_json:
            write_json(
                self.stdout,
                {
                    "success": not found,
                    "troubles": [_trouble(one) for one in found],
                    "warnings": ignored_variables(),
                    "jobs": [_job(job, callers) for job in JOBS if JOBS[job].cron],
                },
            )
        else:
            for one in found:
                self.stdout.write(one.sentence)
            if not found:
                self.stdout.write(_("All is well: no job is late, stuck, failed or crashed."))
            if callers.last_call is None or callers.makes_lessons_alone:
                self.stdout.write("\n".join(not_called(GENERATING, now, callers)))
            for job in JOBS:
                if (due := callers.next_run(job)) is not None:
                    text = _("%(job)s: next on %(when)s") % {"job": job.label, "when": when(due)}
                    self.stdout.write(text)
        return found


def _trouble(one: CurrentIncident) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "job": one.job.value,
        "since": one.since.isoformat(),
        "runId": one.run.pk if one.run else None,
        "message": one.sentence,
    }


def _job(job: Job, callers: Callers) -> dict[str, Any]:
    last, due = last_ended_full(job), callers.next_run(job)
    return {
        "job": job.value,
        "lastState": last.state if last else None,
        "lastRun": last.started_at.isoformat() if last and last.started_at else None,
        "nextRun": due.isoformat() if due else None,
    }
