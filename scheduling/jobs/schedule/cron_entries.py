"""What runs by itself, and when: one list for cron, the scheduler, lateness and the pages.

Standard library only: the settings read it before Django is there.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CronEntry:
    """A command that is due by a cron expression, in the studio's zone.

    ``jobs``: what it runs, by the names of `Job`. The first is the one whose schedule this is.
    """

    cron: str
    command: tuple[str, ...]
    jobs: tuple[str, ...]

    @property
    def words(self) -> str:
        """The command as it is typed."""
        return " ".join(self.command)


ENTRIES = (
    CronEntry(
        cron="0 6 * * 1",
        command=("generate_classes", "--only", "weekly"),
        jobs=("weekly",),
    ),
    # The current week once more: what was in the way on Monday is healed on Tuesday.
    CronEntry(cron="0 2 * * *", command=("generate_classes",), jobs=("horizon", "weekly")),
    CronEntry(cron="30 3 * * *", command=("prune_job_logs",), jobs=("prune",)),
    CronEntry(cron="*/15 * * * *", command=("watch_jobs",), jobs=("watch",)),
)


def cron_of(job: str) -> str:
    """The schedule of a job by its name; empty where nothing sets it off."""
    return next((entry.cron for entry in ENTRIES if entry.jobs[0] == job), "")
