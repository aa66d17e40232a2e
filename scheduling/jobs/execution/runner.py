"""The one way to run a job: claim, work, and a closing line whatever happens."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from scheduling.db.errors import RunTimeoutError, log_and_describe
from scheduling.db.query_counter import QueryCounter, count_queries
from scheduling.jobs.generation.approved_plan import (
    ApprovedPlan,
    PlanPreview,
    StalePlanError,
    require_approved,
)
from scheduling.jobs.generation.chunks import chunks
from scheduling.jobs.generation.dry_run_overlay import DryRunOverlay
from scheduling.jobs.generation.generator import ChunkedGeneration, RunStoppedError
from scheduling.jobs.generation.planning import PlanningContext
from scheduling.jobs.generation.run_window import RunWindow, run_window, scope_of
from scheduling.jobs.monitoring.healthcheck_pings import HealthcheckPings
from scheduling.jobs.monitoring.watch import watch
from scheduling.jobs.notifications.delivery import SECONDS
from scheduling.jobs.runs.claims import Claim, ClaimLostError, begin, claim, release
from scheduling.jobs.runs.heartbeat import Heartbeat
from scheduling.jobs.runs.log_context import run_id
from scheduling.jobs.runs.request import Clock, RunRequest
from scheduling.jobs.runs.result import NullObserver, RunObserver, RunResult
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job, JobRun, RunState
from scheduling.models.studio import one_reading
from scheduling.selectors.schedules.run_scope import people_in_several_chunks

from .closing import close, conclude, log_end, read_final_state, record_failure
from .prune import prune


def _prune(held: Claim, result: RunResult, now: datetime, mail_seconds: float) -> None:
    result.pruned = prune(held, now)


def _watch(held: Claim, result: RunResult, now: datetime, mail_seconds: float) -> None:
    result.incidents = watch(held, now, mail_seconds)


MAINTENANCE: dict[Job, Callable[[Claim, RunResult, datetime, float], None]] = {
    Job.PRUNE: _prune,
    Job.WATCH: _watch,
}


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How an attempt is watched and ended. ``stop`` says whether a person wants it to end;
    ``timeout`` is its limit in seconds, None for none; ``quiet`` leaves the closing line of the log
    to whoever watches; after ``mail_seconds`` no further e-mail is begun."""

    clock: Clock
    watcher: RunObserver = field(default_factory=NullObserver)
    stop: Callable[[], bool] = lambda: False
    timeout: float | None = None
    quiet: bool = False
    mail_seconds: float = SECONDS


def preview(request: RunRequest, conduct: RunOptions) -> RunResult:
    """What ``run`` would do now: the same plan, not applied. Nothing is written."""
    with one_reading(), count_queries() as queries:
        began = time.monotonic()
        span = run_window(request)
        result = _result(request, span)
        result.dry_run = True
        conduct.watcher.started(result)
        try:
            _generate(request, span, result, conduct, None, queries, began)
            result.state = RunState.PARTIAL if result.has_faults else RunState.SUCCEEDED
        except RunStoppedError:
            result.state = RunState.CANCELLED
        close(result, began, queries)
        return result


def preview_plan(request: RunRequest, conduct: RunOptions, sample: int = 0) -> PlanPreview:
    """The plan of ``request``, for a person to approve; with ``sample`` series of each outcome."""
    plan = PlanPreview(sample)
    preview(request, replace(conduct, watcher=plan))
    return plan


def run(request: RunRequest, conduct: RunOptions) -> RunResult:
    """Run the job of ``request`` once and record it.

    Raises AlreadyRunningError when another whole run of the job is active, and whatever ended the
    attempt (a fault of the database, RunTimeoutError) after recording it. A run that was asked to
    stop, or was taken over by another process, returns as cancelled or crashed.
    """
    result = _run(request, conduct, lambda span: claim(row_of(request, span)))
    assert result is not None
    return result


def run_queued(run_id: int, request: RunRequest, conduct: RunOptions) -> RunResult | None:
    """Run the job of ``request`` as the queued run ``run_id``: the same in every other way.

    None where that run is not queued any more; then nothing is done.
    """

    def take(span: RunWindow | None) -> Claim | None:
        return begin(run_id, **_dates(span))

    return _run(request, conduct, take)


