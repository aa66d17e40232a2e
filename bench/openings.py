"""``python -m bench.openings``: ``GET /api/openings`` for ten teachers and twelve weeks.

Server side, in this process, on the studio of ``load_demo`` after a run: the search alone, and the
whole request with the answer as JSON. The budget is 200 ms. Each line shows the wall-clock time,
the CPU time of this process and its PostgreSQL backend, the ratio of the CPU time to the budget,
and the queries. The exit status is 1 if the search of a request exceeds the budget.
"""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import datetime

from . import environment, scratch_database
from .coverage import NullOutput, build, timed, vacuum

BUDGET_MS = 200
SIZES = (500, 10_000)
TEACHERS, WEEKS = 10, 12


def main() -> None:
    """Build each studio in a temporary database and time the search in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
    parser.add_argument("--times", type=int, default=15, help="repetitions")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="students")
    options = parser.parse_args()
    database = scratch_database.sqlite if options.sqlite else scratch_database.postgresql
    over = False
    print(environment.heading("Openings", "bench.openings"))
    print(f"{'SQLite' if options.sqlite else 'PostgreSQL'}. The budget: {BUDGET_MS} ms.\n")
    with database() as url:
        scratch_database.set_up(url)
        try:
            print("| students | what | median | CPU | of the budget | queries |")
            print("|---|---|---|---|---|---|")
            for size in map(int, options.sizes.split(",")):
                over |= measure(size, options.times)
            load = os.getloadavg()[0]
            print(f"\nThe load average at the end was {load:.0f}; it affects the median only.")
        finally:
            from django.db import connections

            connections.close_all()
    sys.exit(int(over))


def measure(students: int, times: int) -> bool:
    """Build a studio of this size and time it. Return whether the budget was exceeded."""
    from django.core.management import call_command

    now = build(students)
    call_command("generate_classes", json=True, stdout=NullOutput())
    vacuum()
    ids = _teachers()
    over = False
    for name, work in (("search", _search(ids, now)), ("request", _request(ids))):
        median, cpu_time, queries = timed(work, times)
        over |= cpu_time > BUDGET_MS
        print(
            f"| {students:,} | {name} | {median:.0f} ms | {cpu_time:.0f} ms |"
            f" {cpu_time / BUDGET_MS:.2f} | {queries} |"
        )
    return over


def _teachers() -> tuple[int, ...]:
    from scheduling.models import Teacher

    return tuple(Teacher.objects.order_by("id").values_list("id", flat=True)[:TEACHERS])


def _search(ids: tuple[int, ...], now: datetime) -> Callable[[], None]:
    from scheduling.selectors.studio import studio_day
    from scheduling.services.openings import OpeningsQuery, openings

    query = OpeningsQuery(minutes=45, first=studio_day(now), weeks=WEEKS, teacher_ids=ids)
    return lambda: _require(openings(query, now).found)


def _request(ids: tuple[int, ...]) -> Callable[[], None]:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    settings.API_THROTTLE = "1000000/sec"
    client = Client()
    owner = User.objects.filter(username="bench").first()
    client.force_login(owner or User.objects.create_superuser("bench"))
    people = "&".join(f"teacher={pk}" for pk in ids)
    address = f"/api/openings?minutes=45&weeks={WEEKS}&{people}"
    return lambda: _require(client.get(address).json()["results"])


def _require(found: list[object]) -> None:
    if not found:
        raise RuntimeError("nothing is free")


if __name__ == "__main__":
    main()
