"""Runs jobs: claims the run, does the work, and records the end whatever happens."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

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
from scheduling.jobs.monitoring.alerting.healthcheck_pings import HealthcheckPings
from scheduling.jobs.monitoring.alerting.watch import watch
from scheduling.jobs.notifications.delivery import SECONDS
from scheduling.jobs.runs.claims import Claim, ClaimLostError, begin, claim, release
from scheduling.jobs.runs.heartbeat import Heartbeat
from scheduling.jobs.runs.log_context import run_id as logged_run_id
from scheduling.jobs.runs.request import Clock, RunRequest
from scheduling.jobs.runs.result import NullObserver, RunObserver, RunResult
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job, RunState
from scheduling.models.studio import one_reading
from scheduling.selectors.schedules.run_scope import in_several_chunks

from .closing import close, conclude, log_end, read_final_state, record_failure
from .prune import prune
from .run_row import date_columns, row_of, window_of

logger = logging.getLogger(__name__)


def _prune(claim: Claim, result: RunResult, now: datetime, mail_seconds: float) -> None:
    result.pruned = prune(claim, now)


def _watch(claim: Claim, result: RunResult, now: datetime, mail_seconds: float) -> None:
    result.incidents = watch(claim, now, mail_seconds)


MAINTENANCE: dict[Job, Callable[[Claim, RunResult, datetime, float], None]] = {
    Job.PRUNE: _prune,
    Job.WATCH: _watch,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Observer and limits of an attempt.

    ``stop`` returns True once the run should end. ``timeout`` is in seconds, None for no limit.
    ``quiet`` leaves the closing line of the log to the observer. No e-mail is begun after
    ``mail_seconds``.
    """

    clock: Clock
    observer: RunObserver = field(default_factory=NullObserver)
    stop: Callable[[], bool] = lambda: False
    timeout: float | None = None
    quiet: bool = False
    mail_seconds: float = SECONDS


def preview(request: RunRequest, options: RunOptions) -> RunResult:
    """Return what ``run`` would do now: the same plan, not applied. Nothing is written."""
    with one_reading(), count_queries() as queries:
        began = time.monotonic()
        window = run_window(request)
        attempt = _Attempt(
            request=request, options=options, window=window, queries=queries, began=began
        )
        options.observer.started(attempt.result)
        try:
            attempt.generate(window)
            attempt.set_success()
        except RunStoppedError:
            attempt.result.state = RunState.CANCELLED
        attempt.close()
        return attempt.result


def preview_plan(request: RunRequest, options: RunOptions, sample: int = 0) -> PlanPreview:
    """Return the plan of ``request`` for approval, with ``sample`` series of each outcome."""
    plan = PlanPreview(sample)
    preview(request, replace(options, observer=plan))
    return plan


def run(request: RunRequest, options: RunOptions) -> RunResult:
    """Run the job of ``request`` once and record it.

    Raises AlreadyRunningError when another whole run of the job is active. Re-raises the error
    that ended the attempt (of the database, RunTimeoutError) after recording it. A run that was
    stopped, or taken over by another process, returns as cancelled or crashed.
    """
    result = _run(request, options, lambda window: claim(row_of(request, window)))
    assert result is not None
    return result


def run_queued(run_id: int, request: RunRequest, options: RunOptions) -> RunResult | None:
    """Run the job of ``request`` as the queued run ``run_id``; otherwise the same as ``run``.

    Returns None, and does nothing, if that run is no longer queued.
    """
    return _run(request, options, lambda window: begin(run_id, **date_columns(window)))


def _run(
    request: RunRequest, options: RunOptions, take: Callable[[RunWindow | None], Claim | None]
) -> RunResult | None:
    with one_reading(), count_queries() as queries:
        began = time.monotonic()
        window = window_of(request)
        run_claim = take(window)
        if run_claim is None:
            return None
        attempt = _Attempt(
            request=request,
            options=options,
            window=window,
            queries=queries,
            began=began,
            claim=run_claim,
        )
        log_token = logged_run_id.set(run_claim.run_id)
        pings = HealthcheckPings(request)
        pings.started()
        try:
            attempt.execute(run_claim)
            return attempt.result
        finally:
            pings.ended(attempt.result)
            if not options.quiet:
                log_end(attempt.result)
            logged_run_id.reset(log_token)
            release(run_claim)


