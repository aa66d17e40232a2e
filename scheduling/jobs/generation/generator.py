"""Chunked generation: plans and applies a run chunk by chunk and reports every outcome."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db import IntegrityError, connection, transaction

from scheduling.db.advisory_locks import guard_transaction
from scheduling.db.bulk_insert import insert_items
from scheduling.db.errors import (
    StudioChangedError,
    describe,
    is_contention,
    is_fatal,
    is_transient,
    log_and_describe,
)
from scheduling.db.query_counter import QueryCounter
from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import Series, SeriesKey
from scheduling.jobs.runs.claims import Claim, ClaimLostError, fence
from scheduling.jobs.runs.request import Clock, RunRequest
from scheduling.jobs.runs.result import RunObserver, RunResult
from scheduling.jobs.runs.result_lines import (
    ResultLine,
    lines_of,
    lines_of_error,
    lines_without_schedule,
)
from scheduling.jobs.runs.takeover import end_stopped_copy
from scheduling.models import Job
from scheduling.selectors.schedules.run_scope import students_without_series
from scheduling.selectors.schedules.series import load_by_key

from .approved_plan import ApprovedPlan, StalePlanError
from .chunks import Chunk
from .plan_writer import ConcurrentEditError, write_plan
from .planning import ChunkPlan, PlanningContext, plan_series, series_in
from .unchanged import UnchangedSeries, comparison_batches, find_unchanged

logger = logging.getLogger(__name__)

CONTENTION_ATTEMPTS = 4
# Tracebacks logged per run; later errors are only described, as they are mostly alike.
MOST_LOGGED = 20


class RunStoppedError(Exception):
    """The run was stopped between two chunks."""


@dataclass(kw_only=True)
class ChunkedGeneration:
    """One run over the series in scope. ``claim`` is None for a dry run, which writes nothing.

    ``checkpoint`` raises an error if the run must end; it is called between chunks.
    """

    request: RunRequest
    context: PlanningContext
    result: RunResult
    observer: RunObserver
    clock: Clock
    queries: QueryCounter
    checkpoint: Callable[[], None]
    claim: Claim | None = None
    approved: ApprovedPlan | None = None

    def run(self, chunks: list[Chunk]) -> None:
        """Generate ``chunks`` in order, each in its own transaction.

        Raises RunStoppedError or RunTimeoutError between two chunks, ClaimLostError when another
        process has taken the run over, StalePlanError when the plan is not the approved one, and
        DatabaseError for an error that a retry of the chunk cannot fix.
        """
        for batch in comparison_batches(chunks):
            self.checkpoint()
            unchanged = self._find_unchanged(batch)
            for chunk in unchanged.remaining(batch):
                self.checkpoint()
                self._chunk(chunk, unchanged.of(chunk))
                self.context.done.update(chunk.owners())
                self.observer.progressed(self.result)
            self.context.done.update(owner for chunk in batch for owner in chunk.owners())
        self.checkpoint()
        if self.approved is not None:
            self.approved.finish()
        request = self.request
        narrowed = request.teacher_ids or request.days or request.rule_ids
        if request.job == Job.WEEKLY and not narrowed:
            self._students_without_schedule()

    def _find_unchanged(self, chunks: list[Chunk]) -> UnchangedSeries:
        """Count the series whose classes are already correct; the others need a plan."""
        if not self.request.is_full:
            return UnchangedSeries()
        found = UnchangedSeries()

        def make_plan(now: datetime) -> tuple[ChunkPlan, int] | None:
            nonlocal found
            found = find_unchanged(self.context, chunks, now)
            return (ChunkPlan(found.plan, {}, set()), found.count) if found.count else None

        try:
            lines = self._transaction(make_plan)
        except ClaimLostError:
            raise
        except Exception as error:
            if is_transient(error) and not is_contention(error):
                raise
            # Only time is lost: planning all series one by one finds the faulty one.
            logger.warning("comparing the stored classes failed: %s", describe(error))
            return UnchangedSeries()
        if found.count:
            self.observer.lines(self.result, lines)
            self.observer.progressed(self.result)
        return found

    def _chunk(self, chunk: Chunk, unchanged: set[SeriesKey]) -> None:
        def load() -> list[Series]:
            return series_in(self.context, chunk.condition(), unchanged)

        self._plan_and_apply(load, max(0, chunk.size - len(unchanged)))

    def _plan_and_apply(self, load: Callable[[], list[Series]], size: int) -> None:
        """Plan and apply a chunk.

        On an error plan once more against the fresh state, then split the chunk in halves down to
        one series.
        """
        contention, replanned = 0, False

        def make_plan(now: datetime) -> tuple[ChunkPlan, int]:
            return plan_series(self.context, load(), now), size

        while True:
            try:
                lines = self._transaction(make_plan)
            except (ClaimLostError, StalePlanError, StudioChangedError):
                raise
            except Exception as error:
                if is_contention(error) and contention < CONTENTION_ATTEMPTS:
                    contention += 1
                    end_stopped_copy()
                elif is_transient(error) or is_fatal(error):
                    raise
                elif isinstance(error, (IntegrityError, ConcurrentEditError)) and not replanned:
                    replanned = True
                else:
                    self._halve(load, size, error)
                    return
            else:
                # Not in the try block: an error of the observer must not repeat a committed chunk.
                self.observer.lines(self.result, lines)
                return

    def _halve(self, load: Callable[[], list[Series]], size: int, error: Exception) -> None:
        """Split a failed chunk in halves, so that only the faulty series is left out."""
        series = sorted(load(), key=attrgetter("rank"))
        if len(series) <= 1:
            self._report(series, size, error)
            return
        middle = len(series) // 2
        for part in (series[:middle], series[middle:]):
            self.checkpoint()
            self._plan_and_apply(_reload(self.context, part), len(part) if size else 0)
            self.context.planned.update(done.key for done in part)

    def _transaction(
        self, make_plan: Callable[[datetime], tuple[ChunkPlan, int] | None]
    ) -> list[ResultLine]:
        """Make a plan, and apply it unless this is a dry run.

        ``make_plan`` returns a plan and how many series it covers, or None if there is nothing to
        plan.
        """
        if self.claim is None:
            made = make_plan(self.clock())
            if made is None:
                return []
            planned, size = made
            if self.context.overlay is not None:
                self.context.overlay.remember(planned.plan, planned.neighbours)
            lines = lines_of(planned.plan, with_creates=True)
            self.result.add_plan(planned.plan, lines, size, ExitStack())
        else:
            with ExitStack() as undo:
                with transaction.atomic():
                    guard_transaction()
                    now = self.clock()
                    made = make_plan(now)
                    if made is None:
                        return []
                    planned, size = made
                    if self.approved is not None:
                        self.approved.check(planned)
                    write_plan(planned.plan, self.claim.run_id, now)
                    lines = lines_of(planned.plan)
                    if planned.plan.creates and connection.vendor == "postgresql":
                        self.queries.count += 1  # the counter does not see COPY
                    self.result.add_plan(planned.plan, lines, size, undo)
                    self._store(self.claim, lines)
                undo.pop_all()
            self._mark_done(planned.series)
        self.context.planned |= planned.neighbours
        return lines

    def _store(self, claim: Claim, lines: list[ResultLine]) -> None:
        """Store ``lines`` and the progress: the last statements before COMMIT."""
        insert_items([line.item(claim.run_id) for line in lines])
        self.result.queries = self.queries.count
        fence(claim, **self.result.progress())

    def _report(self, series: list[Series], size: int, error: Exception) -> None:
        """Record the series that could not be planned or written."""
        if len(self.result.faults) < MOST_LOGGED:
            run_id = self.claim.run_id if self.claim else "(dry)"
            keys = ", ".join(f"{failed.kind.value} {failed.id}" for failed in series)
            fault = log_and_describe(error, "run %s could not deal with %s", run_id, keys)
        else:
            fault = describe(error)
        lines = lines_of_error(series, fault)
        self._write(lines, Outcome.ERROR, size)
        self._mark_done(failed.key for failed in series)

    def _mark_done(self, series: Iterable[SeriesKey]) -> None:
        if self.approved is not None:
            self.approved.done(series)

    def _students_without_schedule(self) -> None:
        students = students_without_series(self.request.student_ids)
        if not students:
            return
        self._write(lines_without_schedule(students), Outcome.NO_SCHEDULE, 0)

    def _write(self, lines: list[ResultLine], outcome: Outcome, size: int) -> None:
        """Count and store results that are not part of a plan."""
        with ExitStack() as undo:
            self.result.add(Counter({outcome: len(lines)}), lines, size, undo)
            if self.claim is not None:
                with transaction.atomic():
                    guard_transaction()
                    self._store(self.claim, lines)
            undo.pop_all()
        self.observer.lines(self.result, lines)


def _reload(context: PlanningContext, part: list[Series]) -> Callable[[], list[Series]]:
    """Return a function that reads the same series again, as they are when it is called."""
    keys = [series.key for series in part]
    return lambda: [series for series in load_by_key(keys) if series.key not in context.planned]
