"""`python -m bench.shards`: one run by 1, 2 and 4 workers, beside the same run in one piece.

On PostgreSQL, in a temporary server or on that of BENCH_DATABASE_URL. Workers are real ones
(`db_worker`), started beforehand; a run's time is from its begin to its end by the server's clock.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median

from . import scratch

ROOT = Path(__file__).resolve().parents[1]
START = date(2040, 1, 2)
WHOLE = 0
CREWS = (WHOLE, 1, 2, 4)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.shards", description=__doc__)
    parser.add_argument("--slots", type=int, default=20_000, help="recurring slots (20,000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each measurement (3)")
    parser.add_argument("--shards", type=int, default=8, help="of a run that is cut (8)")
    parser.add_argument(
        "--spanning", type=int, default=5, help="per cent of students with a second teacher (5)"
    )
    asked = parser.parse_args()
    with scratch.postgresql() as url:
        os.environ["TASKS_BACKEND"] = "database"
        scratch.set_up(url)
        from django.db import connections

        try:
            measure(asked)
        finally:
            connections.close_all()


def measure(asked: argparse.Namespace) -> None:
    """Each crew in turn, round after round, so that the machine's moods are shared."""
    from scheduling.models import JobShard, ShardKind
    from scheduling.tests import studio

    from . import machine
    from .prepare import server

    studio.build(asked.slots, asked.slots // 20)
    span(asked.slots * asked.spanning // 100)
    print(f"{machine.described()}\n{server()}")
    print(f"{asked.slots:,} slots × 12 weeks, medians of {asked.rounds} interleaved rounds")
    seconds: dict[tuple[int, str], list[float]] = defaultdict(list)
    left = 0
    for _round in range(asked.rounds):
        for crew in CREWS:
            sql("TRUNCATE classes, scheduling_jobrun CASCADE")
            shards = 1 if crew == WHOLE else asked.shards
            with workers(max(1, crew)):
                for step in ("first", "again"):
                    sql("CHECKPOINT")
                    taken, run_id = run(shards)
                    seconds[crew, step].append(taken)
                    print(f"{crew or 'whole'} {step}: {taken:.2f} s", file=sys.stderr, flush=True)
                    last = JobShard.objects.filter(run_id=run_id, kind=ShardKind.LAST).first()
                    left = last.progress_done if last else left
    print(f"cut into {asked.shards} shards; {left:,} slots left to the last one\n")
    print("| workers | first run | | again | |\n|---|---|---|---|---|")
    whole = {step: median(seconds[WHOLE, step]) for step in ("first", "again")}
    for crew in CREWS:
        cells = []
        for step in ("first", "again"):
            taken = median(seconds[crew, step])
            cells += [f"{taken:.2f} s", f"× {whole[step] / taken:.2f}"]
        print(f"| {crew or 'one piece'} | {' | '.join(cells)} |")


def sql(statement: str) -> None:
    """Carry out ``statement``."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def span(students: int) -> None:
    """Give so many students a second teacher, early, when no other slot begins."""
    from scheduling.models import RecurringSlot, Teacher

    dice, made, taken = random.Random(1), [], set()
    teachers = list(Teacher.objects.order_by("id"))
    for slot in RecurringSlot.objects.order_by("id")[: students * 20 : 20]:
        while True:
            teacher, weekday = dice.choice(teachers), dice.randint(1, 7)
            if teacher.pk != slot.teacher_id and (teacher.pk, weekday) not in taken:
                break
        taken.add((teacher.pk, weekday))
        made.append(
            RecurringSlot(
                teacher=teacher,
                student_id=slot.student_id,
                weekday=weekday,
                start_time="06:00",
                duration_minutes=30,
                valid_from=slot.valid_from,
            )
        )
    RecurringSlot.objects.bulk_create(made)


@contextmanager
def workers(number: int) -> Iterator[None]:
    """So many workers, waiting for work."""
    command = [sys.executable, "manage.py", "db_worker", "--interval", "0.1", "--no-startup-delay"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [subprocess.Popen(command, cwd=ROOT, **quiet) for _ in range(number)]
    time.sleep(4)  # they have read their code by then, or the first round shows it
    try:
        yield
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()


def run(shards: int) -> tuple[float, int]:
    """One run in the background: its seconds, and its number."""
    from scheduling.jobs.background import start
    from scheduling.jobs.request import Request
    from scheduling.models import ACTIVE_STATES, Job, RunState, Trigger

    request = Request(job=Job.HORIZON, today=START, weeks=12, trigger=Trigger.ADMIN, shards=shards)
    found = start(request)
    while found.state in ACTIVE_STATES:
        time.sleep(0.05)
        found.refresh_from_db()
    if found.state != RunState.SUCCEEDED or found.duration is None:
        raise SystemExit(f"the run ended as {found.state}: {found.error}")
    return found.duration.total_seconds(), found.pk


if __name__ == "__main__":
    main()