@dataclass(slots=True, kw_only=True)
class _Attempt:
    """One execution of a request.

    ``window`` is None for a job that makes no classes, ``claim`` for a dry run. ``began`` is a
    reading of the monotonic clock.
    """

    request: RunRequest
    options: RunOptions
    window: RunWindow | None
    queries: QueryCounter
    began: float
    claim: Claim | None = None
    heartbeat: Heartbeat | None = None
    result: RunResult = field(init=False)

    def __post_init__(self) -> None:
        self.result = RunResult(
            job=self.request.job,
            window=self.window.window if self.window else None,
            catch_up_from=self.window.catch_up_from if self.window else None,
            dry_run=self.claim is None,
            run_id=self.claim.run_id if self.claim else None,
        )

    def execute(self, run_claim: Claim) -> None:
        """Do the work of a claimed run and write its closing line."""
        result = self.result
        try:
            with Heartbeat(run_claim) as self.heartbeat:
                self.options.observer.started(result)
                if self.window is None:
                    now = self.options.clock()
                    MAINTENANCE[result.job](run_claim, result, now, self.options.mail_seconds)
                else:
                    self.generate(self.window)
            self.set_success()
        except RunStoppedError:
            result.state = RunState.CANCELLED
        except ClaimLostError:
            result.state = RunState.CRASHED
        except StalePlanError as error:
            error.partly_done = result.writes_classes
            result.state, result.error = RunState.CANCELLED, str(error)
        except BaseException as error:
            # Ctrl-C is a person's decision, like the stop button; a worker exits on a second one.
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                result.state = RunState.CANCELLED
            else:
                result.state = RunState.FAILED
                result.error = log_and_describe(error, "run %s failed", run_claim.run_id)
            self.close()
            record_failure(run_claim, result)
            raise
        self.close()
        if result.state == RunState.CRASHED or not conclude(run_claim, result):
            read_final_state(run_claim, result)

    def set_success(self) -> None:
        """Set the state of an attempt that reached its end."""
        self.result.state = RunState.PARTIAL if self.result.has_faults else RunState.SUCCEEDED

    def close(self) -> None:
        """Record the duration and the number of queries."""
        close(self.result, self.began, self.queries)

    def checkpoint(self) -> None:
        """Raise RunStoppedError, ClaimLostError or RunTimeoutError if the attempt must end."""
        if self.options.stop():
            raise RunStoppedError
        if self.heartbeat is not None and self.heartbeat.lost:
            raise ClaimLostError
        timeout = self.options.timeout
        if timeout is not None and time.monotonic() - self.began > timeout:
            raise RunTimeoutError(
                _(
                    "The attempt took longer than %(seconds)g seconds and was ended between two "
                    "chunks; what is done stays."
                )
                % {"seconds": timeout}
            )

    def generate(self, window: RunWindow) -> None:
        """Generate the classes of ``window``; a dry run only plans them."""
        kinds = JOBS[self.request.job].kinds
        scope = scope_of(self.request)
        work = chunks(kinds, scope, window.planned, self.claim is None)
        self.result.total = sum(chunk.size for chunk in work)
        context = PlanningContext(
            kinds,
            window.planned,
            scope,
            note_bounds=self.request.job != Job.MISSING,
            makes=window.makes,
        )
        if self.claim is None and len(work) > 1:
            context.overlay = DryRunOverlay(*in_several_chunks(scope))
        ChunkedGeneration(
            request=self.request,
            context=context,
            result=self.result,
            observer=self.options.observer,
            clock=self.options.clock,
            queries=self.queries,
            checkpoint=self.checkpoint,
            claim=self.claim,
            approved=self._approved_plan(),
        ).run(work)

    def _approved_plan(self) -> ApprovedPlan | None:
        """Return the plan that a person approved; raise StalePlanError if it has changed."""
        if self.claim is None or not self.request.plan:
            return None
        plan = preview_plan(self.request, self.options)
        self.checkpoint()
        require_approved(plan, self.request.plan)
        return ApprovedPlan(plan)
