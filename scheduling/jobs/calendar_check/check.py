"""Calendar check: compares the calendar with the schedules and lists what a run would change."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from scheduling.domain.outcomes import FAULTS, Outcome
from scheduling.domain.series import SeriesKey
from scheduling.jobs.execution.runner import RunOptions, preview
from scheduling.jobs.generation.approved_plan import fingerprint
from scheduling.jobs.runs.request import Clock, RunRequest
from scheduling.jobs.runs.result import RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job, Trigger

from .stale_instants import stale_instants

_MISSING = {Outcome.CREATED}
_EXTRA = {Outcome.REMOVED}
_DRIFTED = {Outcome.MOVED, Outcome.CANCELLED, Outcome.RESTORED}

KINDS = ("missing", "extra", "drifted", "orphaned")
# Findings of kind ``orphaned`` are a person's decision: they are only reported, with a link.
REPAIRABLE = ("missing", "extra", "drifted")


@dataclass(slots=True)
class CheckFindings:
    """The differences between the calendar and the schedules.

    ``orphaned``: future, edited classes without an occurrence in their schedule, for example of a
    student who has left; they block their hour until a person decides. Conflicts and invalid series
    explain why a class is missing. They are reported but are not findings, except for a class that
    a conflict keeps at its old place. A calendar with invalid series is never clean, because they
    can't be checked.
    """

    missing: list[ResultLine] = field(default_factory=list)
    extra: list[ResultLine] = field(default_factory=list)
    drifted: list[ResultLine] = field(default_factory=list)
    orphaned: list[ResultLine] = field(default_factory=list)
    conflicts: list[ResultLine] = field(default_factory=list)
    faults: list[ResultLine] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(self.of(kind)) for kind in KINDS)

    @property
    def is_clean(self) -> bool:
        """True if the calendar matches the schedules and all of them could be checked."""
        return not self.count and not self.faults

    @property
    def repairable(self) -> int:
        """Number of findings that a run repairs."""
        return sum(len(self.of(kind)) for kind in REPAIRABLE)

    def of(self, kind: str) -> list[ResultLine]:
        """Return the findings of one of ``KINDS``."""
        lines: list[ResultLine] = getattr(self, kind)
        return lines

    def all(self) -> Iterator[tuple[str, ResultLine]]:
        """Yield every finding with its kind."""
        for kind in KINDS:
            for line in self.of(kind):
                yield kind, line

    def students(self) -> set[int]:
        """Return the ids of students with a repairable finding."""
        lines = (line for kind in REPAIRABLE for line in self.of(kind))
        return {line.student_id for line in lines if line.student_id is not None}

    @property
    def fingerprint(self) -> str:
        """Equal for equal findings."""
        return fingerprint(*sorted(repr((kind, line.facts())) for kind, line in self.all()))

    def started(self, result: RunResult) -> None:
        """Do nothing."""

    def progressed(self, result: RunResult) -> None:
        """Do nothing."""

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        """Add the result lines of a chunk by kind."""
        for line in lines:
            if line.outcome in _MISSING:
                self.missing.append(line)
            elif line.outcome in _EXTRA:
                self.extra.append(line)
            elif line.outcome in _DRIFTED or "stays_on" in line.params:
                self.drifted.append(line)
            elif "orphan" in line.params:
                self.orphaned.append(line)
            elif line.outcome is Outcome.CONFLICT:
                self.conflicts.append(line)
            elif line.outcome in FAULTS:
                self.faults.append(line)


CHECKED = (Job.WEEKLY, Job.HORIZON)


@dataclass(frozen=True, slots=True)
class SingleOccurrence:
    """One occurrence: of a series, on a day.

    If the classes of the series have moved, the check finds all of them.
    """

    series: SeriesKey
    day: date

    def belongs_to(self, job: Job) -> bool:
        """Return True if ``job`` generates the series."""
        return self.series.kind in JOBS[job].kinds


def key_of(kind: str, line: ResultLine) -> tuple[object, ...]:
    """Return the identity of a finding, the same before and after a repair."""
    return kind, line.series, line.class_id, line.day, line.start_time, line.student_id


def check_request(
    job: Job,
    today: date,
    weeks: int,
    triggered_by: str,
    *,
    trigger: Trigger = Trigger.COMMAND,
    student_ids: tuple[int, ...] = (),
    occurrence: SingleOccurrence | None = None,
) -> RunRequest:
    """Return the request that is previewed by the check and run by the repair."""
    return RunRequest(
        job=job,
        today=today,
        weeks=weeks,
        trigger=trigger,
        triggered_by=triggered_by,
        student_ids=student_ids,
        days=((occurrence.day, occurrence.day),) if occurrence else (),
        rule_ids=(occurrence.series.id,) if occurrence else (),
    )


def checked_jobs(occurrence: SingleOccurrence | None) -> Iterator[Job]:
    """Yield the jobs whose classes are checked."""
    for job in CHECKED:
        if occurrence is None or occurrence.belongs_to(job):
            yield job


def find(
    today: date,
    weeks: int,
    clock: Clock,
    *,
    student_ids: tuple[int, ...] = (),
    occurrence: SingleOccurrence | None = None,
) -> CheckFindings:
    """Compare this week's classes and the horizon with the schedules. Nothing is written.

    ``student_ids`` and ``occurrence`` limit the check to these students or this occurrence.
    """
    findings = CheckFindings()
    for job in checked_jobs(occurrence):
        request = check_request(
            job, today, weeks, "", student_ids=student_ids, occurrence=occurrence
        )
        preview(request, RunOptions(clock=clock, observer=findings))
    if occurrence is None:
        findings.drifted += stale_instants(clock(), student_ids)
    return findings


def repaired(before: CheckFindings, after: CheckFindings) -> list[tuple[str, ResultLine]]:
    """Return the findings of ``before`` that are not in ``after``."""
    left = {key_of(kind, line) for kind, line in after.all()}
    return [(kind, line) for kind, line in before.all() if key_of(kind, line) not in left]
