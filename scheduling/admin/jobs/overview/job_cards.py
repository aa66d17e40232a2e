"""The card of a job: its schedule, its last runs, and its state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.admin.core.display.outcome_badges import LOOKS, state_name
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.monitoring.cron_text import schedule_text
from scheduling.jobs.monitoring.history.run_timeline import LENGTH, TimelineEntry, timeline
from scheduling.jobs.monitoring.recent_runs import RecentRuns
from scheduling.jobs.monitoring.status import progress_sentence
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import ACTIVE_STATES, Job, JobRun, RunState
from scheduling.selectors.runs import DONE, began
from scheduling.text.dates import duration_text, number_text, relative, when

from .timeline import Timeline, draw_timeline


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value: “Last run: today at 02:00, 19 hours ago”."""

    name: str
    value: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The card of a job that creates classes."""

    job: Job
    title: str
    button: str
    schedule: str
    about: str
    timeline: Timeline
    entries: list[TimelineEntry]
    facts: list[Fact]
    active: JobRun | None
    progress: str


def cards(now: datetime, recent_runs: RecentRuns, callers: Callers) -> list[Card]:
    """Return the cards of the scheduled jobs that create classes."""
    return [_card(job, now, recent_runs, callers) for job in (Job.HORIZON, Job.WEEKLY)]


def button_of(job: Job) -> str:
    """Return the text of the button that runs ``job`` now."""
    return {
        Job.HORIZON: _("Generate Lessons Now"),
        Job.WEEKLY: _("Generate Weekly Classes Now"),
        Job.MISSING: _("Generate Missing Classes Now"),
    }[job]


def _card(job: Job, now: datetime, recent_runs: RecentRuns, callers: Callers) -> Card:
    entries = timeline(job, now, LENGTH, recent_runs)
    runs = [entry.run for entry in entries if entry.run is not None]
    active = next((run for run in reversed(runs) if run.state in ACTIVE_STATES), None)
    ended = [run for run in runs if run.state not in ACTIVE_STATES]
    return Card(
        job,
        str(job.label),
        button_of(job),
        schedule_text(job),
        _about(job),
        draw_timeline(str(job.label), entries),
        entries,
        [
            _last(ended[-1] if ended else None, now),
            _next(job, now, callers),
            _usual_duration(ended),
        ],
        active,
        progress_sentence(active, now) if active is not None else "",
    )


def _about(job: Job) -> str:
    if job == Job.WEEKLY:
        return _("the fixed schedules of this week, Monday to Sunday")
    weeks = settings.HORIZON_WEEKS
    text = ngettext("keeps lessons %(n)d week ahead", "keeps lessons %(n)d weeks ahead", weeks)
    return text % {"n": weeks}


def _last(run: JobRun | None, now: datetime) -> Fact:
    if run is None:
        return Fact(_("Last run"), _("none yet"))
    if run.state in DONE:
        outcome = _("%(n)s created") % {"n": number_text(run.classes_created)}
    else:
        outcome = state_name(run.state)
    more = f"{relative(began(run), now)} · {outcome}"
    return Fact(_("Last run"), when(began(run), now), more)


def _next(job: Job, now: datetime, callers: Callers) -> Fact:
    due = callers.next_run(job)
    if due is None:
        return Fact(_("Next run"), _("nothing starts it"))
    return Fact(_("Next run"), when(due, now), relative(due, now))


def _usual_duration(runs: list[JobRun]) -> Fact:
    spans = [
        run.duration for run in runs if run.state == RunState.SUCCEEDED and run.duration is not None
    ]
    if not spans:
        return Fact(_("Usually takes"), "–")
    seconds = median(span.total_seconds() for span in spans)
    return Fact(_("Usually takes"), duration_text(timedelta(seconds=seconds)))


def _backup_schedule(recent_runs: RecentRuns) -> str:
    if recent_runs.backups.is_scheduled:
        return _("Every day, started by a program of its own")
    return _("Not set up; docs/deploy.md describes it")


@dataclass(frozen=True, slots=True)
class MaintenanceJob:
    """A job that creates no classes, as a line."""

    title: str
    schedule: str
    last: str
    look: str
    state: str
    run: JobRun | None


def maintenance_jobs(now: datetime, recent_runs: RecentRuns) -> list[MaintenanceJob]:
    """Return the jobs that create no classes and run by themselves, or could."""
    found = []
    for job, spec in JOBS.items():
        if spec.generates:
            continue
        run = next(iter(recent_runs.newest(job)), None)
        found.append(
            MaintenanceJob(
                str(job.label),
                schedule_text(job) if spec.cron else _backup_schedule(recent_runs),
                when(began(run), now) if run else "",
                LOOKS[run.state] if run else "",
                state_name(run.state) if run else "",
                run,
            )
        )
    return found
