"""A scheduler in one process: runs the entries of cron in the studio's time zone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from scheduling.jobs.schedule.cron_entries import ENTRIES, CronEntry

# The longest sleep, as the clock may be set or the machine suspended.
MAX_WAIT = timedelta(seconds=30)
A_DAY = timedelta(days=1)


@dataclass(slots=True)
class DueEntries:
    """The next due time of each entry, in the zone returned by ``zone``.

    The parameters ``now`` are aware datetimes.
    """

    zone: Callable[[], ZoneInfo]
    entries: Iterable[CronEntry] = ENTRIES
    due: dict[CronEntry, datetime] = field(default_factory=dict)
    _zone: ZoneInfo = field(init=False)

    def begin(self, now: datetime) -> None:
        """Compute the due times after ``now``."""
        self._zone = self.zone()
        self.due = {entry: self._after(entry, now) for entry in self.entries}

    def take(self, now: datetime) -> list[CronEntry]:
        """Return the entries due at ``now``, each once even if it was missed several times.

        If the clock is set back by up to a day, or less than the interval of an entry, the entry
        is not due twice. If it is set back further, its due time is computed anew. Future due
        times follow a change of the zone.
        """
        previous_zone, self._zone = self._zone, self.zone()
        if self._zone != previous_zone:
            for entry, due in self.due.items():
                if due > now:
                    self.due[entry] = self._after(entry, now)
        ready = []
        for entry, due in self.due.items():
            if due <= now:
                ready.append(entry)
                self.due[entry] = self._after(entry, now)
            elif due > (first := self._after(entry, now)) + min(
                A_DAY, self._after(entry, first) - first
            ):
                self.due[entry] = first
        return ready

    def wait(self, now: datetime) -> float:
        """Return the seconds until the next due time, at most ``MAX_WAIT``."""
        first = min(self.due.values(), default=now + MAX_WAIT)
        return max(0.0, min(first - now, MAX_WAIT).total_seconds())

    def _after(self, entry: CronEntry, now: datetime) -> datetime:
        due: datetime = next(CronSim(entry.cron, now.astimezone(self._zone)))
        return due


def run_forever(
    due_entries: DueEntries,
    clock: Callable[[], datetime],
    perform: Callable[[CronEntry], None],
    stop: Callable[[], bool],
    sleep: Callable[[float], None],
) -> None:
    """Perform entries as they become due, until ``stop`` returns true."""
    due_entries.begin(clock())
    while not stop():
        for entry in due_entries.take(clock()):
            if stop():
                return
            perform(entry)
        if not stop():
            sleep(due_entries.wait(clock()))
