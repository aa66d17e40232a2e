"""Whether all is well, in one sentence, with the rest in a second line.

Each statement is counted from what is there. The log is asked what runs, not what it once found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduling.domain.outcomes import FAULTS
from scheduling.jobs.runs.takeover import is_dead
from scheduling.jobs.schedule.registry import GENERATING, JOBS
from scheduling.models import Job, JobRun, RunState
from scheduling.selectors.people import account_names
from scheduling.selectors.runs import began, undone_runs
from scheduling.text.dates import distance, long_day, number_text, relative, when

from .callers import Callers
from .coverage import Coverage
from .health import issue, jobs_not_called, late_since, not_called, shortfalls, suggestion
from .outcome_text import undone
from .recent_runs import RecentRuns

_BUSY = {
    Job.WEEKLY: gettext_lazy("This week's lessons are being generated."),
    Job.HORIZON: gettext_lazy("Lessons are being generated."),
    Job.MISSING: gettext_lazy("Missing classes are being generated."),
}
_LATE = {
    Job.WEEKLY: gettext_lazy("The weekly job is %(time)s late."),
    Job.HORIZON: gettext_lazy("The daily lesson job is %(time)s late."),
}
_FAILED = {
    Job.WEEKLY: gettext_lazy("The last run of the weekly job did not finish."),
    Job.HORIZON: gettext_lazy("The last run of the daily lesson job did not finish."),
}
_TAKEN_BACK = {
    Job.WEEKLY: gettext_lazy("A run of the weekly job was undone."),
    Job.HORIZON: gettext_lazy("A run of the daily lesson job was undone."),
}
LESSONS = (
    "missing_classes",
    "missing_classes_this_week",
    "missing_classes_later",
    "unresolved_conflicts",
)
MARKS = ("unmarked_lessons", "no_marks")
A_DAY = timedelta(days=1)


class Level(StrEnum):
    """How much it matters."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that needs a person, with more about it in ``detail``.

    ``name``: what it is about, as in ``health.ISSUES``; empty where it is about ``run`` alone.
    ``advice``: what to do about it, for those who may.
    """

    text: str
    name: str = ""
    level: Level = Level.WARN
    detail: str = ""
    run: JobRun | None = None
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """What needs a person, the most urgent first, and facts that hold in any case."""

    level: Level
    title: str
    needs: list[Statement] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    @property
    def run(self) -> JobRun | None:
        """The run that the title speaks of, if it does of one."""
        return self.needs[0].run if self.needs else None

    @property
    def detail(self) -> str:
        """The second line: what else needs a person, and the facts."""
        rest = [one.text for one in self.needs[1:]]
        first = [self.needs[0].detail, self.needs[0].advice] if self.needs else []
        return " ".join(filter(None, [*first, *rest, *self.facts]))


def status(
    now: datetime,
    cover: Coverage,
    lately: RecentRuns | None = None,
    callers: Callers | None = None,
) -> Status:
    """How the studio and its jobs stand at ``now``. ``lately``, ``callers``: the log, if read."""
    lately, callers = lately or RecentRuns(), callers or Callers(now)
    active = [run for run in lately.active if run.is_full and JOBS[Job(run.job)].generates]
    for run in active:
        if is_dead(run):
            return _status([_stalled(run, now)], [])
    for run in active:
        text, detail = str(_BUSY[Job(run.job)]), progress_sentence(run, now)
        return _status([Statement(text, level=Level.BUSY, detail=detail, run=run)], [])
    needs = [
        *_of_runs(now, cover, lately, callers),
        *_of(shortfalls(cover), LESSONS),
        *_of_callers(now, cover, callers),
        *_faults(lately),
        *_of(shortfalls(cover), MARKS),
    ]
    return _status(needs, list(_facts(now, cover, callers)))


def progress_sentence(run: JobRun, now: datetime) -> str:
    """How far an active run has come, and who started it."""
    starter = started_by(run)
    since = relative(began(run), now)
    values = {"name": starter, "when": since}
    if run.state == RunState.QUEUED:
        if starter:
            return _("Waiting for its turn; asked for by %(name)s, %(when)s.") % values
        return _("Waiting for its turn, %(when)s.") % values
    values |= {"done": number_text(run.progress_done), "total": number_text(run.progress_total)}
    if starter:
        text = _("%(done)s of %(total)s schedules; started by %(name)s, %(when)s.")
    else:
        text = _("%(done)s of %(total)s schedules; started %(when)s.")
    return text % values


def started_by(run: JobRun) -> str:
    """The person who started ``run``; empty where it was none."""
    return account_names([run.triggered_by]).get(run.triggered_by, run.triggered_by)


def _status(needs: list[Statement], facts: list[str]) -> Status:
    if not needs:
        return Status(Level.OK, _("Everything is up to date."), needs, facts)
    return Status(needs[0].level, needs[0].text, needs, facts)


def _stalled(run: JobRun, now: datetime) -> Statement:
    detail = _("It began %(when)s. The next run takes its place.")
    return Statement(
        _("A run has stalled."),
        level=Level.BAD,
        detail=detail % {"when": relative(began(run), now)},
        run=run,
    )


def _of_runs(
    now: datetime, cover: Coverage, lately: RecentRuns, callers: Callers
) -> Iterator[Statement]:
    """What became of the runs, as far as it explains what is missing or is going to be."""
    last = [run for job in GENERATING for run in lately.newest(job)[:1]]
    failed = [run for run in last if run.state in (RunState.FAILED, RunState.CRASHED)]
    late = {job: since for job in GENERATING if (since := late_since(job, now, lately)) is not None}
    if late and callers.last_call is not None:
        yield _late({job: now - since for job, since in late.items()}, failed)
    elif failed:
        run = failed[0]
        text, why = str(_FAILED[Job(run.job)]), _first_line(run)
        yield Statement(text, level=Level.BAD, detail=why, run=run)
    for run in undone_runs():
        done = lately.done(Job(run.job)) if run.job in GENERATING else None
        # Until a run has made again what was taken back, if it is still wanted.
        if done is not None and cover.missing_of(Job(run.job)) and _undone_since(run, done):
            again = _("The next run makes them again unless the schedules change.")
            yield Statement(
                str(_TAKEN_BACK[Job(run.job)]), detail=f"{undone(run)} {again}", run=run
            )
            return


def _late(spans: dict[Job, timedelta], failed: list[JobRun]) -> Statement:
    longest = max(spans.values())
    title = _("Both jobs are late, by up to %(time)s.")
    if len(spans) == 1:
        title = str(_LATE[next(iter(spans))])
    why = [_first_line(run) for run in failed if run.job in spans]
    return Statement(
        title % {"time": distance(longest)},
        "overdue_jobs",
        Level.BAD if longest >= A_DAY else Level.WARN,
        " ".join(why[:1]),
        failed[0] if failed else None,
    )


def _undone_since(run: JobRun, last: JobRun) -> bool:
    return run.undone_at is not None and run.undone_at >= began(last)


def _of(counts: dict[str, int], names: Iterable[str]) -> Iterator[Statement]:
    """What the calendar lacks of ``names``."""
    for name in names:
        if count := counts.get(name):
            yield Statement(issue(name, count), name, advice=suggestion(name))


def _of_callers(now: datetime, cover: Coverage, callers: Callers) -> Iterator[Statement]:
    """Whether there is something to do, and something that is going to do it."""
    if not cover.asking:
        yield Statement(_("There are no active weekly lessons."))
    jobs = jobs_not_called(cover, callers)
    if jobs or callers.last_call is None:
        text, advice = not_called(jobs, now, callers)
        yield Statement(text, "not_called", advice=advice)


def _faults(lately: RecentRuns) -> Iterator[Statement]:
    last = [run for job in GENERATING for run in lately.newest(job)[:1]]
    if faults := sum(map(_faults_of, last)):
        text = ngettext(
            "%(n)s schedule could not be dealt with.",
            "%(n)s schedules could not be dealt with.",
            faults,
        )
        yield Statement(text % {"n": number_text(faults)}, run=_first_faulty(last))


def _faults_of(run: JobRun) -> int:
    return sum(int(run.counts.get(outcome.value, 0)) for outcome in FAULTS)


def _first_faulty(runs: Iterable[JobRun]) -> JobRun | None:
    return next((run for run in runs if _faults_of(run)), None)


def _first_line(run: JobRun) -> str:
    return run.error.partition("\n")[0]


def _facts(now: datetime, cover: Coverage, callers: Callers) -> Iterator[str]:
    """This week, how far lessons reach, the next run: each as far as it is known."""
    if cover.is_complete and cover.expected:
        text = _("This week: %(there)s of %(all)s classes.")
        yield text % {"there": number_text(cover.standing), "all": number_text(cover.expected)}
    reaches = Job.HORIZON in cover.asking and not cover.missing_of(Job.HORIZON)
    if cover.is_complete and reaches:
        yield _("Lessons are scheduled through %(day)s.") % {"day": long_day(cover.through)}
    due = min(filter(None, map(callers.next_run, GENERATING)), default=None)
    if due is not None:
        text = _("Next run %(when)s, %(relative)s.")
        yield text % {"when": when(due, now), "relative": relative(due, now)}
