"""Backups: the age of the last copy of the database, and whether one is late.

The program that schedules backups (a systemd timer, cron) is not ours, so the log shows whether
there is one: a backup that such a program has started. Then a copy is expected every day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduling.models import AUTOMATIC, Job, JobRun
from scheduling.selectors.runs import DONE, began, newest_begun

EVERY = timedelta(days=1)
# Until a backup is late. Its run is in the log only when it is over.
GRACE = timedelta(hours=2)
# More than the log keeps of one a day.
MOST = 100


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """The backups at ``now``.

    ``newest``: the last copy; None if there is none. ``is_scheduled``: a program makes them.
    ``late_since``: when the next one was due; None if it is not late.
    """

    now: datetime
    newest: JobRun | None
    is_scheduled: bool
    late_since: datetime | None

    @property
    def age(self) -> timedelta | None:
        """The time since the newest copy was begun: what was written later is not in it."""
        return self.now - began(self.newest) if self.newest is not None else None

    @property
    def days_overdue(self) -> int:
        """The age of the newest copy in days if it should be younger, else 0."""
        age = self.age if self.is_scheduled else None
        return age.days if age is not None and age > EVERY + GRACE else 0


def backup_status(now: datetime) -> BackupStatus:
    """Return the state of the backups. A failed one is not late: it is an incident of its own."""
    runs = newest_begun(Job.BACKUP, now, MOST)
    newest = next((run for run in runs if run.state in DONE), None)
    is_scheduled = any(run.trigger in AUTOMATIC for run in runs)
    due = began(runs[0]) + EVERY if is_scheduled else now
    return BackupStatus(now, newest, is_scheduled, due if now > due + GRACE else None)
