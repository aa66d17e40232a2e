"""Whether all is well, in one sentence, with one more for who wants to know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduling.domain.outcomes import FAULTS
from scheduling.models import Job, JobRun, RunState
from scheduling.selectors.people import account_names
from scheduling.selectors.runs import began, undone_runs
from scheduling.selectors.studio import asks_for_lessons
from scheduling.services.moments import distance, long_day, number, relative, when

from .claim import is_dead
from .health import overdue_jobs
from .lately import Lately
from .outcome_words import undone
from .registry import JOBS
from .schedule import next_due
from .week_count import WeekCount

GENERATING = (Job.WEEKLY, Job.HORIZON)
_BUSY = {
    Job.WEEKLY: gettext_lazy("The weekly classes are being generated."),
    Job.HORIZON: gettext_lazy("Lessons are being generated."),
    Job.MISSING: gettext_lazy("Missing classes are being generated."),
}
_LATE = {
    Job.WEEKLY: gettext_lazy("The weekly job is %(time)s late."),
    Job.HORIZON: gettext_lazy("The daily lesson job is %(time)s late."),
}
_FAILED = {
    Job.WEEKLY: gettext_lazy("The last run of the weekly classes did not come to its end."),
    Job.HORIZON: gettext_lazy("The last run of the lesson horizon did not come to its end."),
}
_NEVER = {
    Job.WEEKLY: gettext_lazy("The weekly classes have never been generated."),
    Job.HORIZON: gettext_lazy("The lesson horizon has never been generated."),
}
_TAKEN_BACK = {
    Job.WEEKLY: gettext_lazy("A run of the weekly classes was undone."),
    Job.HORIZON: gettext_lazy("A run of the lesson horizon was undone."),
}
A_DAY = timedelta(days=1)


class Level(StrEnum):
    """How much it matters."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Status:
    """``title`` says whether all is well; ``run`` is the one it speaks of, if it does of one."""

    level: Level
    title: str
    detail: str
    run: JobRun | None = None


def status(now: datetime, week: WeekCount | None = None, lately: Lately | None = None) -> Status:
    """How the jobs stand at ``now``. ``week``: this week's classes, where they are counted.

    ``lately``: the end of the log, where it is read already.
    """
    lately = lately or Lately()
    active = [run for run in lately.active if run.is_full and JOBS[Job(run.job)].generates]
    dead = [run for run in active if is_dead(run)]
    if dead:
        return _stuck(dead[0], now)
    if active:
        return _busy(active[0], now)
    done = {job: lately.done(job) for job in GENERATING}
    last = [run for job in GENERATING for run in lately.newest(job)[:1]]
    taken_back = [run for run in undone_runs() if _counts(run, done.get(Job(run.job)))]
    horizon = done[Job.HORIZON]
    if any(run.job == Job.HORIZON for run in taken_back):
        horizon = None
    common = _common(now, week, horizon)
    failed = [run for run in last if run.state in (RunState.FAILED, RunState.CRASHED)]
    if late := overdue_jobs(now, lately):
        return _late(late, done, failed, common, now)
    if failed:
        return _failed(failed[0], common)
    if not any(done.values()):
        return Status(Level.WARN, _("Nothing has been generated yet."), common)
    if never := [job for job, run in done.items() if run is None]:
        return Status(Level.WARN, str(_NEVER[never[0]]), common)
    if taken_back:
        return _taken_back(taken_back[0], common)
    faults = sum(_faults(run) for run in last)
    if faults:
        text = ngettext(
            "%(n)s schedule could not be dealt with.",
            "%(n)s schedules could not be dealt with.",
            faults,
        )
        return Status(Level.WARN, text % {"n": number(faults)}, common, _first_faulty(last))
    if week is not None and week.missing:
        text = ngettext(
            "%(n)s class of this week is missing.",
            "%(n)s classes of this week are missing.",
            week.missing,
        )
        return Status(Level.WARN, text % {"n": number(week.missing)}, common)
    return Status(Level.OK, _("Everything is up to date."), common)


