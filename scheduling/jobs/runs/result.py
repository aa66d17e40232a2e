"""The result of a run, kept in memory and returned to the interface that started it."""

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from scheduling.domain.outcomes import CHANGES, FAULTS, Outcome
from scheduling.domain.planning.resolve import Plan
from scheduling.domain.windows import Window
from scheduling.models import Job, RunState

from .result_lines import ResultLine


@dataclass(slots=True, kw_only=True)
class RunResult:
    """One run. ``window`` is the job's own; ``catch_up_from`` the first day of missed weeks.

    ``conflicts`` and ``faults`` are complete. Other result lines only go to the observer and the
    log, so that memory does not grow with the studio.
    """

    job: Job
    state: RunState = RunState.RUNNING
    window: Window | None = None
    catch_up_from: date | None = None
    dry_run: bool = False
    run_id: int | None = None
    counts: Counter[Outcome] = field(default_factory=Counter)
    conflicts: list[ResultLine] = field(default_factory=list)
    faults: list[ResultLine] = field(default_factory=list)
    error: str = ""
    students: set[int] = field(default_factory=set)
    teachers: set[int] = field(default_factory=set)
    done: int = 0
    total: int = 0
    queries: int = 0
    seconds: float = 0.0
    pruned: int = 0
    incidents: int = 0
    # Numbers of students and teachers that another deployment reported for a remote run.
    reported: dict[str, int] = field(default_factory=dict)

    @property
    def classes_created(self) -> int:
        return self.counts[Outcome.CREATED]

    @property
    def students_processed(self) -> int:
        """Number of students with a usable schedule, with or without new classes."""
        return self.reported.get("students", len(self.students))

    @property
    def teachers_processed(self) -> int:
        """Number of teachers whose series were planned."""
        return self.reported.get("teachers", len(self.teachers))

    @property
    def writes_classes(self) -> bool:
        """True if the run wrote any class, or, for a dry run, would write one."""
        return any(self.counts[outcome] for outcome in CHANGES)

    @property
    def has_faults(self) -> bool:
        """True if some series failed; conflicts are results, not errors."""
        return any(self.counts[outcome] for outcome in FAULTS)

    @property
    def classes_per_second(self) -> float:
        return self.classes_created / self.seconds if self.seconds else 0.0

    def add_plan(self, plan: Plan, lines: list[ResultLine], size: int, undo: ExitStack) -> None:
        """Count the plan of a chunk of ``size`` series; ``undo`` gets callbacks to revert this."""
        undo.callback(self.students.difference_update, plan.students - self.students)
        undo.callback(self.teachers.difference_update, plan.teachers - self.teachers)
        self.students |= plan.students
        self.teachers |= plan.teachers
        self.add(plan.counts, lines, size, undo)

    def add(
        self, counts: Counter[Outcome], lines: list[ResultLine], size: int, undo: ExitStack
    ) -> None:
        """Add ``counts``, the conflicts and faults among ``lines``, and ``size`` series as done."""
        undo.callback(setattr, self, "done", self.done)
        undo.callback(self.counts.subtract, counts)
        undo.callback(self.conflicts.__delitem__, slice(len(self.conflicts), None))
        undo.callback(self.faults.__delitem__, slice(len(self.faults), None))
        self.counts.update(counts)
        self.done = min(self.total, self.done + size)
        self.conflicts += [line for line in lines if line.outcome is Outcome.CONFLICT]
        self.faults += [line for line in lines if line.outcome in FAULTS]

    def errors(self) -> list[str]:
        """Return one sentence per error."""
        sentences = [f"{line.student}: {line.reason}".lstrip(": ") for line in self.faults]
        return [self.error, *sentences] if self.error else sentences

    def counts_by_name(self) -> dict[str, int]:
        """Return the counts by outcome, without zeros."""
        return {outcome.value: n for outcome, n in sorted(self.counts.items()) if n}

    def progress(self) -> dict[str, Any]:
        """Return the progress columns of the run's row."""
        return {
            "counts": self.counts_by_name(),
            "classes_created": self.classes_created,
            "students_processed": self.students_processed,
            "teachers_processed": self.teachers_processed,
            "progress_done": self.done,
            "progress_total": self.total,
            "queries": self.queries,
        }


class RunObserver(Protocol):
    """An interface that follows a run: a terminal, a page, a log."""

    def started(self, result: RunResult) -> None:
        """Called once the run is claimed and its window is known."""

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        """Called with the result lines of a chunk; for a dry run also with its new classes."""

    def progressed(self, result: RunResult) -> None:
        """Called after each committed chunk."""


class NullObserver:
    """An observer that does nothing."""

    def started(self, result: RunResult) -> None:
        pass

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        pass

    def progressed(self, result: RunResult) -> None:
        pass
