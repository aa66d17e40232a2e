"""``manage.py check_jobs``: reports incidents of the jobs and the mail, and what is not done."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.db.errors import describe
from scheduling.jobs.monitoring.alerting.incidents import CurrentIncident, current_incidents, when
from scheduling.jobs.monitoring.backlog import Backlog, backlog
from scheduling.jobs.monitoring.backups import BackupStatus, backup_status
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.monitoring.health_texts import not_called
from scheduling.jobs.schedule.registry import GENERATING, JOBS
from scheduling.management.cli.base import StudioCommand
from scheduling.management.cli.json_output import write_json
from scheduling.models import Job
from scheduling.selectors.runs import began, last_ended_full
from scheduling.selectors.studio import ignored_variables

INCIDENTS = 3


class Command(StudioCommand):
    help = (
        "Reports jobs that are late, stuck, failed or crashed, classes that no run has created, "
        "backups that failed or are late, and a mail server that accepts nothing. Conflicts, "
        "e-mails that did not arrive and runs that wait for a worker are listed without changing "
        "the exit status. "
        "Exit status: 0 all is well, 3 something is wrong, 1 the check failed."
    )
    # For automated calls: configuration errors are reported during setup.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="one JSON document on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            incidents = self._check(timezone.now(), options["json"])
        except DatabaseError as error:
            description = describe(error)
            if options["json"]:
                empty: dict[str, Any] = {"troubles": [], "warnings": [], "jobs": [], "backup": None}
                empty["counts"] = {}
                document = {"success": False, "error": description, **empty}
                write_json(self.stdout, document)
            raise CommandError(description) from error
        if incidents:
            raise SystemExit(INCIDENTS)

    def _check(self, now: datetime, as_json: bool) -> list[CurrentIncident]:
        callers, backup = Callers(now), backup_status(now)
        left_undone = backlog(now, callers)
        incidents = current_incidents(now, left_undone.missing)
        if as_json:
            write_json(
                self.stdout,
                {
                    "success": not incidents,
                    "troubles": [_incident_json(incident) for incident in incidents],
                    "warnings": [*ignored_variables(), *left_undone.warnings()],
                    "jobs": [_job_json(job, callers) for job in JOBS if JOBS[job].cron],
                    "backup": _backup_json(backup),
                    "counts": _counts_json(left_undone),
                },
            )
        else:
            for incident in incidents:
                self.stdout.write(incident.sentence)
            if not incidents:
                self.stdout.write(_("All is well: no job is late, stuck, failed or crashed."))
            for sentence in left_undone.warnings():
                self.stdout.write(sentence)
            self.stdout.write(_backup_text(backup))
            if callers.last_call is None or callers.only_lessons_called:
                self.stdout.write("\n".join(not_called(GENERATING, now, callers)))
            for job in JOBS:
                if (due := callers.next_run(job)) is not None:
                    text = _("%(job)s: next on %(when)s") % {"job": job.label, "when": when(due)}
                    self.stdout.write(text)
        return incidents


def _incident_json(incident: CurrentIncident) -> dict[str, Any]:
    return {
        "kind": incident.kind.value,
        "job": incident.job.value,
        "since": incident.since.isoformat(),
        "runId": incident.run.pk if incident.run else None,
        "message": incident.sentence,
    }


def _backup_text(backup: BackupStatus) -> str:
    if backup.newest is None:
        return _("Backup: none yet. docs/deploy.md describes how to make one every night.")
    moment = when(began(backup.newest))
    return _("Backup: the newest copy is of %(when)s.") % {"when": moment}


def _backup_json(backup: BackupStatus) -> dict[str, Any]:
    last = last_ended_full(Job.BACKUP)
    return {
        "lastState": last.state if last else None,
        "lastRun": began(last).isoformat() if last else None,
        "lastSuccess": began(backup.newest).isoformat() if backup.newest else None,
        "ageSeconds": round(backup.age.total_seconds()) if backup.age is not None else None,
    }


def _counts_json(left_undone: Backlog) -> dict[str, int]:
    return {
        "missingClasses": sum(left_undone.missing.values()),
        "conflicts": left_undone.conflicts,
        "undeliveredMessages": left_undone.undelivered,
        "waitingMessages": left_undone.waiting,
        "queuedRuns": left_undone.queued,
        "openIncidents": len(left_undone.open_incidents),
    }


def _job_json(job: Job, callers: Callers) -> dict[str, Any]:
    last, due = last_ended_full(job), callers.next_run(job)
    return {
        "job": job.value,
        "lastState": last.state if last else None,
        "lastRun": last.started_at.isoformat() if last and last.started_at else None,
        "nextRun": due.isoformat() if due else None,
    }
