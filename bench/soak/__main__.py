"""``python -m bench.soak``: concurrent random activity, and an independent check of invariants.

On PostgreSQL, with gunicorn and four workers, for ``--minutes``: calls of cron, manual runs, edits
over the API, cancellations of runs, and SIGKILL of workers and commands. Then one more run is
made, and `bench.invariants_sql`, which shares no code with the product, counts violations.
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
# Expected statuses, including those caused by killed workers and limits of the server.
EXPECTED = {200, 201, 202, 204, 400, 404, 409, 410, 429, 503}


def worker_forever(studio: Studio, dice: random.Random) -> None:
    """Run a worker, kill it at random times, and start it again, as a service manager would."""
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
    """Repeat an action with random pauses."""
    while not studio.stop.wait(dice.uniform(0, 2 * pause)):
        act(dice)


def main() -> None:
    """Run the soak test; the exit status is 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--teachers", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    with (
        scratch_database.postgresql() as url,
        tempfile.TemporaryDirectory(prefix="soak-") as folder,
    ):
        wrong = soak(url, Path(folder), options)
    raise SystemExit(1 if wrong else 0)


def soak(url: str, folder: Path, options: argparse.Namespace) -> bool:
    """Run the soak test and return whether anything is wrong."""
    scratch_database.set_up(url)
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connections
    from knox.models import get_token_model

    size = {"students": options.students, "teachers": options.teachers, "seed": options.seed}
    call_command("load_demo", **size, stdout=(folder / "demo.log").open("w"))
    studio = Studio(url, folder)
    studio.token = get_token_model().objects.create(User.objects.create_superuser("soak"))[1]
    connections.close_all()
    print(
        f"seed {options.seed}: {options.students} students, {options.minutes:g} minutes", flush=True
    )
    dice = random.Random(options.seed)
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
        studio.stop.wait(options.minutes * 60)
        studio.stop.set()
        for thread in threads:
            thread.join()
        # The next run takes over from killed processes after at most 45 seconds without heartbeat.
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
    """Print the results and return whether anything is wrong."""
    from bench.invariants_sql import recount

    found = recount(url, studio.promised)
    documents = [json.loads(done.stdout or "{}") for done in (last, again)]
    created = sum(run["classesCreated"] for run in documents[1].get("runs", []))
    found["a last run that did not succeed"] = sum(done.returncode != 0 for done in (last, again))
    found["classes that a second run still created"] = created
    found["answers with status 500"] = sum(
        count for answer, count in studio.answers.items() if answer.endswith(": 500")
    )
    print("\nactivity")
    for answer, count in sorted(studio.answers.items()):
        print(f"  {answer:72}{count:7}")
    for what, count in sorted(studio.kills.items()):
        print(f"  {'SIGKILL ' + what:72}{count:7}")
    print(f"  {'edits of classes that were acknowledged':72}{len(studio.promised):7}")
    print("\nmust be zero")
    for what, count in found.items():
        print(f"  {what:72}{count:7}{'' if not count else '   WRONG'}")
    odd = {
        a: n for a, n in studio.answers.items() if int(a.rpartition(": ")[2]) not in EXPECTED | {0}
    }
    if odd:
        print(f"\nunexpected answers: {odd}")
    if last.returncode or again.returncode:
        print(last.stderr[-3000:], again.stderr[-3000:])
    return any(found.values())


if __name__ == "__main__":
    main()
