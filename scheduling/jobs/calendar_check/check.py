"""Holds the calendar against the schedules: what the next runs would change, and why."""

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
# What a person decided is nobody's to mend; it is told, with the way to the class.
MENDABLE = ("missing", "extra", "drifted")


@dataclass(slots=True)
class CheckFindings:
    """Where the calendar differs from the schedules.

    Orphaned: a class that a person acted on, ahead, of a schedule that does not ask for it any
    more, as a leaver's: it holds its hour until a person decides. Conflicts and invalid series are
    reasons for which a wanted class is not there; they are told, and no finding by themselves,
    except for a class that a conflict keeps where its schedule no longer wants it. A calendar with
    invalid series is not called clean: whether it is, can't be judged.
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
        """Whether the calendar is as the schedules say; of what can't be judged nobody knows."""
        return not self.count and not self.faults

    @property
    def repairable(self) -> int:
        """How many a run would mend."""
        return sum(len(self.of(kind)) for kind in MENDABLE)

    def of(self, kind: str) -> list[ResultLine]:
        """The findings of one of ``KINDS``."""
        found: list[ResultLine] = getattr(self, kind)
        return found

    def all(self) -> Iterator[tuple[str, ResultLine]]:
        """Every finding with its kind."""
        for kind in KINDS:
            for line in self.of(kind):
                yield kind, line

    def students(self) -> set[int]:
        """Whose calendars there is something to mend in."""
        lines = (line for kind in MENDABLE for line in self.of(kind))
        return {line.student_id for line in lines if line.student_id is not None}

    @property
    def fingerprint(self) -> str:
        """Equal for equal findings."""
        return fingerprint(*sorted(repr((kind, line.facts())) for kind, line in self.all()))

    def started(self, result: RunResult) -> None:
        """Nothing to note."""

    def progressed(self, result: RunResult) -> None:
        """Nothing to note."""

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        """Sort a chunk's results."""
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
    """One class that should be there, or should not: of a weekly rule, on a day.

    Where that rule's classes have moved they move together, and are found together.
    """

    series: SeriesKey
    day: date

    def narrows(self, job: Job) -> bool:
        """Whether it is one of ``job``'s."""
        return self.series.kind in JOBS[job].kinds


def key_of(kind: str, line: ResultLine) -> tuple[object, ...]:
    """What tells one finding from another, before and after something was mended."""
    return kind, line.series, line.class_id, line.day, line.start_time, line.student_id


def check_request(
    job: Job,
    today: date,
    weeks: int,
    triggered_by: str,
    *,
    trigger: Trigger = Trigger.COMMAND,
    student_ids: tuple[int, ...] = (),
    one: SingleOccurrence | None = None,
) -> RunRequest:
    """What is checked, and what mends it: the same request, previewed or run."""
    return RunRequest(
        job=job,
        today=today,
        weeks=weeks,
        trigger=trigger,
        triggered_by=triggered_by,
        student_ids=student_ids,
        days=((one.day, one.day),) if one else (),
        rule_ids=(one.series.id,) if one else (),
    )


def checked(one: SingleOccurrence | None) -> Iterator[Job]:
    """The jobs whose classes are looked at."""
    for job in CHECKED:
        if one is None or one.narrows(job):
            yield job


def find(
    today: date,
    weeks: int,
    clock: Clock,
    *,
    student_ids: tuple[int, ...] = (),
    one: SingleOccurrence | None = None,
) -> CheckFindings:
    """Hold this week's classes and the horizon against the schedules. Nothing is written.

    Of these students alone, where some are named; of ``one`` class alone.
    """
    findings = CheckFindings()
    for job in checked(one):
        request = check_request(job, today, weeks, "", student_ids=student_ids, one=one)
        preview(request, RunOptions(clock=clock, watcher=findings))
    if one is None:
        findings.drifted += stale_instants(clock(), student_ids)
    return findings


def repaired(before: CheckFindings, after: CheckFindings) -> list[tuple[str, ResultLine]]:
    """The findings of ``before`` that are gone."""
    left = {key_of(kind, line) for kind, line in after.all()}
    return [(kind, line) for kind, line in before.all() if key_of(kind, line) not in left]