def _run(
    request: RunRequest, conduct: RunOptions, take: Callable[[RunWindow | None], Claim | None]
) -> RunResult | None:
    with one_reading(), count_queries() as queries:
        began = time.monotonic()
        span = window_of(request)
        held = take(span)
        if held is None:
            return None
        result = _result(request, span)
        result.run_id = held.run_id
        within = run_id.set(held.run_id)
        pings = HealthcheckPings(request)
        pings.started()
        try:
            _work(request, span, result, conduct, held, queries, began)
            return result
        finally:
            pings.ended(result)
            if not conduct.quiet:
                log_end(result)
            run_id.reset(within)
            release(held)


def _work(
    request: RunRequest,
    span: RunWindow | None,
    result: RunResult,
    conduct: RunOptions,
    held: Claim,
    queries: QueryCounter,
    began: float,
) -> None:
    """Do the work of a claimed run and write its closing line."""
    try:
        with Heartbeat(held) as heartbeat:
            conduct.watcher.started(result)
            if span is None:
                MAINTENANCE[request.job](held, result, conduct.clock(), conduct.mail_seconds)
            else:
                _generate(request, span, result, conduct, held, queries, began, heartbeat)
        result.state = RunState.PARTIAL if result.has_faults else RunState.SUCCEEDED
    except RunStoppedError:
        result.state = RunState.CANCELLED
    except ClaimLostError:
        result.state = RunState.CRASHED
    except StalePlanError as error:
        error.partly_done = result.writes_classes
        result.state, result.error = RunState.CANCELLED, str(error)
    except BaseException as error:
        # A person's wish, like the stop that they pressed; a worker told twice to stop exits.
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            result.state = RunState.CANCELLED
        else:
            result.state = RunState.FAILED
            result.error = log_and_describe(error, "run %s failed", held.run_id)
        close(result, began, queries)
        record_failure(held, result)
        raise
    close(result, began, queries)
    if result.state == RunState.CRASHED or not conclude(held, result):
        read_final_state(held, result)


def window_of(request: RunRequest) -> RunWindow | None:
    """The dates of ``request``; None for a job that makes no classes."""
    return run_window(request) if JOBS[request.job].generates else None


def _result(request: RunRequest, span: RunWindow | None) -> RunResult:
    return RunResult(
        job=request.job,
        window=span.window if span else None,
        catch_up_from=span.catch_up_from if span else None,
    )


def row_of(request: RunRequest, span: RunWindow | None) -> JobRun:
    """The log's row for ``request``, not stored yet."""
    return JobRun(
        job=request.job,
        trigger=request.trigger,
        triggered_by=request.triggered_by[:150],
        is_full=request.is_full,
        is_dated=request.dated,
        options=request.options(),
        **_dates(span),
    )


def _dates(span: RunWindow | None) -> dict[str, date | None]:
    return {
        "window_start": span.window.start if span else None,
        "window_end": span.window.end if span else None,
        "catch_up_from": span.catch_up_from if span else None,
    }


def _generate(
    request: RunRequest,
    span: RunWindow,
    result: RunResult,
    conduct: RunOptions,
    held: Claim | None,
    queries: QueryCounter,
    began: float,
    heartbeat: Heartbeat | None = None,
) -> None:
    kinds = JOBS[request.job].kinds
    scope = scope_of(request)
    work = chunks(kinds, scope, span.planned, held is None)
    result.total = sum(chunk.size for chunk in work)
    context = PlanningContext(
        kinds,
        span.planned,
        scope,
        note_bounds=request.job != Job.MISSING,
        makes=span.makes,
    )
    if held is None and len(work) > 1:
        context.overlay = DryRunOverlay(*people_in_several_chunks(scope))

    def checkpoint() -> None:
        if conduct.stop():
            raise RunStoppedError
        if heartbeat is not None and heartbeat.lost:
            raise ClaimLostError
        if conduct.timeout is not None and time.monotonic() - began > conduct.timeout:
            raise RunTimeoutError(
                _(
                    "The attempt took longer than %(seconds)g seconds and was ended between two "
                    "chunks; what is done stays."
                )
                % {"seconds": conduct.timeout}
            )

    approved = None
    if held is not None and request.plan:
        plan = preview_plan(request, conduct)
        checkpoint()
        require_approved(plan, request.plan)
        approved = ApprovedPlan(plan)
    ChunkedGeneration(
        request,
        context,
        result,
        conduct.watcher,
        conduct.clock,
        held,
        checkpoint,
        queries,
        approved,
    ).run(work)