def progress_sentence(run: JobRun, now: datetime) -> str:
    """How far an active run has come, and who started it."""
    starter = started_by(run)
    since = relative(began(run), now)
    values = {"name": starter, "when": since}
    if run.state == RunState.QUEUED:
        if starter:
            return _("Waiting for its turn; asked for by %(name)s, %(when)s.") % values
        return _("Waiting for its turn, %(when)s.") % values
    values |= {"done": number(run.progress_done), "total": number(run.progress_total)}
    if starter:
        text = _("%(done)s of %(total)s schedules; started by %(name)s, %(when)s.")
    else:
        text = _("%(done)s of %(total)s schedules; started %(when)s.")
    return text % values


def started_by(run: JobRun) -> str:
    """The person who started ``run``; empty where it was none."""
    return account_names([run.triggered_by]).get(run.triggered_by, run.triggered_by)


def _busy(run: JobRun, now: datetime) -> Status:
    return Status(Level.BUSY, str(_BUSY[Job(run.job)]), progress_sentence(run, now), run)


def _stuck(run: JobRun, now: datetime) -> Status:
    detail = _("It began %(when)s. The next run takes its place.")
    return Status(
        Level.BAD,
        _("A run has given no sign of life for a while."),
        detail % {"when": relative(began(run), now)},
        run,
    )


def _late(
    late: list[Job],
    done: dict[Job, JobRun | None],
    failed: list[JobRun],
    common: str,
    now: datetime,
) -> Status:
    spans = {job: now - _due_since(job, done[job], now) for job in late}
    longest = max(spans.values())
    title = str(_LATE[late[0]]) if len(late) == 1 else _("Both jobs are late, by up to %(time)s.")
    level = Level.BAD if longest >= A_DAY else Level.WARN
    why = [run.error.partition("\n")[0] for run in failed if run.job in late]
    detail = " ".join([*why[:1], common])
    return Status(level, title % {"time": distance(longest)}, detail, failed[0] if failed else None)


def _due_since(job: Job, success: JobRun | None, now: datetime) -> datetime:
    """When the first of the runs was due that did not go well since ``success``."""
    due = next_due(job, began(success)) if success is not None else None
    return due if due is not None else now


def _failed(run: JobRun, common: str) -> Status:
    detail = " ".join(filter(None, [run.error.partition("\n")[0], common]))
    return Status(Level.BAD, str(_FAILED[Job(run.job)]), detail, run)


def _counts(run: JobRun, last: JobRun | None) -> bool:
    """Whether no run has made again what was taken back."""
    if run.undone_at is None or last is None:
        return False
    return run.undone_at >= began(last)


def _taken_back(run: JobRun, common: str) -> Status:
    again = _("The next run makes them again unless the schedules change.")
    detail = " ".join(filter(None, [undone(run), again, common]))
    return Status(Level.WARN, str(_TAKEN_BACK[Job(run.job)]), detail, run)


def _faults(run: JobRun) -> int:
    return sum(int(run.counts.get(outcome.value, 0)) for outcome in FAULTS)


def _first_faulty(runs: Iterable[JobRun]) -> JobRun | None:
    return next((run for run in runs if _faults(run)), None)


def _common(now: datetime, week: WeekCount | None, horizon: JobRun | None) -> str:
    """What is told in any case: this week, how far lessons reach, the next run."""
    told = []
    if week is not None and week.missing is not None and week.expected:
        text = _("This week: %(there)s of %(all)s classes.")
        told.append(text % {"there": number(week.standing), "all": number(week.expected)})
    if horizon is not None and horizon.window_last is not None and asks_for_lessons(now):
        text = _("Lessons stand until %(day)s.")
        told.append(text % {"day": long_day(horizon.window_last)})
    due = min(filter(None, (next_due(job, now) for job in GENERATING)), default=None)
    if due is not None:
        text = _("Next run %(when)s, %(relative)s.")
        told.append(text % {"when": when(due, now), "relative": relative(due, now)})
    return " ".join(told)
