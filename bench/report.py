"""What `make bench` prints."""

import os
from collections.abc import Iterable

from django.db import connection

from .contenders import PEER_BATCH, WEEKS
from .measures import STEPS, Measures
from .memory import Size

SHOWN = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "jit")


def head(slots: int, rounds: int) -> None:
    """What is measured, and on what."""
    server = "SQLite"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version")
            server = f"PostgreSQL {cursor.fetchone()[0].split()[0]}"
            values = []
            for name in SHOWN:
                cursor.execute(f"SHOW {name}")
                values.append(f"{name} {cursor.fetchone()[0]}")
            server += f" ({', '.join(values)})"
        else:
            cursor.execute("SELECT sqlite_version()")
            server += f" {cursor.fetchone()[0]}"
    print(f"{server}, {os.cpu_count()} cores")
    print(f"{slots:,} slots × {WEEKS} weeks, medians of {rounds} interleaved rounds\n", flush=True)


def table(measures: Measures) -> None:
    """Seconds and ratios to the limit of each step."""
    postgresql = connection.vendor == "postgresql"
    limit = "COPY" if postgresql else "executemany"
    rows = {
        "ours": "a run of ours, from claim to log",
        "limit": f"{limit} of the same rows; count(*)",
        "bulk": "bulk_create(ignore_conflicts=True)",
        "spelled out": "the same, every field given a value",
        "per lesson": "a query per lesson",
    }
    print(" " * 36 + "".join(f"{name:>22}" for name in ("first run", "nothing new", "one day on")))
    for name, words in rows.items():
        if measures.median(name, "first") is None:
            continue
        cells = ""
        for step in STEPS:
            seconds, least = measures.median(name, step), measures.median("limit", step)
            assert seconds is not None
            assert least is not None
            cells += f"{seconds:>11.3f} s{seconds / least:>7.1f} ×"
        print(f"{words:<36}{cells}")
    created = measures.created
    print(
        f"\n{created['first']:,} classes in the first run, {created['next day']:,} more one day on;"
    )
    queries = " / ".join(str(measures.queries[step]) for step in STEPS)
    print(f"our queries: {queries}. × is the ratio to the limit of the column.")
    print(
        "Ours is in-process, as the command calls it, its caches emptied before each run. The\n"
        "twin has every index, constraint, foreign key and trigger of the table; the limit sends\n"
        "ready rows in one transaction."
    )
    if measures.median("bulk", "first") is not None:
        print(
            f"bulk_create has batches of {PEER_BATCH:,}, in one transaction. It is measured on a\n"
            "tenth of the slots where fields are left to the model's defaults, the query per\n"
            "lesson on fewer; both are scaled up. ON CONFLICT DO NOTHING is refused on a table\n"
            "with deferrable constraints: the peers' twin has exclusion constraints that are not."
        )
    if postgresql:
        _aims(measures)


def _aims(measures: Measures) -> None:
    first, copy = measures.median("ours", "first"), measures.median("limit", "first")
    again, bulk = measures.median("ours", "again"), measures.median("bulk", "again")
    spelled_out = measures.median("spelled out", "again")
    assert first is not None
    assert copy is not None
    assert again is not None
    print("\nAims:")
    _aim(f"first run within 1.5 × of COPY: {first / copy:.2f} ×", first <= 1.5 * copy)
    if bulk is not None and spelled_out is not None:
        text = f"re-run 20 × faster than bulk_create(ignore_conflicts=True): {bulk / again:.0f} ×"
        text += f" ({spelled_out / again:.0f} × with every field given a value)"
        _aim(text, bulk >= 20 * again)


def _aim(text: str, reached: bool) -> None:
    print(f"  {'reached' if reached else 'MISSED '}  {text}", flush=True)


def sizes(measured: Iterable[Size]) -> None:
    """Peak memory by the size of the studio, and whether it grows."""
    found: list[Size] = []
    print("\nThe command itself, a fresh process each (memory: the most it ever held):")
    names = ("slots", "classes", "first run", "classes/s", "queries", "memory", "re-run", "memory")
    print("".join(f"{name:>12}" for name in names))
    for one in measured:
        found.append(one)
        print(
            f"{one.slots:>12,}{one.classes:>12,}{one.seconds:>10.2f} s"
            f"{one.classes / one.seconds:>12,.0f}{one.queries:>12,}{one.megabytes:>9.0f} MB"
            f"{one.again_seconds:>10.2f} s{one.again_megabytes:>9.0f} MB",
            flush=True,
        )
    if found:
        most = max(max(one.megabytes, one.again_megabytes) for one in found)
        _aim(f"peak memory under 200 MB at every size: {most:.0f} MB", most < 200)
