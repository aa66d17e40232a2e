"""Cron in one process: the same entries, in the studio's own zone, one after the other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from scheduling.jobs.schedule.cron_entries import ENTRIES, CronEntry

# The clock is looked at so often at least: it may be set, or the machine may have slept.
LOOK = timedelta(seconds=30)


@dataclass(slots=True)
class DueEntries:
    """When each entry is due next, in the zone that ``zone`` answers.

    ``now`` is an aware instant wherever it is asked for.
    """

    zone: Callable[[], ZoneInfo]
    entries: Iterable[CronEntry] = ENTRIES
    due: dict[CronEntry, datetime] = field(default_factory=dict)
    _zone: ZoneInfo = field(init=False)

    def begin(self, now: datetime) -> None:
        """From ``now`` on."""
        self._zone = self.zone()
        self.due = {entry: self._after(entry, now) for entry in self.entries}

    def take(self, now: datetime) -> list[CronEntry]:
        """The entries that are due at ``now``, each once, however often it was missed.

        A clock that was set back makes nothing due twice: what was due at a time that comes again
        has been taken. One that jumped back by more than a day is believed, and all begins anew.
        What is not due yet goes by the zone of now.
        """
        before, self._zone = self._zone, self.zone()
        if self._zone != before:
            for entry, due in self.due.items():
                if due > now:
                    self.due[entry] = self._after(entry, now)
        ready = []
        for entry, due in self.due.items():
            if due <= now:
                ready.append(entry)
                self.due[entry] = self._after(entry, now)
            elif due > self._after(entry, now) + timedelta(days=1):
                self.due[entry] = self._after(entry, now)
        return ready

    def wait(self, now: datetime) -> float:
        """Seconds until it is worth looking again."""
        first = min(self.due.values(), default=now + LOOK)
        return max(0.0, min(first - now, LOOK).total_seconds())

    def _after(self, entry: CronEntry, now: datetime) -> datetime:
        moment: datetime = next(CronSim(entry.cron, now.astimezone(self._zone)))
        return moment


def run_forever(
    agenda: DueEntries,
    clock: Callable[[], datetime],
    perform: Callable[[CronEntry], None],
    stop: Callable[[], bool],
    sleep: Callable[[float], None],
) -> None:
    """Perform what falls due until ``stop`` says so."""
    agenda.begin(clock())
    while not stop():
        for entry in agenda.take(clock()):
            if stop():
                return
            perform(entry)
        if not stop():
            sleep(agenda.wait(clock()))
