"""A worker's way through a run that is cut: it takes one shard after the other until all are done.

There is no foreman. Whoever has nothing to take waits for the others, because a shard whose worker
dies is taken by whoever is still there.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from scheduling.domain.outcomes import FAULTS, Outcome
from scheduling.domain.series import SeriesKind
from scheduling.domain.windows import Window
from scheduling.jobs.chunks import Chunk, years_of
from scheduling.jobs.claim import release
from scheduling.jobs.faults import RunTimeoutError, is_transient
from scheduling.jobs.generate import Generation, StoppedError
from scheduling.jobs.heartbeat import Heartbeat
from scheduling.jobs.lines import lines_of_items
from scheduling.jobs.planning import Context
from scheduling.jobs.queries import counted
from scheduling.jobs.request import Clock, Request
from scheduling.jobs.result import Nobody, Result, Watcher
from scheduling.jobs.rights import Claim, FencedError, Joined, ShardClaim
from scheduling.jobs.shares import Last, Parallel, keys
from scheduling.models import JobRunItem, JobShard, ShardKind
from scheduling.selectors.scope import owner_of, series_of_several_owners
from scheduling.selectors.shards import shard_sums

from . import ledger
from .cutting import Lot, cut

# How long who has nothing to do waits before looking again.
PAUSE = 0.5
# How often a shard that met a fault which passes by itself is taken again.
ATTEMPTS = 5
LINES_AT_ONCE = 2_000

Cutter = Callable[[tuple[SeriesKind, ...], Q, Window], list[Chunk]]


def cut_up(held: Claim, request: Request, context: Context, chunks: list[Chunk], most: int) -> int:
    """Cut the run into shards; how many there are, 0 where it is better left whole."""
    several = series_of_several_owners(context.kinds, context.scope)
    owners = {student: [owner_of(one) for one in series] for student, series in several.items()}
    lots = cut(chunks, owners, most)
    if len(lots) < 2 or not ledger.share_out(held, lots, request.today.isoformat()):
        return 0
    return len(lots)


@dataclass(slots=True, kw_only=True)
class Crew:
    """One worker among those of a run. ``held`` is the run, ``result`` what is told of it here.

    ``checkpoint`` raises what ends the work of this worker; ``chunks`` cuts what is left at the
    end, which nobody can before.
    """

    request: Request
    context: Context
    held: Claim
    result: Result
    watcher: Watcher
    clock: Clock
    checkpoint: Callable[[], None]
    chunks: Cutter

    def work(self) -> None:
        """Take shards until all of them are done, by whomever.

        Raises FencedError when the run is over, and what no other attempt can mend.
        """
        while True:
            self.checkpoint()
            taken = ledger.take(self.held.run_id)
            if taken is not None:
                self._try(*taken)
                continue
            goes_on = ledger.add_up(self.held)
            if ledger.done(self.held.run_id):
                break  # and another may have written the run's end by now
            if not goes_on:
                raise FencedError(f"run {self.held.run_id} is over")
            time.sleep(PAUSE)
            self._tell()
        self._conclude()

    def _try(self, held: ShardClaim, shard: JobShard) -> None:
        try:
            self._do(held, shard)
        except FencedError:
            if not self.held.rows().exists():
                raise
            # It was taken for dead while this process slept: another has it.
        except (StoppedError, RunTimeoutError):
            raise
        except Exception as error:
            if not is_transient(error) or shard.attempts >= ATTEMPTS:
                raise
            connection.close()
            ledger.put_back(held)
        except BaseException:  # told to stop at once
            ledger.put_back(held)
            raise
        finally:
            release(held)

    def _do(self, held: ShardClaim, shard: JobShard) -> None:
        result = Result(
            job=self.result.job,
            window=self.result.window,
            catch_up_from=self.result.catch_up_from,
            run_id=held.run_id,
            counts=Counter({Outcome(name): n for name, n in shard.counts.items()}),
            done=shard.progress_done,
        )
        with counted() as queries, Heartbeat(held) as heartbeat:
            queries.count = shard.queries

            def checkpoint() -> None:
                self.checkpoint()
                if heartbeat.lost:
                    raise FencedError(f"shard {held.shard_id} is no longer this process's")

            parallel = shard.kind == ShardKind.PARALLEL
            lot, context = (self._beside if parallel else self._last)(held, shard, result)
            result.total = lot.size
            passed, todo = lot.chunks[: shard.chunks_done], lot.chunks[shard.chunks_done :]
            for chunk in passed:
                context.done.update(chunk.owners())
            generation = Generation(
                self.request, context, result, _Beside(self), self.clock, held, checkpoint, queries
            )
            generation.chunks_done = shard.chunks_done
            generation.surveyed = shard.carried.get("surveyed", 0)
            generation.closing = not parallel and shard.chunks_done <= len(lot.chunks)
            generation.run(todo)
            ledger.add_up(self.held)
            if not ledger.finish(held, **result.progress()):
                raise FencedError(f"shard {held.shard_id} is no longer this process's")
        self._tell()

    def _beside(self, held: ShardClaim, shard: JobShard, result: Result) -> tuple[Lot, Context]:
        lot = Lot.of(shard.lot)
        share = Parallel(
            self.context.kinds,
            lot.owners(),
            lot.spanning,
            (set(lot.students), set(lot.teachers)),
            years_of(self.context.window),
        )
        share.remember(shard.carried)
        _count_once(result, shard, set(), set())
        return lot, self._context(share, shard)

    def _last(self, held: ShardClaim, shard: JobShard, result: Result) -> tuple[Lot, Context]:
        lots, carried = ledger.left_to_the_last(held.run_id)
        share = Last(
            {student for lot in lots for student in lot.spanning},
            {key for one in carried for key in keys(one.get("left", ()))},
            {student for one in carried for student in one.get("left_students", ())},
        )
        _count_once(
            result,
            shard,
            {student for one in carried for student in one.get("students", ())},
            {teacher for one in carried for teacher in one.get("teachers", ())},
        )
        context = self._context(share, shard)
        if shard.lot is not None:
            return Lot.of(shard.lot), context
        scope = context.scope & share.condition()
        lot = Lot(self.chunks(context.kinds, scope, context.window) if share.has_any else [])
        ledger.know_the_last(held, lot)
        return lot, context

    def _context(self, share: Parallel | Last, shard: JobShard) -> Context:
        return Context(
            self.context.kinds,
            self.context.window,
            self.context.scope,
            self.context.tell_bounds,
            share=share,
            planned=keys(shard.carried.get("planned", ())),
        )

    def _tell(self) -> None:
        """Tell the watcher how far all of them have come."""
        sums = shard_sums(self.held.run_id)
        self.result.done, self.result.total = sums["progress_done"], sums["progress_total"]
        self.watcher.progressed(self.result)

    def _conclude(self) -> None:
        """What all of them came to, as if this worker had done it alone."""
        add_together(self.result)
        self.result.done = self.result.total
        if not isinstance(self.held, Joined):
            self._say_all()

    def _say_all(self) -> None:
        last = 0
        items = JobRunItem.objects.filter(run_id=self.held.run_id).order_by("id")
        while batch := list(items.filter(id__gt=last)[:LINES_AT_ONCE]):
            last = batch[-1].pk
            lines = lines_of_items(batch)
            self.result.conflicts += [one for one in lines if one.outcome is Outcome.CONFLICT]
            self.result.faults += [one for one in lines if one.outcome in FAULTS]
            self.watcher.lines(self.result, lines)


class _Beside(Nobody):
    """Follows one shard, and tells of the run now and then: its row is not to be everyone's."""

    EVERY = 1.0

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._last = time.monotonic()

    def progressed(self, result: Result) -> None:
        if time.monotonic() - self._last >= self.EVERY:
            ledger.add_up(self._crew.held)
            self._crew._tell()
            self._last = time.monotonic()


def add_together(result: Result) -> None:
    """Let ``result`` say what all workers of the run have come to."""
    assert result.run_id is not None
    sums = shard_sums(result.run_id)
    result.counts = Counter({Outcome(name): n for name, n in sums["counts"].items()})
    result.students_before = sums["students_processed"]
    result.teachers_before = sums["teachers_processed"]
    result.done, result.total = sums["progress_done"], sums["progress_total"]
    result.queries = sums["queries"]


def _count_once(result: Result, shard: JobShard, students: set[int], teachers: set[int]) -> None:
    """Let ``result`` count those alone whom nobody has counted yet.

    ``students`` and ``teachers`` were counted in other shards; who was by earlier workers of this
    one is written down as far as they may be met again.
    """
    result.students = students.union(shard.carried.get("students", ()))
    result.teachers = teachers.union(shard.carried.get("teachers", ()))
    result.students_before = shard.students_processed - len(result.students)
    result.teachers_before = shard.teachers_processed - len(result.teachers)
