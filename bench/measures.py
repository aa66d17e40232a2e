"""The three runs, by us and by the others, measured in turns."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from statistics import median

from django.db import connection

from . import contenders, twins
from .contenders import NEXT, START, Ready, timed

DAYS = (("first", START), ("again", START), ("next day", NEXT))
STEPS = tuple(step for step, _today in DAYS)
TABLES = ("classes", twins.COPIED, twins.PEER)


@dataclass
class Measures:
    """Seconds by contender and step, one for each round."""

    seconds: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    created: dict[str, int] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, step: str, seconds: float) -> None:
        self.seconds[name, step].append(seconds)

    def median(self, name: str, step: str) -> float | None:
        found = self.seconds.get((name, step))
        return median(found) if found else None


def clear(*, people: bool = False) -> None:
    """Empty the calendar and the twins; ``people``: the schedules as well."""
    tables = ["scheduling_jobrunitem", "scheduling_jobshard", "scheduling_jobrun"]
    tables += [name for name in TABLES if name in connection.introspection.table_names()]
    if people:
        tables += ["scheduling_recurringslot", "scheduling_student", "scheduling_teacher"]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in tables:
                cursor.execute(f"DELETE FROM {name}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        also = " CASCADE" if people else ""
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY{also}")


def empty(table: str) -> None:
    """Take every row out of a twin."""
    with connection.cursor() as cursor:
        sqlite = connection.vendor == "sqlite"
        cursor.execute(f"DELETE FROM {table}" if sqlite else f"TRUNCATE {table}")


def settle() -> None:
    """Let what the last measurement left to write not be the next one's burden."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(current_user, 'pg_checkpoint', 'usage')")
        if cursor.fetchone()[0]:
            cursor.execute("CHECKPOINT")


def measure_ours(measures: Measures) -> None:
    """Our three runs, from an empty calendar on, and ``count(*)`` after the first."""
    clear()
    for step, today in DAYS:
        contenders.forget()
        settle()
        seconds, result = timed(partial(contenders.ours, today))
        measures.add("ours", step, seconds)
        measures.queries[step] = result.queries
        measures.created[step] = result.classes_created
        if step == "first":
            measures.add("limit", "again", timed(partial(contenders.count, START))[0])
    if measures.created["again"]:
        raise SystemExit("the second run created classes")


def ready() -> tuple[Ready, Ready]:
    """What our first run made, and what the one of the next day added: the last date."""
    last = "(SELECT max(date) FROM classes)"
    return Ready.of(f"date < {last}"), Ready.of(f"date = {last}")


def measure_limit(measures: Measures, rows: tuple[Ready, Ready]) -> None:
    """The same rows, ready made, into an empty twin."""
    empty(twins.COPIED)
    for step, there in zip(("first", "next day"), rows, strict=True):
        assert there.rows == measures.created[step]
        settle()
        measures.add("limit", step, timed(partial(there.send, twins.COPIED))[0])


def measure_peer(measures: Measures, name: str, work: Callable[[date], None], scale: float) -> None:
    """Another way's three runs, from an empty twin on."""
    empty(twins.PEER)
    for step, today in DAYS:
        settle()
        measures.add(name, step, timed(partial(work, today))[0] * scale)
