"""Cron in one process: the same entries, in the studio's own zone, one after the other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim
from django.conf import settings

from scheduling.jobs.entries import ENTRIES, Entry

# The clock is looked at so often at least: it may be set, or the machine may have slept.
LOOK = timedelta(seconds=30)


@dataclass(slots=True)
class Agenda:
    """When each entry is due next. ``now`` is an aware instant wherever it is asked for."""

    entries: Iterable[Entry] = ENTRIES
    due: dict[Entry, datetime] = field(default_factory=dict)

    def begin(self, now: datetime) -> None:
        """From ``now`` on."""
        self.due = {entry: _after(entry, now) for entry in self.entries}

    def take(self, now: datetime) -> list[Entry]:
        """The entries that are due at ``now``, each once, however often it was missed.

        A clock that was set back makes nothing due twice: what was due at a time that comes again
        has been taken. One that jumped back by more than a day is believed, and all begins anew.
        """
        ready = []
        for entry, due in self.due.items():
            if due <= now:
                ready.append(entry)
                self.due[entry] = _after(entry, now)
            elif due > _after(entry, now) + timedelta(days=1):
                self.due[entry] = _after(entry, now)
        return ready

    def wait(self, now: datetime) -> float:
        """Seconds until it is worth looking again."""
        first = min(self.due.values(), default=now + LOOK)
        return max(0.0, min(first - now, LOOK).total_seconds())


def serve(
    agenda: Agenda,
    clock: Callable[[], datetime],
    perform: Callable[[Entry], None],
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


def _after(entry: Entry, now: datetime) -> datetime:
    moment: datetime = next(CronSim(entry.cron, now.astimezone(ZoneInfo(settings.TIME_ZONE))))
    return moment
