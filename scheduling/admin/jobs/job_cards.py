"""A job as a card: when it is due, how its last runs went, and how it stands now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.admin.core.outcome_badges import LOOKS, state_name
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.monitoring.cron_text import schedule_text
from scheduling.jobs.monitoring.recent_runs import RecentRuns
from scheduling.jobs.monitoring.run_timeline import LENGTH, TimelineEntry, timeline
from scheduling.jobs.monitoring.status import progress_sentence
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import ACTIVE_STATES, Job, JobRun, RunState
from scheduling.selectors.runs import DONE, began
from scheduling.text.dates import duration_text, number_text, relative, when

from .timeline import Timeline, draw_timeline


@dataclass(frozen=True, slots=True)
class Fact:
    """“Last run: today at 02:00, 19 hours ago”."""

    name: str
    value: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What a template draws of a job that generates."""

    job: Job
    title: str
    button: str
    schedule: str
    about: str
    strip: Timeline
    entries: list[TimelineEntry]
    facts: list[Fact]
    active: JobRun | None
    progress: str


def cards(now: datetime, lately: RecentRuns, callers: Callers) -> list[Card]:
    """The jobs that generate by themselves."""
    return [_card(job, now, lately, callers) for job in (Job.HORIZON, Job.WEEKLY)]


def button_of(job: Job) -> str:
    """What the button says that runs ``job`` at once."""
    return {
        Job.HORIZON: _("Generate Lessons Now"),
        Job.WEEKLY: _("Generate Weekly Classes Now"),
        Job.MISSING: _("Generate Missing Classes Now"),
    }[job]


def _card(job: Job, now: datetime, lately: RecentRuns, callers: Callers) -> Card:
    entries = timeline(job, now, LENGTH, lately)
    runs = [entry.run for entry in entries if entry.run is not None]
    active = next((run for run in reversed(runs) if run.state in ACTIVE_STATES), None)
    over = [run for run in runs if run.state not in ACTIVE_STATES]
    return Card(
        job,
        str(job.label),
        button_of(job),
        schedule_text(job),
        _about(job),
        draw_timeline(str(job.label), entries),
        entries,
        [_last(over[-1] if over else None, now), _next(job, now, callers), _usually(over)],
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


def _usually(runs: list[JobRun]) -> Fact:
    spans = [
        run.duration for run in runs if run.state == RunState.SUCCEEDED and run.duration is not None
    ]
    if not spans:
        return Fact(_("Usually takes"), "–")
    seconds = median(span.total_seconds() for span in spans)
    return Fact(_("Usually takes"), duration_text(timedelta(seconds=seconds)))


@dataclass(frozen=True, slots=True)
class MaintenanceJob:
    """A job that makes no classes, in a line."""

    title: str
    schedule: str
    last: str
    look: str
    state: str
    run: JobRun | None


def maintenance_jobs(now: datetime, lately: RecentRuns) -> list[MaintenanceJob]:
    """The jobs that keep house."""
    found = []
    for job, spec in JOBS.items():
        if spec.generates or not spec.cron:
            continue
        run = next(iter(lately.newest(job)), None)
        found.append(
            MaintenanceJob(
                str(job.label),
                schedule_text(job),
                when(began(run), now) if run else "",
                LOOKS[run.state] if run else "",
                state_name(run.state) if run else "",
                run,
            )
        )
    return found
