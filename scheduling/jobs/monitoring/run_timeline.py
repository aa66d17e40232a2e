"""The last runs of a job in a row, with those that should have been and were not."""

from dataclasses import dataclass
from datetime import datetime

from scheduling.models import Job, JobRun
from scheduling.selectors.runs import began

from .missed_runs import missed
from .recent_runs import Lately

LENGTH = 60
# What became of a due time that nothing covers. Runs say theirs by their state.
MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Entry:
    """A run, or a due time (``moment``) without one."""

    job: Job
    moment: datetime
    run: JobRun | None = None

    @property
    def outcome(self) -> str:
        """The state of the run, or ``missed``."""
        return str(self.run.state) if self.run is not None else MISSED


def strip(
    job: Job, now: datetime, length: int = LENGTH, lately: Lately | None = None
) -> list[Entry]:
    """The last ``length`` whole runs of ``job`` and missed due times, the oldest first."""
    runs = (lately or Lately(length)).newest(job)
    entries = [Entry(job, began(run), run) for run in runs]
    scheduled = [began(run) for run in runs if not run.is_dated]
    if scheduled:
        entries += [Entry(job, due) for due in missed(job, scheduled, min(scheduled), now, now)]
    return sorted(entries, key=lambda entry: entry.moment)[-length:]
