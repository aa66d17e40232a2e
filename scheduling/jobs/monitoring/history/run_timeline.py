"""The timeline of a job: its last runs, with missed ones."""

from dataclasses import dataclass
from datetime import datetime

from scheduling.jobs.monitoring.recent_runs import RecentRuns
from scheduling.models import Job, JobRun
from scheduling.selectors.runs import began

from .missed_runs import missed_runs

LENGTH = 60
# The outcome of a missed due time; the outcome of a run is its state.
MISSED = "missed"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A run, or a due time (``moment``) without one."""

    job: Job
    moment: datetime
    run: JobRun | None = None

    @property
    def outcome(self) -> str:
        """The state of the run, or ``MISSED``."""
        return str(self.run.state) if self.run is not None else MISSED


def timeline(
    job: Job, now: datetime, length: int = LENGTH, recent: RecentRuns | None = None
) -> list[TimelineEntry]:
    """Return the last ``length`` whole runs and missed due times of ``job``, the oldest first."""
    runs = (recent or RecentRuns(now, length)).newest(job)
    entries = [TimelineEntry(job, began(run), run) for run in runs]
    scheduled = [began(run) for run in runs if not run.is_dated]
    if scheduled:
        entries += [
            TimelineEntry(job, due) for due in missed_runs(job, scheduled, min(scheduled), now, now)
        ]
    return sorted(entries, key=lambda entry: entry.moment)[-length:]
