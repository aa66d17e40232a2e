"""Generation: chunk by chunk, plan and apply, and say what became of everything."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime

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
from scheduling.jobs.runs.claims import Claim, ClaimLostError, end_stopped_copy, fence
from scheduling.jobs.runs.request import Clock, RunRequest
from scheduling.jobs.runs.result import RunObserver, RunResult
from scheduling.jobs.runs.result_lines import (
    ResultLine,
    lines_of,
    lines_of_fault,
    lines_without_schedule,
)
from scheduling.models import Job
from scheduling.selectors.schedules.run_scope import students_without_series
from scheduling.selectors.schedules.series import load_by_key

from .approved_plan import ApprovedPlan, StalePlanError
from .chunks import Chunk
from .plan_writer import ConcurrentEditError, write_plan
from .planning import ChunkPlan, PlanningContext, plan_series, series_in
from .unchanged import UnchangedSeries, compares_first, find_unchanged

logger = logging.getLogger(__name__)

CONTENTION_ATTEMPTS = 4
# Of a run's faults so many are logged in full: a whole studio's are mostly the same one.
MOST_LOGGED = 20


class RunStoppedError(Exception):
    """The run was asked to stop, and did so between two chunks."""


class ChunkedGeneration:
    """One run over the series in scope. ``claim`` is None for a dry run, which writes nothing."""

    def __init__(
        self,
        request: RunRequest,
        context: PlanningContext,
        result: RunResult,
        watcher: RunObserver,
        clock: Clock,
        claim: Claim | None,
        checkpoint: Callable[[], None],
        queries: QueryCounter,
        approved: ApprovedPlan | None = None,
    ) -> None:
        self.request = request
        self.context = context
        self.result = result
        self.watcher = watcher
        self.clock = clock
        self.claim = claim
        self.checkpoint = checkpoint
        self.queries = queries
        self.approved = approved

    def run(self, chunks: list[Chunk]) -> None:
        """Deal with ``chunks`` in order, each in a transaction of its own.

        Raises RunStoppedError or RunTimeoutError between two of them, ClaimLostError when the run
        is no longer ours, StalePlanError when the plan is not the approved one, and DatabaseError
        for what no other attempt at the chunk can mend.
        """
        for together in compares_first(chunks):
            self.checkpoint()
            settled = self._survey(together)
            for chunk in settled.left_of(together):
                self.checkpoint()
                self._chunk(chunk, settled.of(chunk))
                self.context.done.update(chunk.owners())
                self.watcher.progressed(self.result)
            self.context.done.update(owner for chunk in together for owner in chunk.owners())
        self.checkpoint()
        if self.approved is not None:
            self.approved.finish()
        request = self.request
        narrowed = request.teacher_ids or request.days or request.rule_ids
        if request.job == Job.WEEKLY and not narrowed:
            self._students_without_schedule()

    def _survey(self, chunks: list[Chunk]) -> UnchangedSeries:
        """Account for the series that stand as they should; the others are planned."""
        if not self.request.is_full:
            return UnchangedSeries()
        found = UnchangedSeries()

        def look(now: datetime) -> tuple[ChunkPlan, int] | None:
            nonlocal found
            found = find_unchanged(self.context, chunks, now)
            return (ChunkPlan(found.plan, {}, set()), found.count) if found.count else None

        try:
            lines = self._transaction(look)
        except ClaimLostError:
            raise
        except Exception as error:
            if is_transient(error) and not is_contention(error):
                raise
            # Nothing is lost but time: planned one by one, the series at fault is found.
            logger.warning("the survey failed: %s", describe(error))
            return UnchangedSeries()
        if found.count:
            self.watcher.lines(self.result, lines)
            self.watcher.progressed(self.result)
        return found

    def _chunk(self, chunk: Chunk, settled: set[SeriesKey]) -> None:
        def load() -> list[Series]:
            return series_in(self.context, chunk.condition(), settled)

        self._attempt(load, max(0, chunk.size - len(settled)))

    def _attempt(self, load: Callable[[], list[Series]], size: int) -> None:
        """Plan and apply; once more against the fresh state; then in halves, down to one series."""
        contention, replanned = 0, False

        def plan(now: datetime) -> tuple[ChunkPlan, int]:
            return plan_series(self.context, load(), now), size

        while True:
            try:
                lines = self._transaction(plan)
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
                # Out of the chunk's reach: it is committed, whatever becomes of the watcher.
                self.watcher.lines(self.result, lines)
                return

    def _halve(self, load: Callable[[], list[Series]], size: int, error: Exception) -> None:
        """Find the series at fault; the others are not to suffer for it."""
        series = sorted(load(), key=lambda one: one.rank)
        if len(series) <= 1:
            self._report(series, size, error)
            return
        middle = len(series) // 2
        for part in (series[:middle], series[middle:]):
            self.checkpoint()
            self._attempt(_same_again(self.context, part), len(part) if size else 0)
            self.context.planned.update(one.key for one in part)

    def _transaction(
        self, make: Callable[[datetime], tuple[ChunkPlan, int] | None]
    ) -> list[ResultLine]:
        """Make a plan, and apply it unless this is a dry run.

        ``make`` also says how many of the run's series the plan is about; None: of none.
        """
        if self.claim is None:
            made = make(self.clock())
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
                    made = make(now)
                    if made is None:
                        return []
                    planned, size = made
                    if self.approved is not None:
                        self.approved.check(planned)
                    write_plan(planned.plan, self.claim.run_id, now)
                    lines = lines_of(planned.plan)
                    if planned.plan.creates and connection.vendor == "postgresql":
                        self.queries.count += 1  # COPY is no statement that the counter sees
                    self.result.add_plan(planned.plan, lines, size, undo)
                    self._store(self.claim, lines)
                undo.pop_all()
            self._done(planned.series)
        self.context.planned |= planned.neighbours
        return lines

    def _store(self, claim: Claim, lines: list[ResultLine]) -> None:
        """Log ``lines`` and the progress so far: the last statements before COMMIT."""
        insert_items([line.item(claim.run_id) for line in lines])
        self.result.queries = self.queries.count
        fence(claim, **self.result.progress())

    def _report(self, series: list[Series], size: int, error: Exception) -> None:
        """Write down the one series that no attempt could deal with."""
        if len(self.result.faults) < MOST_LOGGED:
            run_id = self.claim.run_id if self.claim else "(dry)"
            keys = ", ".join(f"{one.kind.value} {one.id}" for one in series)
            fault = log_and_describe(error, "run %s could not deal with %s", run_id, keys)
        else:
            fault = describe(error)
        lines = lines_of_fault(series, fault)
        self._write(lines, Outcome.ERROR, size)
        self._done(one.key for one in series)

    def _done(self, series: Iterable[SeriesKey]) -> None:
        if self.approved is not None:
            self.approved.done(series)

    def _students_without_schedule(self) -> None:
        students = students_without_series(self.request.student_ids)
        if not students:
            return
        self._write(lines_without_schedule(students), Outcome.NO_SCHEDULE, 0)

    def _write(self, lines: list[ResultLine], outcome: Outcome, size: int) -> None:
        """Account for and store results that no plan holds."""
        with ExitStack() as undo:
            self.result.add(Counter({outcome: len(lines)}), lines, size, undo)
            if self.claim is not None:
                with transaction.atomic():
                    guard_transaction()
                    self._store(self.claim, lines)
            undo.pop_all()
        self.watcher.lines(self.result, lines)


def _same_again(context: PlanningContext, part: list[Series]) -> Callable[[], list[Series]]:
    """Read the same series once more, as they are by then."""
    keys = [one.key for one in part]
    return lambda: [one for one in load_by_key(keys) if one.key not in context.planned]
