"""``python -m bench.soak``: everything at once, and an independent recount at the end.

On PostgreSQL, with gunicorn and four workers: cron deliveries, presses of the button, edits over
the API, cancellations of runs, and SIGKILL of workers and of commands, at random, for
``--minutes``. Then everyone stops, one more run is made, and `bench.invariants_sql`, which shares
no code with the product, counts what must not be.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from bench import scratch_database

from .studio import ROOT, Studio

WORKERS = 4
# A call that is let down by a worker's death or by the server's own limits is no failure of the
# product; 500 is.
FINE = {200, 201, 202, 204, 400, 404, 409, 410, 429, 503}


def worker_forever(studio: Studio, dice: random.Random) -> None:
    """A worker that is killed now and then, and started again, as a service manager would."""
    while not studio.stop.is_set():
        process = studio.manage("db_worker", "--interval", "0.2")
        killed_at = time.monotonic() + dice.uniform(5, 25)
        while process.poll() is None and not studio.stop.is_set():
            studio.stop.wait(0.2)
            if time.monotonic() > killed_at:
                process.kill()
                studio.kills["db_worker"] += 1
                break
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=60)
        if process.poll() is None:
            process.kill()
        process.wait()


def actor(
    studio: Studio, act: Callable[[random.Random], None], dice: random.Random, pause: float
) -> None:
    """Act, wait a while, act again."""
    while not studio.stop.wait(dice.uniform(0, 2 * pause)):
        act(dice)


def main() -> None:
    """Set it all off, end it, recount; exit status 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--teachers", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    with (
        scratch_database.postgresql() as url,
        tempfile.TemporaryDirectory(prefix="soak-") as folder,
    ):
        wrong = soak(url, Path(folder), asked)
    raise SystemExit(1 if wrong else 0)


def soak(url: str, folder: Path, asked: argparse.Namespace) -> bool:
    """Whether anything was found to be wrong."""
    scratch_database.set_up(url)
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connections
    from knox.models import get_token_model

    size = {"students": asked.students, "teachers": asked.teachers, "seed": asked.seed}
    call_command("load_demo", **size, stdout=(folder / "demo.log").open("w"))
    studio = Studio(url, folder)
    studio.token = get_token_model().objects.create(User.objects.create_superuser("soak"))[1]
    connections.close_all()
    print(f"seed {asked.seed}: {asked.students} students, {asked.minutes:g} minutes", flush=True)
    dice = random.Random(asked.seed)
    with ExitStack() as ending:
        server = studio.serve()
        ending.callback(server.wait)
        ending.callback(server.terminate)
        acts = [
            (studio.cron_delivers, 4.0),
            (studio.cron_runs_and_dies, 5.0),
            (studio.someone_presses_the_button, 3.0),
            (studio.someone_edits_a_class, 0.4),
            (studio.someone_edits_a_class, 0.4),
            (studio.someone_edits_a_slot, 1.5),
            (studio.someone_closes_a_day, 8.0),
        ]
        threads = [
            threading.Thread(target=actor, args=(studio, act, random.Random(dice.random()), pause))
            for act, pause in acts
        ] + [
            threading.Thread(target=worker_forever, args=(studio, random.Random(dice.random())))
            for _number in range(WORKERS)
        ]
        for thread in threads:
            thread.start()
        studio.stop.wait(asked.minutes * 60)
        studio.stop.set()
        for thread in threads:
            thread.join()
        # What a killed process left open ends as the product says: by the next run, after 45
        # seconds of silence at the most.
        time.sleep(50)
        last = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "generate_classes", "--json"],
            cwd=ROOT, env=studio.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        again = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "generate_classes", "--json"],
            cwd=ROOT, env=studio.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
    return report(url, studio, last, again)


def report(url: str, studio: Studio, last: Any, again: Any) -> bool:
    """Print the table; whether anything in it is wrong."""
    from bench.invariants_sql import recount

    found = recount(url, studio.promised)
    documents = [json.loads(done.stdout or "{}") for done in (last, again)]
    created = sum(run["classesCreated"] for run in documents[1].get("runs", []))
    found["a last run that did not succeed"] = sum(done.returncode != 0 for done in (last, again))
    found["classes that a second run still created"] = created
    found["answers with status 500"] = sum(
        count for answer, count in studio.answers.items() if answer.endswith(": 500")
    )
    print("\nwhat was done")
    for answer, count in sorted(studio.answers.items()):
        print(f"  {answer:72}{count:7}")
    for what, count in sorted(studio.kills.items()):
        print(f"  {'SIGKILL ' + what:72}{count:7}")
    print(f"  {'edits of classes that were acknowledged':72}{len(studio.promised):7}")
    print("\nwhat must be zero")
    for what, count in found.items():
        print(f"  {what:72}{count:7}{'' if not count else '   WRONG'}")
    odd = {a: n for a, n in studio.answers.items() if int(a.rpartition(": ")[2]) not in FINE | {0}}
    if odd:
        print(f"\nunexpected answers: {odd}")
    if last.returncode or again.returncode:
        print(last.stderr[-3000:], again.stderr[-3000:])
    return any(found.values())


if __name__ == "__main__":
    main()
