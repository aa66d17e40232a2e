"""``python -m bench.table`` (make bench): generation compared with the limit and other methods.

Runs on PostgreSQL, on a temporary server or that of BENCH_DATABASE_URL, and on SQLite. Each method
performs its steps in its own process, in turns with the others. The times are stored in
bench/results/generation.json, from which the tables and plots are generated.
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
from bench.generation.methods import BOTH, METHODS, Method

from . import environment as machine
from . import scratch_database

ROOT = Path(__file__).resolve().parents[1]
BEGAN = time.monotonic()
RESULTS = report.RESULTS / "generation.json"
# More rounds for small sizes.
ROUNDS = {1_000: 3, 10_000: 2, 100_000: 1}


def parse_options() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--sizes",
        type=lambda text: [int(word) for word in text.split(",")],
        default=list(ROUNDS),
        help="numbers of recurring slots (1000,10000,100000)",
    )
    parser.add_argument("--rounds", type=int, help="of each size (3, 2 and 1)")
    parser.add_argument("--quick", action="store_true", help="1,000 slots, one round, not stored")
    parser.add_argument("--only", choices=BOTH, help="only this database")
    parser.add_argument(
        "--ways",
        type=lambda text: text.split(","),
        help=f"only these methods; stored results of others stay ({','.join(METHODS)})",
    )
    parser.add_argument("--rooms", action="store_true", help="a room for each teacher; print only")
    parser.add_argument("--print", action="store_true", help="print the tables, store nothing")
    parser.add_argument("--draw", action="store_true", help="draw the stored results only")
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.rounds, options.print = [1_000], options.rounds or 1, True
    options.print |= options.rooms
    return options


def main() -> None:
    """Measure, store and draw."""
    options = parse_options()
    results = {} if options.print or not RESULTS.exists() else json.loads(RESULTS.read_text())
    for vendor in () if options.draw else (options.only,) if options.only else BOTH:
        database = (
            scratch_database.postgresql if vendor == "postgresql" else scratch_database.sqlite
        )
        with database() as url:
            environment = os.environ | scratch_database.environment(url)
            for slots in options.sizes:
                rounds = options.rounds or ROUNDS.get(slots, 1)
                names = options.ways or list(METHODS)
                ways = [METHODS[name] for name in names if vendor in METHODS[name].vendors]
                _progress(f"{vendor}: a studio of {slots:,} slots")
                prepare = ["bench.generation.prepare", "--slots", str(slots)]
                prepare += ["--rooms"] if options.rooms else []
                server = _python(prepare, environment)["server"]
                # Single rounds take long, so each method is stored at once.
                for group in [[method] for method in ways] if rounds == 1 else [ways]:
                    measured = {"server": server} | measure(
                        vendor, group, slots, rounds, environment
                    )
                    replace = not options.ways and ways[0] in group
                    _store(results, vendor, slots, measured, replace=replace)
                    if not options.print:
                        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
                _progress("")
    if options.print:
        print(report.tables(results))
    else:
        report.write(results)


def _store(
    results: dict[str, Any], vendor: str, slots: int, measured: dict[str, Any], replace: bool
) -> None:
    """Add a size of a database to the results. With ``replace``, drop its other methods."""
    of_vendor = results.setdefault(vendor, {"sizes": {}})
    of_vendor |= {"machine": machine.described(), "server": measured.pop("server")}
    sizes = of_vendor["sizes"]
    known = {} if replace else sizes.get(str(slots), {}).get("ways", {})
    sizes[str(slots)] = measured | {"ways": known | measured["ways"]}
    of_vendor["sizes"] = dict(sorted(sizes.items(), key=lambda item: int(item[0])))


def measure(
    vendor: str, ways: list[Method], slots: int, rounds: int, environment: dict[str, str]
) -> dict[str, Any]:
    """Measure the methods at one size, in turns: medians of the rounds, and peaks of memory."""
    cycles: dict[str, list[dict[str, Any]]] = {method.name: [] for method in ways}
    for number in range(rounds):
        # The order alternates, so that no method is always first.
        for method in ways if number % 2 == 0 else reversed(ways):
            _progress(f"{vendor}, {slots:,} slots, round {number + 1}: {method.name}")
            settings = {"DJANGO_SETTINGS_MODULE": method.settings}
            command = ["bench.generation.cycle", method.name, "--slots", str(slots)]
            cycles[method.name].append(_python(command, environment | settings))
    return {
        "rounds": rounds,
        "load": round(os.getloadavg()[1], 1),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "ways": {method.name: _summary(method, slots, cycles[method.name]) for method in ways},
    }


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{time.monotonic() - BEGAN:4.0f} s  {text}", end="", file=sys.stderr)


def _python(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """Run a module and return the JSON that it prints."""
    process = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(process.stdout.splitlines()[-1])


def _summary(method: Method, slots: int, cycles: list[dict[str, Any]]) -> dict[str, Any]:
    """Return medians, scaled up if the method was measured on a sample."""
    sample = method.slots(slots)
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
