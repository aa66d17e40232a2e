"""Whether all is well, worked out when asked: no scheduler that may itself be dead is believed."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from scheduling.jobs.runs.takeover import is_dead
from scheduling.jobs.schedule.due_times import last_due, next_due
from scheduling.jobs.schedule.registry import GENERATING, JOBS
from scheduling.models import Job, JobRun
from scheduling.selectors.data_quality import students_without_start, studio_counts
from scheduling.selectors.runs import began, crashed_since_success
from scheduling.selectors.studio import studio_day
from scheduling.text.dates import number_text, when

from .callers import Callers
from .coverage import Coverage, rules_of
from .recent_runs import RecentRuns

# What may be wrong, by name, in the order in which it is told: the issue, and what to do about it.
# The names of the contract's indicators are theirs.
ISSUES: dict[str, tuple[Promise, Promise]] = {
    "overdue_jobs": (
        ngettext_lazy("%(n)s job is late.", "%(n)s jobs are late.", "count"),
        gettext_lazy("Check that cron is running, and run generate_classes."),
    ),
    "stuck_runs": (
        ngettext_lazy("%(n)s run has stalled.", "%(n)s runs have stalled.", "count"),
        gettext_lazy("The next run takes its place; look at its server if it happens again."),
    ),
    "crashed_runs": (
        ngettext_lazy(
            "%(n)s run crashed since the last success.",
            "%(n)s runs crashed since the last success.",
            "count",
        ),
        gettext_lazy("Run generate_classes again: it completes what was left."),
    ),
    "missing_classes": (
        gettext_lazy("More than %(n)s classes are missing or clash."),
        gettext_lazy("Generate them now."),
    ),
    "missing_classes_this_week": (
        ngettext_lazy(
            "%(n)s class of this week is missing.",
            "%(n)s classes of this week are missing.",
            "count",
        ),
        gettext_lazy("Generate them now."),
    ),
    "missing_classes_later": (
        ngettext_lazy(
            "%(n)s class of the weeks ahead is missing.",
            "%(n)s classes of the weeks ahead are missing.",
            "count",
        ),
        gettext_lazy("Generate them now."),
    ),
    "unresolved_conflicts": (
        ngettext_lazy(
            "%(n)s lesson clashes with another.", "%(n)s lessons clash with others.", "count"
        ),
        gettext_lazy("Move, share or pause one of the two; the next run tries again."),
    ),
    "not_called": (
        gettext_lazy("Nothing runs by itself yet."),
        gettext_lazy(
            "Install the cron entries (manage.py install_cron), or keep manage.py run_scheduler "
            "running."
        ),
    ),
    "unmarked_lessons": (
        ngettext_lazy("%(n)s lesson is not marked.", "%(n)s lessons are not marked.", "count"),
        gettext_lazy("Mark who came."),
    ),
    "no_marks": (
        gettext_lazy("No lesson has been marked yet."),
        gettext_lazy("Mark who came, or set the days to mark attendance to 0 under Settings."),
    ),
    "orphaned_slots": (
        ngettext_lazy(
            "%(n)s active slot belongs to someone who has left.",
            "%(n)s active slots belong to people who have left.",
            "count",
        ),
        gettext_lazy("Cancel these slots, or make the teacher or the student active again."),
    ),
    "teachers_without_settings": (
        ngettext_lazy(
            "%(n)s teacher has slots but no lesson settings.",
            "%(n)s teachers have slots but no lesson settings.",
            "count",
        ),
        gettext_lazy("Add durations and prices on the teacher's lesson settings."),
    ),
    "old_slots": (
        ngettext_lazy(
            "%(n)s slot was booked more than six months ago.",
            "%(n)s slots were booked more than six months ago.",
            "count",
        ),
        gettext_lazy("Ask whether they are still wanted."),
    ),
    "students_without_start": (
        ngettext_lazy(
            "%(n)s student has a schedule but no start date.",
            "%(n)s students have a schedule but no start date.",
            "count",
        ),
        gettext_lazy("Set the start date: there are no classes without one."),
    ),
}


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """What an indicator (``name``) says is wrong, and what to do about it."""

    name: str
    count: int
    issue: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Health:
    """The indicators by name, what is wrong, and what to do about it, in the current language."""

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
    lately: RecentRuns | None = None,
    callers: Callers | None = None,
) -> Health:
    """The state of the studio and its jobs at ``now``.

    ``lately``, ``callers``: the log, where it is read already.
    """
    lately, callers = lately or RecentRuns(), callers or Callers(now)
    crashed = crashed_since_success(now - timedelta(days=settings.JOB_LOG_RETENTION_DAYS))
    indicators = {
        **asdict(studio_counts(now)),
        "missing_classes_this_week": cover.missing_this_week,
        "unresolved_conflicts": len(cover.conflicts),
        "overdue_jobs": len(overdue_jobs(now, lately)),
        "crashed_runs": sum(crashed.values()),
        "stuck_runs": len(stuck_runs(now, lately)),
    }
    waiting = jobs_not_called(cover, callers)
    # The indicators are those of the contract; what was found since is said without being one.
    counts = {
        **indicators,
        "unresolved_conflicts": 0,
        "missing_classes_this_week": 0,
        **shortfalls(cover),
        "not_called": len(waiting),
        "students_without_start": students_without_start(now).count(),
    }
    findings = [
        HealthFinding(name, counts[name], issue(name, counts[name]), suggestion(name))
        for name in ISSUES
        if counts.get(name)
    ]
    return Health(indicators, [_worded(one, crashed, waiting, now, callers) for one in findings])


def shortfalls(cover: Coverage) -> dict[str, int]:
    """What the calendar lacks, by the names of ``ISSUES``."""
    unmarked = "unmarked_lessons" if cover.marks.is_kept else "no_marks"
    found = {unmarked: cover.marks.unmarked}
    if not cover.is_complete:
        return found | {"missing_classes": cover.missing.total() + len(cover.conflicts)}
    return found | {
        "missing_classes_this_week": cover.missing_this_week,
        "missing_classes_later": cover.missing_later,
        "unresolved_conflicts": len(cover.conflicts),
    }


def issue(name: str, count: int) -> str:
    """What is wrong, in words."""
    text, _suggestion = ISSUES[name]
    return str(text % {"n": number_text(count), "count": count})


def suggestion(name: str) -> str:
    """What to do about it, in words."""
    return str(ISSUES[name][1])


def overdue_jobs(now: datetime, lately: RecentRuns | None = None) -> list[Job]:
    """Jobs that were due more than the grace ago and have not run since."""
    lately = lately or RecentRuns()
    return [job for job in GENERATING if late_since(job, now, lately) is not None]


def late_since(job: Job, now: datetime, lately: RecentRuns) -> datetime | None:
    """The first time that ``job`` was due and did not run; None while it is not late.

    A job that has never run is late from the first time that it was due after there was something
    for it to do. Like every job it is so only when its grace is over.
    """
    due = last_due(job, now - JOBS[job].grace)
    if due is None or lately.done_since(job, due):
        return None
    success = lately.done(job)
    since = began(success) if success is not None else asked_since(job, due)
    return next_due(job, since) if since is not None else None


def jobs_not_called(cover: Coverage, callers: Callers) -> list[Job]:
    """Jobs that have something to do, and that nothing is going to start."""
    jobs = [job for job in GENERATING if job in cover.asking and not callers.call(job)]
    # Any other caller of the jobs calls the watch too, which then stops with them.
    return [*jobs, Job.WATCH] if callers.makes_lessons_alone else jobs


def not_called(jobs: Collection[Job], now: datetime, callers: Callers) -> tuple[str, str]:
    """That nothing starts ``jobs``, and what to do about it, in words."""
    advice = suggestion("not_called")
    if callers.last_call is None:
        return _("Nothing runs by itself yet."), advice
    if callers.makes_lessons_alone:
        text = _(
            "Only the lessons of the next weeks are generated automatically; this week’s fixed "
            "schedules, reminders and alerts need /api/cron/tick."
        )
        return text, _("Let the service call that address instead: docs/cron.md.")
    if not any(callers.call(job) for job in GENERATING):
        text = _("Nothing has run by itself since %(when)s.")
        return text % {"when": when(callers.last_call, now)}, advice
    return _("“%(job)s” does not run by itself.") % {"job": next(iter(jobs)).label}, advice


def stuck_runs(now: datetime, lately: RecentRuns | None = None) -> list[JobRun]:
    """Runs that are said to be active and show no sign of life, or have been at it for too long."""
    return [
        run
        for run in (lately or RecentRuns()).active
        if is_dead(run) or now - (run.started_at or now) > JOBS[Job(run.job)].longest
    ]


def asked_since(job: Job, due: datetime) -> datetime | None:
    """When the oldest rule was entered of which ``job`` was to make classes at ``due``."""
    rules = rules_of(job, studio_day(due)).filter(created_at__lte=due)
    first: datetime | None = rules.aggregate(first=Min("created_at"))["first"]
    return first


def _worded(
    finding: HealthFinding,
    crashed: Collection[str],
    jobs: Collection[Job],
    now: datetime,
    callers: Callers,
) -> HealthFinding:
    """``finding`` in the words of those that depend on which jobs are concerned."""
    if finding.name == "not_called":
        text, advice = not_called(jobs, now, callers)
        return replace(finding, issue=text, suggestion=advice)
    if finding.name == "crashed_runs":
        return replace(finding, suggestion=_what_completes(crashed))
    return finding


def _what_completes(crashed: Collection[str]) -> str:
    """What to do after runs of these jobs crashed; no schedule makes up for missing classes."""
    said = []
    if set(crashed) != {Job.MISSING.value}:
        said.append(_("Run generate_classes again: it completes what was left."))
    if Job.MISSING in crashed:
        said.append(_("Run generate_classes --only missing: it completes what was left."))
    return " ".join(said)
