"""`python -m bench.generation` (make bench): generation beside the limit and beside other ways.

On PostgreSQL, in a temporary server or on that of BENCH_DATABASE_URL; then on SQLite.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from . import scratch


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--slots", type=int, default=10_000, help="recurring slots (10,000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each measurement (3)")
    parser.add_argument(
        "--sample",
        type=int,
        default=200,
        help="slots that the query per lesson is measured on, its time scaled up; 0: not at all",
    )
    parser.add_argument(
        "--sizes",
        type=lambda text: [int(word) for word in text.split(",") if word],
        default=[1_000, 10_000, 100_000],
        help="studios whose peak memory is measured (1000,10000,100000); empty: none",
    )
    parser.add_argument("--no-peers", action="store_true", help="only ours and the limit")
    parser.add_argument("--only", choices=["postgresql", "sqlite"], help="one database alone")
    return parser.parse_args()


def main() -> None:
    asked = options()
    if asked.only is None:
        # Django has one database a process.
        for vendor in ("postgresql", "sqlite"):
            command = [sys.executable, "-m", "bench.generation", *sys.argv[1:], "--only", vendor]
            subprocess.run(command, check=True)
        return
    database = scratch.sqlite if asked.only == "sqlite" else scratch.postgresql
    with database() as url:
        scratch.set_up(url)
        from django.db import connections

        try:
            measure(asked)
        finally:
            connections.close_all()


def measure(asked: argparse.Namespace) -> None:
    """All that was asked for, on the database that Django has."""
    from scheduling.tests import studio

    from . import contenders, memory, report, twins
    from .measures import Measures, measure_limit, measure_ours, measure_peer, ready

    began = time.monotonic()

    def say(text: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{time.monotonic() - began:4.0f} s  {text}", end="", file=sys.stderr)

    peers = asked.only == "postgresql" and not asked.no_peers
    studio.build(asked.slots, max(1, asked.slots // 20))
    twins.make(twins.COPIED)
    turns: list[tuple[str, Callable[[], None]]] = []
    measures = Measures()
    if peers:
        twins.make(twins.PEER)
        twins.forgo_deferring(twins.PEER)
        model = twins.model_of(twins.PEER)
        turns += [
            (name, partial(measure_peer, measures, name, work, asked.slots / limit))
            for name, limit, work in contenders.peers(model, asked.slots, asked.sample)
        ]
    report.head(asked.slots, asked.rounds)
    say("warming up")
    warm = Measures()
    measure_ours(warm)
    rows = ready()
    measure_limit(warm, rows)
    turns.append(("ours", partial(measure_ours, measures)))
    turns.append(("the limit", partial(measure_limit, measures, rows)))
    measures.created.update(warm.created)
    for number in range(asked.rounds):
        # In turns, and in the other order every other time: nobody is always the first.
        for name, turn in turns if number % 2 else reversed(turns):
            say(f"round {number + 1}: {name}")
            turn()
    say("")
    report.table(measures)
    if asked.only == "postgresql":
        report.sizes(memory.measure(slots) for slots in asked.sizes)
    print(f"\n{time.monotonic() - began:.0f} seconds in all.\n", flush=True)


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    main()
