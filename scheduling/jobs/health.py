"""Whether all is well, worked out when asked: no scheduler that may itself be dead is believed."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from scheduling.models import Job, JobRun
from scheduling.selectors.runs import crashed_since_success
from scheduling.selectors.studio import students_without_start, studio_numbers

from .claim import is_dead
from .lately import Lately
from .registry import JOBS
from .schedule import last_due


@dataclass(frozen=True, slots=True)
class Finding:
    """What an indicator (``name``) says is wrong, and what to do about it."""

    name: str
    count: int
    issue: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Health:
    """The indicators by name, what is wrong, and what to do about it, in the current language."""

    indicators: dict[str, int]
    findings: list[Finding]

    @property
    def issues(self) -> list[str]:
        return [finding.issue for finding in self.findings]

    @property
    def suggestions(self) -> list[str]:
        return [finding.suggestion for finding in self.findings]

    @property
    def is_healthy(self) -> bool:
        return not self.findings


def health(now: datetime, missing_this_week: int, lately: Lately | None = None) -> Health:
    """The state of the studio and its jobs at ``now``. ``lately``: where it is read already."""
    lately = lately or Lately()
    crashed = crashed_since_success(now - timedelta(days=settings.JOB_LOG_RETENTION_DAYS))
    indicators = {
        **asdict(studio_numbers(now)),
        "missing_classes_this_week": missing_this_week,
        "unresolved_conflicts": unresolved_conflicts(lately),
        "overdue_jobs": len(overdue_jobs(now, lately)),
        "crashed_runs": sum(crashed.values()),
        "stuck_runs": len(stuck_runs(now, lately)),
    }
    # The indicators are those of the contract; what was found since is said without being one.
    counts = indicators | {"students_without_start": students_without_start(now).count()}
    findings = [
        Finding(name, counts[name], issue, suggestion)
        for name, issue, suggestion in _findings(counts, _what_completes(crashed))
        if counts[name]
    ]
    return Health(indicators, findings)


def overdue_jobs(now: datetime, lately: Lately | None = None) -> list[Job]:
    """Jobs that were due more than the grace ago and have not run since."""
    lately = lately or Lately()
    late = []
    for job, spec in JOBS.items():
        if not spec.generates:
            continue
        due = last_due(job, now - spec.grace)
        # Before its first run a job is not late: the studio is being set up.
        if due is not None and lately.done(job) is not None and not lately.done_since(job, due):
            late.append(job)
    return late


def stuck_runs(now: datetime, lately: Lately | None = None) -> list[JobRun]:
    """Runs that are said to be active and show no sign of life, or have been at it for too long."""
    return [
        run
        for run in (lately or Lately()).active
        if is_dead(run) or now - (run.started_at or now) > JOBS[Job(run.job)].longest
    ]


def unresolved_conflicts(lately: Lately) -> int:
    """Conflicts of the newest whole run of each job."""
    runs = [lately.done(job) for job in (Job.WEEKLY, Job.HORIZON)]
    return sum(int(run.counts.get("conflict", 0)) for run in runs if run is not None)


def _what_completes(crashed: Collection[str]) -> str:
    """What to do after runs of these jobs crashed; no schedule makes up for missing classes."""
    said = []
    if set(crashed) != {Job.MISSING.value}:
        said.append(_("Run generate_classes again: it completes what was left."))
    if Job.MISSING in crashed:
        said.append(_("Run generate_classes --only missing: it completes what was left."))
    return " ".join(said)


def _findings(n: dict[str, int], completes: str) -> list[tuple[str, str, str]]:
    def count(name: str, text: Any) -> str:
        return str(text % {"n": n[name]})

    return [
        (
            "overdue_jobs",
            count(
                "overdue_jobs",
                ngettext_lazy("%(n)d job is late.", "%(n)d jobs are late.", "n"),
            ),
            _("Check that cron is running, and run generate_classes."),
        ),
        (
            "stuck_runs",
            count(
                "stuck_runs",
                ngettext_lazy("%(n)d run is stuck.", "%(n)d runs are stuck.", "n"),
            ),
            _("The next run takes its place; look at its server if it happens again."),
        ),
        (
            "crashed_runs",
            count(
                "crashed_runs",
                ngettext_lazy(
                    "%(n)d run crashed since the last success.",
                    "%(n)d runs crashed since the last success.",
                    "n",
                ),
            ),
            completes,
        ),
        (
            "missing_classes_this_week",
            count(
                "missing_classes_this_week",
                ngettext_lazy(
                    "%(n)d class of this week is missing.",
                    "%(n)d classes of this week are missing.",
                    "n",
                ),
            ),
            _("Generate the weekly classes; conflicts are named in the run's results."),
        ),
        (
            "unresolved_conflicts",
            count(
                "unresolved_conflicts",
                ngettext_lazy(
                    "%(n)d lesson collides with another.", "%(n)d lessons collide with others.", "n"
                ),
            ),
            _("Move, share or pause one of the two; the next run tries again."),
        ),
        (
            "orphaned_slots",
            count(
                "orphaned_slots",
                ngettext_lazy(
                    "%(n)d active slot belongs to someone who has left.",
                    "%(n)d active slots belong to people who have left.",
                    "n",
                ),
            ),
            _("Cancel these slots, or make the teacher or the student active again."),
        ),
        (
            "teachers_without_settings",
            count(
                "teachers_without_settings",
                ngettext_lazy(
                    "%(n)d teacher has slots but no lesson settings.",
                    "%(n)d teachers have slots but no lesson settings.",
                    "n",
                ),
            ),
            _("Add durations and prices on the teacher's lesson settings."),
        ),
        (
            "old_slots",
            count(
                "old_slots",
                ngettext_lazy(
                    "%(n)d slot was booked more than six months ago.",
                    "%(n)d slots were booked more than six months ago.",
                    "n",
                ),
            ),
            _("Ask whether they are still wanted."),
        ),
        (
            "students_without_start",
            count(
                "students_without_start",
                ngettext_lazy(
                    "%(n)d student has a schedule but no start date.",
                    "%(n)d students have a schedule but no start date.",
                    "n",
                ),
            ),
            _("Set the start date: there are no classes without one."),
        ),
    ]
