"""Holds the calendar against the schedules: what the next runs would change, and why."""

from dataclasses import dataclass, field
from datetime import date

from scheduling.domain.outcomes import FAULTS, Outcome
from scheduling.models import Job, Trigger

from .lines import Line
from .request import Clock, Request
from .result import Result
from .runner import Conduct, preview

_MISSING = {Outcome.CREATED}
_EXTRA = {Outcome.REMOVED}
_DRIFTED = {Outcome.MOVED, Outcome.CANCELLED, Outcome.RESTORED}


@dataclass(slots=True)
class Findings:
    """Where the calendar differs from the schedules. Conflicts and invalid series are reasons
    for which a wanted class is not there; they are told, and no finding by themselves, except for
    a class that a conflict keeps where its schedule no longer wants it."""

    missing: list[Line] = field(default_factory=list)
    extra: list[Line] = field(default_factory=list)
    drifted: list[Line] = field(default_factory=list)
    conflicts: list[Line] = field(default_factory=list)
    faults: list[Line] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.missing) + len(self.extra) + len(self.drifted)

    def started(self, result: Result) -> None:
        """Nothing to note."""

    def progressed(self, result: Result) -> None:
        """Nothing to note."""

    def lines(self, result: Result, lines: list[Line]) -> None:
        """Sort a chunk's results."""
        for line in lines:
            if line.outcome in _MISSING:
                self.missing.append(line)
            elif line.outcome in _EXTRA:
                self.extra.append(line)
            elif line.outcome in _DRIFTED or "stays_on" in line.params:
                self.drifted.append(line)
            elif line.outcome is Outcome.CONFLICT:
                self.conflicts.append(line)
            elif line.outcome in FAULTS:
                self.faults.append(line)


CHECKED = (Job.WEEKLY, Job.HORIZON)


def check_request(job: Job, today: date, weeks: int, triggered_by: str) -> Request:
    """What is checked, and what mends it: the same request, previewed or run."""
    return Request(
        job=job, today=today, weeks=weeks, trigger=Trigger.COMMAND, triggered_by=triggered_by
    )


def find(today: date, weeks: int, clock: Clock) -> Findings:
    """Hold this week's classes and the horizon against the schedules. Nothing is written."""
    findings = Findings()
    for job in CHECKED:
        preview(check_request(job, today, weeks, ""), Conduct(clock=clock, watcher=findings))
    return findings
