"""What is wrong with the jobs and the mail now, worked out from the log and the outbox alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from scheduling.jobs.schedule.due_times import last_due
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import IncidentKind, Job, JobRun, RunState
from scheduling.selectors.messages import MailBlock, mail_block
from scheduling.selectors.runs import last_ended_full
from scheduling.selectors.studio import local, studio

from .health import overdue_jobs, stuck_runs

ENDINGS = {RunState.FAILED: IncidentKind.FAILED, RunState.CRASHED: IncidentKind.CRASHED}


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentIncident:
    """A trouble: which job, what, since when, the run concerned where there is one.

    ``mail``: of a mail server that accepts nothing.
    """

    kind: IncidentKind
    job: Job
    since: datetime
    run: JobRun | None = None
    mail: MailBlock | None = None

    @property
    def sentence(self) -> str:
        """It in words, in the current language."""
        words: dict[str, Any] = {"job": self.job.label, "when": when(self.since)}
        if self.run is not None:
            words |= {"run": self.run.pk, "error": self.run.error or "–"}
        if self.mail is not None:
            words |= {"n": self.mail.waiting, "error": self.mail.error}
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
        }
        return texts[self.kind] % words


def current_incidents(now: datetime) -> list[CurrentIncident]:
    """Everything that is wrong at ``now``, the late jobs first; at most one of a kind and job."""
    found = [
        CurrentIncident(kind=IncidentKind.LATE, job=job, since=due)
        for job in overdue_jobs(now)
        if (due := last_due(job, now - JOBS[job].grace)) is not None
    ]
    for run in stuck_runs(now):
        job = Job(run.job)
        if not any(one.kind == IncidentKind.STUCK and one.job == job for one in found):
            found.append(
                CurrentIncident(kind=IncidentKind.STUCK, job=job, since=_began(run), run=run)
            )
    for job in JOBS:
        # One that was followed by a success is history; its successor has completed the work.
        last = last_ended_full(job)
        if last is not None and (kind := ENDINGS.get(RunState(last.state))) is not None:
            found.append(CurrentIncident(kind=kind, job=job, since=_began(last), run=last))
    if (mail := mail_block()) is not None:
        found.append(
            CurrentIncident(kind=IncidentKind.MAIL, job=Job.WATCH, since=mail.since, mail=mail)
        )
    return found


def when(moment: datetime) -> str:
    """A moment as people of the studio read it, with its zone."""
    text = pgettext("date format: 14 February 2027 02:00", "j F Y H:i")
    return f"{date_format(local(moment), text)} {studio().time_zone}"


def _began(run: JobRun) -> datetime:
    return run.started_at or run.created_at
