"""The status of the studio and its jobs: one sentence, and a line of details.

Problems are counted from the calendar as it is now. The log only supplies the runs, not their
former results.
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
from .health import jobs_not_called, late_since, shortfalls
from .health_texts import issue, not_called, suggestion
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
_UNDONE = {
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
    """The severity."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence about something that a person should act on, with a ``detail``.

    ``name``: a key of ``ISSUES``; empty if the statement is only about ``run``. ``advice``: the
    suggestion, for users with the permission.
    """

    text: str
    name: str = ""
    level: Level = Level.WARN
    detail: str = ""
    run: JobRun | None = None
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """The statements (``needs``), the most urgent first, and general facts."""

    level: Level
    title: str
    needs: list[Statement] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    @property
    def run(self) -> JobRun | None:
        """The run of the title, if any."""
        return self.needs[0].run if self.needs else None

    @property
    def detail(self) -> str:
        """The second line: details, further statements, and facts."""
        rest = [statement.text for statement in self.needs[1:]]
        first = [self.needs[0].detail, self.needs[0].advice] if self.needs else []
        return " ".join(filter(None, [*first, *rest, *self.facts]))


def status(
    now: datetime,
    cover: Coverage,
    recent: RecentRuns | None = None,
    callers: Callers | None = None,
) -> Status:
    """Return the status at ``now``. ``recent`` and ``callers`` save queries if already read."""
    recent, callers = recent or RecentRuns(now), callers or Callers(now)
    active = [run for run in recent.active if run.is_full and JOBS[Job(run.job)].generates]
    for run in active:
        if is_dead(run):
            return _status([_stalled(run, now)], [])
    for run in active:
        text, detail = str(_BUSY[Job(run.job)]), progress_sentence(run, now)
        return _status([Statement(text, level=Level.BUSY, detail=detail, run=run)], [])
    needs = [
        *_run_statements(now, cover, recent, callers),
        *_shortfall_statements(cover, LESSONS),
        *_caller_statements(now, cover, callers),
        *_fault_statements(recent),
        *_backup_statements(recent),
        *_shortfall_statements(cover, MARKS),
    ]
    return _status(needs, list(_facts(now, cover, callers)))


def progress_sentence(run: JobRun, now: datetime) -> str:
    """Return the progress of an active run, and the person who started it."""
    starter = started_by(run)
    since = relative(began(run), now)
    values = {"name": starter, "when": since}
    if run.state == RunState.QUEUED:
        if starter:
            return _("Waiting for its turn; requested by %(name)s, %(when)s.") % values
        return _("Waiting for its turn, %(when)s.") % values
    values |= {"done": number_text(run.progress_done), "total": number_text(run.progress_total)}
    if starter:
        text = _("%(done)s of %(total)s schedules; started by %(name)s, %(when)s.")
    else:
        text = _("%(done)s of %(total)s schedules; started %(when)s.")
    return text % values


def started_by(run: JobRun) -> str:
    """Return the name of the person who started ``run``; empty if no person did."""
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


def _run_statements(
    now: datetime, cover: Coverage, recent: RecentRuns, callers: Callers
) -> Iterator[Statement]:
    """Yield statements about late, failed and undone runs, which explain missing classes."""
    last = [run for job in GENERATING for run in recent.newest(job)[:1]]
    failed = [run for run in last if run.state in (RunState.FAILED, RunState.CRASHED)]
    late = {job: since for job in GENERATING if (since := late_since(job, now, recent)) is not None}
    if late and callers.last_call is not None:
        yield _late({job: now - since for job, since in late.items()}, failed)
    elif failed:
        run = failed[0]
        text = str(_FAILED[Job(run.job)])
        yield Statement(text, level=Level.BAD, detail=_first_line(run), run=run)
    for run in undone_runs():
        done = recent.done(Job(run.job)) if run.job in GENERATING else None
        # Only until a later run has created the removed classes again, if still planned.
        if done is not None and cover.missing_of(Job(run.job)) and _undone_since(run, done):
            again = _("The next run makes them again unless the schedules change.")
            yield Statement(str(_UNDONE[Job(run.job)]), detail=f"{undone(run)} {again}", run=run)
            return


def _late(spans: dict[Job, timedelta], failed: list[JobRun]) -> Statement:
    longest = max(spans.values())
    title = _("Both jobs are late, by up to %(time)s.")
    if len(spans) == 1:
        title = str(_LATE[next(iter(spans))])
    errors = [_first_line(run) for run in failed if run.job in spans]
    return Statement(
        title % {"time": distance(longest)},
        "overdue_jobs",
        Level.BAD if longest >= A_DAY else Level.WARN,
        " ".join(errors[:1]),
        failed[0] if failed else None,
    )


def _undone_since(run: JobRun, last: JobRun) -> bool:
    return run.undone_at is not None and run.undone_at >= began(last)


def _shortfall_statements(cover: Coverage, names: Iterable[str]) -> Iterator[Statement]:
    """Yield statements about the shortfalls among ``names``."""
    counts = shortfalls(cover)
    for name in names:
        if count := counts.get(name):
            yield Statement(issue(name, count), name, advice=suggestion(name))


def _caller_statements(now: datetime, cover: Coverage, callers: Callers) -> Iterator[Statement]:
    """Yield statements about missing series and about jobs that nothing starts."""
    if not cover.jobs_with_series:
        yield Statement(_("There are no active weekly lessons."))
    jobs = jobs_not_called(cover, callers)
    if jobs or callers.last_call is None:
        text, advice = not_called(jobs, now, callers)
        yield Statement(text, "not_called", advice=advice)


def _backup_statements(recent: RecentRuns) -> Iterator[Statement]:
    """Yield a statement about a copy of the database that is too old."""
    if days := recent.backups.days_overdue:
        yield Statement(issue("old_backup", days), "old_backup", advice=suggestion("old_backup"))


def _fault_statements(recent: RecentRuns) -> Iterator[Statement]:
    last = [run for job in GENERATING for run in recent.newest(job)[:1]]
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
    """Yield the known facts: classes of this week, last day with lessons, next run."""
    if cover.is_complete and cover.expected:
        text = _("This week: %(there)s of %(all)s classes.")
        yield text % {"there": number_text(cover.stored), "all": number_text(cover.expected)}
    has_horizon = Job.HORIZON in cover.jobs_with_series and not cover.missing_of(Job.HORIZON)
    if cover.is_complete and has_horizon:
        yield _("Lessons are scheduled through %(day)s.") % {"day": long_day(cover.through)}
        if cover.extended is not None:
            text = _("Those through %(day)s are created by the next run.")
            yield text % {"day": long_day(cover.extended)}
    due = min(filter(None, map(callers.next_run, GENERATING)), default=None)
    if due is not None:
        text = _("Next run %(when)s, %(relative)s.")
        yield text % {"when": when(due, now), "relative": relative(due, now)}
