"""``python -m bench.table`` (make bench): generation beside the limit and beside other ways.

On PostgreSQL, in a temporary server or on that of BENCH_DATABASE_URL, and on SQLite. Each way goes
through its steps in a process of its own, in turns with the others; what they took is kept in
bench/results/generation.json, from which the tables and plots beside it are drawn.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.generation import report
from bench.generation.methods import BOTH, WAYS, Method

from . import environment as machine
from . import scratch_database

ROOT = Path(__file__).resolve().parents[1]
BEGAN = time.monotonic()
RESULTS = report.RESULTS / "generation.json"
# More rounds where they are cheap.
ROUNDS = {1_000: 3, 10_000: 2, 100_000: 1}


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--sizes",
        type=lambda text: [int(word) for word in text.split(",")],
        default=list(ROUNDS),
        help="how many recurring slots (1000,10000,100000)",
    )
    parser.add_argument("--rounds", type=int, help="of each size (3, 2 and 1)")
    parser.add_argument("--quick", action="store_true", help="1,000 slots, one round, not kept")
    parser.add_argument("--only", choices=BOTH, help="one database alone")
    parser.add_argument(
        "--ways",
        type=lambda text: text.split(","),
        help=f"some alone, kept beside the others ({','.join(WAYS)})",
    )
    parser.add_argument("--print", action="store_true", help="print the tables, keep nothing")
    parser.add_argument("--draw", action="store_true", help="measure nothing, draw what is kept")
    asked = parser.parse_args()
    if asked.quick:
        asked.sizes, asked.rounds, asked.print = [1_000], asked.rounds or 1, True
    return asked


def main() -> None:
    """Measure, keep and draw."""
    asked = options()
    results = {} if asked.print or not RESULTS.exists() else json.loads(RESULTS.read_text())
    for vendor in () if asked.draw else (asked.only,) if asked.only else BOTH:
        database = (
            scratch_database.postgresql if vendor == "postgresql" else scratch_database.sqlite
        )
        with database() as url:
            environment = os.environ | scratch_database.environment(url)
            for slots in asked.sizes:
                rounds = asked.rounds or ROUNDS.get(slots, 1)
                names = asked.ways or list(WAYS)
                ways = [WAYS[name] for name in names if vendor in WAYS[name].vendors]
                _say(f"{vendor}: a studio of {slots:,} slots")
                server = _python(["bench.generation.prepare", "--slots", str(slots)], environment)[
                    "server"
                ]
                # What takes long is kept as it comes.
                for some in [[way] for way in ways] if rounds == 1 else [ways]:
                    measured = {"server": server} | measure(
                        vendor, some, slots, rounds, environment
                    )
                    afresh = not asked.ways and ways[0] in some
                    _enter(results, vendor, slots, measured, afresh=afresh)
                    if not asked.print:
                        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
                _say("")
    if asked.print:
        print(report.tables(results))
    else:
        report.write(results)


def _enter(
    results: dict[str, Any], vendor: str, slots: int, measured: dict[str, Any], afresh: bool
) -> None:
    """Put one size of one database into what is kept; unless ``afresh`` beside its other ways."""
    of_vendor = results.setdefault(vendor, {"sizes": {}})
    of_vendor |= {"machine": machine.described(), "server": measured.pop("server")}
    sizes = of_vendor["sizes"]
    known = {} if afresh else sizes.get(str(slots), {}).get("ways", {})
    sizes[str(slots)] = measured | {"ways": known | measured["ways"]}
    of_vendor["sizes"] = dict(sorted(sizes.items(), key=lambda item: int(item[0])))


def measure(
    vendor: str, ways: list[Method], slots: int, rounds: int, environment: dict[str, str]
) -> dict[str, Any]:
    """These ways at one size, in turns: medians of the rounds, peaks of memory."""
    cycles: dict[str, list[dict[str, Any]]] = {way.name: [] for way in ways}
    for number in range(rounds):
        # In turns, and in the other order every other time: nobody is always the first.
        for way in ways if number % 2 == 0 else reversed(ways):
            _say(f"{vendor}, {slots:,} slots, round {number + 1}: {way.name}")
            settings = {"DJANGO_SETTINGS_MODULE": way.settings}
            command = ["bench.generation.cycle", way.name, "--slots", str(slots)]
            cycles[way.name].append(_python(command, environment | settings))
    return {
        "rounds": rounds,
        "load": round(os.getloadavg()[1], 1),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "ways": {way.name: _summed_up(way, slots, cycles[way.name]) for way in ways},
    }


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{time.monotonic() - BEGAN:4.0f} s  {text}", end="", file=sys.stderr)


def _python(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """The line of JSON that a module prints."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _summed_up(way: Method, slots: int, cycles: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians, scaled up where the way was measured on a sample."""
    sample = way.slots(slots)
    scale = slots / sample
    steps = {
        step: {
            "seconds": median(cycle["steps"][step]["seconds"] for cycle in cycles) * scale,
            "rows": round(cycles[0]["steps"][step]["rows"] * scale),
            "queries": round(cycles[0]["steps"][step]["queries"] * scale),
        }
        for step in cycles[0]["steps"]
    }
    peaks = {
        of: max((cycle[of] for cycle in cycles if cycle[of]), default=None)
        for of in ("python", "backend")
    }
    return {"sample": sample, "steps": steps, **peaks}


if __name__ == "__main__":
    main()
