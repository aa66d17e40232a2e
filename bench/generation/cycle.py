"""``python -m bench.generation.cycle``: the steps of one method, in its own process.

``bench.table`` starts it. Prints a line of JSON: seconds, rows and queries of each step, and the
peak memory of this process and its PostgreSQL backend.
"""

import argparse
import gc
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from .methods import METHODS


def main() -> None:
    """Measure the given method on the database of DATABASE_URL."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=METHODS)
    parser.add_argument("--slots", type=int, required=True)
    options = parser.parse_args()
    import django

    django.setup()
    logging.getLogger("scheduling").setLevel(logging.WARNING)
    from django.db import connections

    try:
        print(json.dumps(measure(options.name, options.slots)), flush=True)
    finally:
        connections.close_all()


def measure(name: str, slots: int) -> dict[str, Any]:
    """Measure all steps of a method in order, starting with an empty table."""
    from django.db import connection

    from bench.environment import STEPS, today_of
    from scheduling.db.query_counter import count_queries

    from .contenders import rows_of, unload_ours

    _empty(METHODS[name].table)
    steps = _ours() if name == "ours" else _limit() if name == "limit" else _peer(name, slots)
    found: dict[str, Any] = {}
    gc.collect()
    connection.close()  # a new backend, so that the preparation does not count
    connection.ensure_connection()
    with Memory() as memory:
        for step in STEPS:
            work, prepare = steps.get(step, (None, None))
            if work is None:
                continue
            if prepare is not None:
                prepare()
            unload_ours()
            _settle()
            gc.collect()
            before = rows_of(METHODS[name].table) if name not in ("ours", "limit") else 0
            with count_queries() as queries:
                began = time.perf_counter()
                rows = work(today_of(step))
                seconds = time.perf_counter() - began
            if rows is None:
                rows = rows_of(METHODS[name].table) - before
            found[step] = {"seconds": seconds, "rows": rows, "queries": queries.count}
            if name == "ours" and step == "first":
                found["count"] = _count()
    if name == "ours":
        _change_back()
    return {"steps": found, "python": memory.python, "backend": memory.backend}


def _ours() -> dict[str, Any]:
    from scheduling.models import RecurringSlot

    from .contenders import ours

    def work(today: Any) -> int:
        return ours(today).classes_created

    def change() -> None:
        # No other slot is at this time: they begin at eight or later.
        slot = RecurringSlot.objects.earliest("id")
        _changed.append((slot.pk, slot.start_time))
        RecurringSlot.objects.filter(pk=slot.pk).update(start_time="06:00:00")

    def find(today: Any) -> int:
        counts = ours(today).counts_by_name()
        if (counts.get("created"), counts.get("moved")) != (1, 1):
            raise SystemExit(f"the damage was not repaired: {counts}")
        return 2

    return {"first": (work, None), "again": (work, None), "next": (work, None)} | {
        "changed": (lambda today: ours(today).counts["moved"], change),
        "healed": (find, _damage),
    }


def _damage() -> None:
    """Delete a class, and move another by a minute, as plain SQL might."""
    from scheduling.models import ScheduledClass

    classes = ScheduledClass.objects.order_by("starts_at", "id").values_list("id", flat=True)
    ahead = classes[classes.count() // 2 :]
    with_id = ScheduledClass.objects.filter
    with_id(pk=ahead[0]).delete()
    moved = with_id(pk=ahead[1]).get()
    minute = timedelta(minutes=1)
    with_id(pk=moved.pk).update(starts_at=moved.starts_at + minute, ends_at=moved.ends_at + minute)


# The changed slot and its original time, which is restored for the next round.
_changed: list[tuple[int, Any]] = []


def _change_back() -> None:
    from scheduling.models import RecurringSlot

    for pk, start in _changed:
        RecurringSlot.objects.filter(pk=pk).update(start_time=start)


def _count() -> dict[str, Any]:
    from bench.environment import START

    from .baselines import count

    def once() -> float:
        began = time.perf_counter()
        count(START)
        return time.perf_counter() - began

    return {"seconds": sorted(once() for _ in range(3))[1], "rows": count(START), "queries": 1}


def _limit() -> dict[str, Any]:
    from bench.environment import NEXT, WEEKS

    from .baselines import ReadyRows
    from .cloned_tables import COPIED

    # The run on the second day adds the last date.
    last = NEXT + timedelta(weeks=WEEKS) - timedelta(days=1)
    rows = {"first": ReadyRows.of(f"date < '{last}'"), "next": ReadyRows.of(f"date = '{last}'")}
    gc.freeze()
    return {
        step: (lambda _today, ready=ready: ready.send(COPIED), None) for step, ready in rows.items()
    }


def _peer(name: str, slots: int) -> dict[str, Any]:
    from django.core.management import call_command

    from . import contenders

    if name == "scheduler":
        call_command("migrate", "schedule", verbosity=0)
    limit = METHODS[name].slots(slots)
    works: dict[str, Callable[..., Any]] = {
        "sql": contenders.pure_sql,
        "bulk": partial(contenders.ignore_conflicts, spelled_out=False),
        "spelled": partial(contenders.ignore_conflicts, spelled_out=True),
        "lesson": contenders.per_lesson,
        "student": contenders.per_student,
    }
    work = contenders.Scheduler(limit) if name == "scheduler" else works[name]

    def step(today: Any) -> None:
        work(today, limit)

    return dict.fromkeys(("first", "again", "next"), (step, None))


def _empty(table: str) -> None:
    """Delete all rows of the method's table, and of the job log for ours."""
    from django.db import connection

    if table not in connection.introspection.table_names():
        return
    sqlite = connection.vendor == "sqlite"
    log = ("scheduling_jobrunitem", "scheduling_jobrun") if table == "classes" else ()
    with connection.cursor() as cursor:
        if sqlite:
            for name in (table, *log):
                cursor.execute(f"DELETE FROM {name}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute(f"TRUNCATE {', '.join((table, *log))} CASCADE")


def _settle() -> None:
    """Write a checkpoint, so that pending writes do not slow down the next step."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(current_user, 'pg_checkpoint', 'usage')")
        if cursor.fetchone()[0]:
            cursor.execute("CHECKPOINT")


class Memory:
    """The peak memory of this process and its PostgreSQL backend in MB; None if unknown."""

    def __init__(self) -> None:
        from django.db import connection

        self.python: float | None = None
        self.backend: float | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        if connection.vendor == "postgresql":
            pid = connection.connection.info.backend_pid
            self._thread = threading.Thread(target=self._watch, args=(pid,), daemon=True)

    def __enter__(self) -> "Memory":
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()
        self.python = _status(os.getpid(), "VmHWM")

    def _watch(self, pid: int) -> None:
        # Only private memory; shared buffers belong to the server.
        while not self._over.wait(0.05):
            now = _status(pid, "RssAnon")
            if now is not None:
                self.backend = max(self.backend or 0, now)


def _status(pid: int, name: str) -> float | None:
    """Return a value of Linux's /proc in MB; None on another host or system."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return None


if __name__ == "__main__":
    main()
