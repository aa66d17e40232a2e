"""Current incidents of the jobs and the mail, derived from the log, the outbox and the calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from scheduling.jobs.monitoring.health import overdue_jobs, stuck_runs
from scheduling.jobs.monitoring.recent_runs import RecentRuns
from scheduling.jobs.schedule.due_times import last_called_for, last_due
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Incident, IncidentKind, Job, JobRun, RunState
from scheduling.selectors.messages import MailBlock, mail_block
from scheduling.selectors.runs import last_ended_full
from scheduling.selectors.studio import local, shown_zone

ENDINGS = {RunState.FAILED: IncidentKind.FAILED, RunState.CRASHED: IncidentKind.CRASHED}


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentIncident:
    """An incident of a job, with its run if there is one.

    ``mail`` is set if the mail server accepts nothing; ``missing`` is the number of classes that
    the job has not created, 0 if they are not counted.
    """

    kind: IncidentKind
    job: Job
    since: datetime
    run: JobRun | None = None
    mail: MailBlock | None = None
    missing: int = 0

    @property
    def sentence(self) -> str:
        """The incident as a sentence in the current language."""
        values: dict[str, Any] = {"job": self.job.label, "when": when(self.since)}
        if self.run is not None:
            values |= {"run": self.run.pk, "error": self.run.error or "–"}
        if self.mail is not None:
            values |= {"n": self.mail.waiting, "error": self.mail.error}
        if self.missing:
            values |= {"n": self.missing}
        texts = {
            IncidentKind.MAIL: _(
                "E-mail: since %(when)s the mail server accepts none; waiting messages: %(n)s. "
                "%(error)s"
            ),
            IncidentKind.LATE: _("%(job)s: late. It was due on %(when)s and has not run since."),
            IncidentKind.FAILED: _("%(job)s: run %(run)d of %(when)s failed. %(error)s"),
            IncidentKind.CRASHED: _("%(job)s: run %(run)d of %(when)s crashed. %(error)s"),
            IncidentKind.STUCK: _(
                "%(job)s: run %(run)d has been going on since %(when)s: too long, or stalled."
            ),
            IncidentKind.MISSING: ngettext(
                "%(job)s: %(n)s class is missing.",
                "%(job)s: %(n)s classes are missing.",
                self.missing,
            ),
        }
        return texts[self.kind] % values


def current_incidents(
    now: datetime, missing: Mapping[Job, int] | None = None
) -> list[CurrentIncident]:
    """Return the incidents at ``now``, late jobs first, at most one of each kind and job.

    ``missing`` are the missing classes of ``Backlog``; without it, those that the watch has
    recorded count. They are an incident only while nothing else explains them: a job that is late,
    has failed or is running.
    """
    recent = RecentRuns(now)
    found = [
        CurrentIncident(kind=IncidentKind.LATE, job=job, since=due)
        for job in overdue_jobs(now, recent)
        if (due := last_due(job, now - JOBS[job].grace)) is not None
    ]
    if (due := recent.backups.late_since) is not None:
        found.append(CurrentIncident(kind=IncidentKind.LATE, job=Job.BACKUP, since=due))
    for run in stuck_runs(now, recent):
        job = Job(run.job)
        if not any(one.kind == IncidentKind.STUCK and one.job == job for one in found):
            found.append(
                CurrentIncident(kind=IncidentKind.STUCK, job=job, since=_began(run), run=run)
            )
    for job in JOBS:
        # Only the last run counts: a later success has completed the work of a failed run.
        last = last_ended_full(job)
        if last is not None and (kind := ENDINGS.get(RunState(last.state))) is not None:
            found.append(CurrentIncident(kind=kind, job=job, since=_began(last), run=last))
    explained = {one.job for one in found} | {run.job for run in recent.active}
    found += [one for one in _missing(now, missing) if one.job not in explained]
    if (mail := mail_block()) is not None:
        found.append(
            CurrentIncident(kind=IncidentKind.MAIL, job=Job.WATCH, since=mail.since, mail=mail)
        )
    return found


def _missing(now: datetime, missing: Mapping[Job, int] | None) -> list[CurrentIncident]:
    """Return the incidents of missing classes."""
    open_ones = {
        incident.job: incident
        for incident in Incident.objects.filter(kind=IncidentKind.MISSING, over_at__isnull=True)
    }
    if missing is None:
        missing = {Job(job): 0 for job in open_ones}
    found = []
    for job, n in missing.items():
        recorded = open_ones.get(job)
        since = recorded.since if recorded else last_called_for(job, now - JOBS[job].grace)
        found.append(CurrentIncident(kind=IncidentKind.MISSING, job=job, since=since, missing=n))
    return found


def when(moment: datetime) -> str:
    """Return a moment as text in the studio's zone, with the zone where there are several."""
    text = pgettext("date format: 14 February 2027 02:00", "j F Y H:i")
    return f"{date_format(local(moment), text)} {shown_zone()}".strip()


def _began(run: JobRun) -> datetime:
    return run.started_at or run.created_at
