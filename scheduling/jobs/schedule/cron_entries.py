"""Cron entries: the list for cron, the scheduler, the lateness check and the pages.

Standard library only: the settings import it before Django is set up.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CronEntry:
    """A command with its cron expression, in the studio's zone.

    ``jobs``: the values of the jobs that it runs. The entry is the schedule of the first one.
    """

    cron: str
    command: tuple[str, ...]
    jobs: tuple[str, ...]

    @property
    def command_line(self) -> str:
        """The command as typed in a shell."""
        return " ".join(self.command)


ENTRIES = (
    CronEntry(
        cron="0 6 * * 1",
        command=("generate_classes", "--only", "weekly"),
        jobs=("weekly",),
    ),
    # Includes the current week: a conflict of Monday that is gone is resolved on Tuesday.
    CronEntry(cron="0 2 * * *", command=("generate_classes",), jobs=("horizon", "weekly")),
    CronEntry(cron="30 3 * * *", command=("prune_job_logs",), jobs=("prune",)),
    CronEntry(cron="*/15 * * * *", command=("watch_jobs",), jobs=("watch",)),
)


def cron_of(job: str) -> str:
    """Return the cron expression of a job; empty if it has no entry."""
    return next((entry.cron for entry in ENTRIES if entry.jobs[0] == job), "")
