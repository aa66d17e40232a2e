"""The tick: runs every due job, for hosts without cron whose API an external service calls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from scheduling.db.errors import log_and_describe
from scheduling.domain.outcomes import Outcome
from scheduling.jobs.execution.runner import RunOptions, run
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.jobs.runs.request import Clock, RunRequest
from scheduling.jobs.runs.result import NullObserver, RunResult
from scheduling.jobs.schedule.cron_entries import ENTRIES
from scheduling.jobs.schedule.due_times import last_called_for
from scheduling.models import Job, RunState
from scheduling.selectors.runs import started_since

# The HTTP caller waits for the response; the next call delivers the remaining mail.
MAIL_SECONDS = 20.0
SCHEDULED = tuple(dict.fromkeys(Job(name) for entry in ENTRIES for name in entry.jobs))


@dataclass(slots=True)
class Tick:
    """The result of one call.

    ``active``: due jobs that another process is already running. ``errors``: one sentence each.
    ``failed``: a job did not complete, or failed for a series.
    """

    ran: list[RunResult] = field(default_factory=list)
    active: list[Job] = field(default_factory=list)
    not_due: list[Job] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    failed: bool = False

    def add(self, result: RunResult) -> None:
        """Add a run that has ended. Invalid series and conflicts are results, not failures."""
        self.ran.append(result)
        self.errors += result.errors()
        stopped = result.state in (RunState.FAILED, RunState.CRASHED)
        self.failed |= stopped or bool(result.counts[Outcome.ERROR])


def due_jobs(now: datetime) -> list[Job]:
    """Return the jobs that have not run since their last due time, in the order of ENTRIES.

    A job that was missed several times is due once. The daily entry also generates the current
    week, so that the weekly job is due every day. Failed runs do not count, nor do runs that began
    before the due time: a host that calls a minute before the hour would run a job only every other
    day.
    """
    return [job for job in SCHEDULED if not started_since(job, last_called_for(job, now), now)]


def run_due_jobs(request: Callable[[Job], RunRequest], clock: Clock) -> Tick:
    """Run the due jobs one after the other, as of ``clock``. A job that fails stops no other.

    ``request`` makes the request of a job.
    """
    due = due_jobs(clock())
    tick = Tick(not_due=[job for job in SCHEDULED if job not in due])
    for job in due:
        observer = _LastResult()
        try:
            conduct = RunOptions(clock=clock, observer=observer, mail_seconds=MAIL_SECONDS)
            run(request(job), conduct)
        except AlreadyRunningError:
            tick.active.append(job)
        except Exception as error:  # where the run had begun, the runner has recorded it
            sentence = log_and_describe(error, "the job %s failed", job)
            if observer.result is None:
                tick.errors.append(sentence)
                tick.failed = True
        if observer.result is not None:
            tick.add(observer.result)
    return tick


class _LastResult(NullObserver):
    """Keeps the result of a run, which the runner does not return when it raises."""

    result: RunResult | None = None

    def started(self, result: RunResult) -> None:
        self.result = result
