"""``python -m bench.load``: pages and API calls of a large studio with 1, 8 and 32 clients.

Uses a temporary PostgreSQL with 10,000 students, a million classes and 10,000 runs, and gunicorn
as in deploy/classtracker-web.service. The clients, in a separate process, send the next request as
soon as they have a response. Before that, queries are counted at two sizes of the studio.
"""

import argparse
import os
import sys

from bench import scratch_database

WORKERS, THREADS = 3, 4
SMALL = 200


def main() -> None:
    """Fill, count, load and report; the exit status is 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=10_000, help="with a hundred classes each")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=2_000, help="for each number of clients")
    parser.add_argument("--fewest", type=int, default=3, help="requests of each page, at least")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32])
    options = parser.parse_args()
    with scratch_database.postgresql() as url:
        scratch_database.set_up(url)
        try:
            failed = measure(options)
        finally:
            from django.db import connections

            connections.close_all()
    raise SystemExit(1 if failed else 0)


def measure(options: argparse.Namespace) -> bool:
    """Run the benchmark and return whether anything failed."""
    from . import indexes, queries, report, studio
    from .workload import operations

    studio.prepare()
    studio.fill(SMALL, SMALL)
    studio.settle(5)
    few = queries.count(operations())
    studio.fill(options.students - SMALL, options.runs - SMALL)
    studio.settle(40)
    found = operations()
    many = queries.count(found)
    indexes.reset()
    levels = load(found, options)
    studio.run_jobs()
    tables = report.Report(found, few, many, levels, studio.in_words(), indexes.markdown())
    print(tables.markdown())
    print(*tables.too_many, *sorted(set(tables.wrong)), sep="\n", file=sys.stderr)
    return tables.failed


def load(found: list, options: argparse.Namespace) -> list:
    """Measure each number of clients, on a server started as by the unit."""
    from scheduling.tests.support.servers.gunicorn import serving

    from .concurrency import drive
    from .workload import in_order

    order = in_order(found, options.requests, options.fewest)
    settings = {
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "false",
        "API_THROTTLE": "1000000/sec",
    }
    memory = ("--worker-tmp-dir", "/dev/shm") if os.path.isdir("/dev/shm") else ()
    with serving(
        *memory, workers=WORKERS, threads=THREADS, keeping_workers=True, **settings
    ) as server:
        drive(server.url, found, in_order(found, 0, WORKERS), WORKERS)  # warm-up
        return [drive(server.url, found, order, clients) for clients in options.clients]


if __name__ == "__main__":
    main()
