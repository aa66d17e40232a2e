"""Health: checks the studio and its jobs each time it is called, without relying on a scheduler."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min

from scheduling.jobs.runs.takeover import is_dead
from scheduling.jobs.schedule.due_times import last_due, next_due
from scheduling.jobs.schedule.registry import GENERATING, JOBS
from scheduling.models import Job, JobRun
from scheduling.selectors.data_quality import students_without_start, studio_counts
from scheduling.selectors.runs import began, crashed_since_success
from scheduling.selectors.studio import studio_day

from .callers import Callers
from .coverage import Coverage, rules_of
from .health_texts import ISSUES, crashed_suggestion, issue, not_called, suggestion
from .recent_runs import RecentRuns


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """A problem (``issue``), how to solve it, and the ``name`` of the check that found it."""

    name: str
    count: int
    issue: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Health:
    """The indicators by name, and the findings, in the current language."""

    indicators: dict[str, int]
    findings: list[HealthFinding]

    @property
    def issues(self) -> list[str]:
        return [finding.issue for finding in self.findings]

    @property
    def suggestions(self) -> list[str]:
        return [finding.suggestion for finding in self.findings]

    @property
    def is_healthy(self) -> bool:
        return not self.findings


def health(
    now: datetime,
    cover: Coverage,
    recent: RecentRuns | None = None,
    callers: Callers | None = None,
) -> Health:
    """Return the health of the studio and its jobs at ``now``.

    ``recent`` and ``callers`` save queries if the caller has them already.
    """
    recent, callers = recent or RecentRuns(now), callers or Callers(now)
    crashed = crashed_since_success(now - timedelta(days=settings.JOB_LOG_RETENTION_DAYS))
    uncalled = jobs_not_called(cover, callers)
    indicators = {
        **asdict(studio_counts(now)),
        "missing_classes_this_week": cover.missing_this_week,
        "unresolved_conflicts": len(cover.conflicts),
        "overdue_jobs": len(overdue_jobs(now, recent)),
        "crashed_runs": sum(crashed.values()),
        "stuck_runs": len(stuck_runs(now, recent)),
    }
    # The contract fixes the indicators. Findings have further counts, and those of ``shortfalls``
    # instead of the two above.
    counts = {
        **indicators,
        "unresolved_conflicts": 0,
        "missing_classes_this_week": 0,
        **shortfalls(cover),
        "not_called": len(uncalled),
        "old_backup": recent.backups.days_overdue,
        "students_without_start": students_without_start(now).count(),
    }
    texts = {
        name: (issue(name, count), suggestion(name))
        for name in ISSUES
        if (count := counts.get(name))
    }
    if uncalled:
        texts["not_called"] = not_called(uncalled, now, callers)
    if crashed:
        text, _suggestion = texts["crashed_runs"]
        texts["crashed_runs"] = text, crashed_suggestion(crashed)
    findings = [HealthFinding(name, counts[name], *text) for name, text in texts.items()]
    return Health(indicators, findings)


def shortfalls(cover: Coverage) -> dict[str, int]:
    """Return the counts of missing classes, clashes and marks, by the names of ``ISSUES``."""
    unmarked = "unmarked_lessons" if cover.marks.is_kept else "no_marks"
    counts = {unmarked: cover.marks.unmarked}
    if not cover.is_complete:
        return counts | {"missing_classes": cover.missing.total() + len(cover.conflicts)}
    return counts | {
        "missing_classes_this_week": cover.missing_this_week,
        "missing_classes_later": cover.missing_later,
        "unresolved_conflicts": cover.clashes,
    }


def overdue_jobs(now: datetime, recent: RecentRuns | None = None) -> list[Job]:
    """Return the jobs that have not run since their due time, after their grace."""
    recent = recent or RecentRuns(now)
    return [job for job in GENERATING if late_since(job, now, recent) is not None]


def late_since(job: Job, now: datetime, recent: RecentRuns) -> datetime | None:
    """Return the first due time at which ``job`` did not run; None if it is not late.

    A job is late only after its grace. For a job that has never run, due times count from the
    creation of its first series.
    """
    due = last_due(job, now - JOBS[job].grace)
    if due is None or recent.done_since(job, due):
        return None
    success = recent.done(job)
    since = began(success) if success is not None else first_series_created(job, due)
    return next_due(job, since) if since is not None else None


def jobs_not_called(cover: Coverage, callers: Callers) -> list[Job]:
    """Return the jobs with active series that nothing starts automatically."""
    jobs = [job for job in GENERATING if job in cover.jobs_with_series and not callers.starts(job)]
    # Any other caller also starts the watch, so that both start or stop together.
    return [*jobs, Job.WATCH] if callers.only_lessons_called else jobs


def stuck_runs(now: datetime, recent: RecentRuns | None = None) -> list[JobRun]:
    """Return the active runs that are dead or have taken too long."""
    return [
        run
        for run in (recent or RecentRuns(now)).active
        if is_dead(run) or now - (run.started_at or now) > JOBS[Job(run.job)].longest
    ]


def first_series_created(job: Job, due: datetime) -> datetime | None:
    """Return when the oldest series was created for which ``job`` had to run at ``due``."""
    rules = rules_of(job, studio_day(due)).filter(created_at__lte=due)
    first: datetime | None = rules.aggregate(first=Min("created_at"))["first"]
    return first
