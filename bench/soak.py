"""``python -m bench.soak``: everything at once, and an independent recount at the end.

On PostgreSQL, with gunicorn and four workers: cron deliveries, presses of the button, edits over
the API, cancellations of runs, and SIGKILL of workers and of commands, at random, for
``--minutes``. Then everyone stops, one more run is made, and `bench.recount`, which shares no code
with the product, counts what must not be.
"""

import argparse
import json
import os
import random
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import scratch

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 4
SECRET = secrets.token_urlsafe(24)
JOBS = "/api/admin/background-jobs"
# A call that is let down by a worker's death or by the server's own limits is no failure of the
# product; 500 is.
FINE = {200, 201, 202, 204, 400, 404, 409, 410, 429, 503}


def today() -> date:
    """Today in the studio's zone, UTC."""
    return datetime.now(UTC).date()


class Studio:
    """The processes, the API as a client sees it, and what the client was promised."""

    def __init__(self, url: str, folder: Path) -> None:
        self.env = os.environ | {
            "DATABASE_URL": url,
            "TASKS_BACKEND": "database",
            "CRON_SECRET": SECRET,
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "false",
            "API_THROTTLE": "1000000/sec",
        }
        self.folder = folder
        self.stop = threading.Event()
        self.answers: Counter[str] = Counter()
        self.kills: Counter[str] = Counter()
        # Class number → (date, start, status) of the last edit that was acknowledged.
        self.promised: dict[int, tuple[str, str, str]] = {}
        self._lock = threading.Lock()
        self.token = ""
        self.base = ""

    def manage(self, *args: str) -> "subprocess.Popen[bytes]":
        log = (self.folder / f"{args[0]}.log").open("ab")
        command = [sys.executable, str(ROOT / "manage.py"), *args]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )

    def serve(self) -> "subprocess.Popen[bytes]":
        listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [sys.executable, "-m", "gunicorn", "classtracker.wsgi", "--workers", "2"]
        command += ["--threads", "4", "--bind", f"fd://{listener.fileno()}"]
        log = (self.folder / "gunicorn.log").open("ab")
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.env,
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        listener.close()
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            with suppress(OSError), urllib.request.urlopen(f"{self.base}/healthz", timeout=5):
                return process
            time.sleep(0.1)
        raise SystemExit(f"gunicorn does not answer; see {self.folder}")

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        """Status and JSON; 0 where the connection broke."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token or self.token}"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        except OSError:
            status, text = 0, b""
        with self._lock:
            name = re.sub(r"/[0-9]+", "/…", path.partition("?")[0])
            self.answers[f"{method} {name}: {status}"] += 1
        return status, json.loads(text) if text else {}

    # What people and programs do ------------------------------------------------------------

    def cron_delivers(self, dice: random.Random) -> None:
        if dice.random() < 0.5:
            self.call("POST", "/api/cron/generate-lessons", token=SECRET)
        else:
            weekly = "/api/class-tracking/generate-weekly-classes"
            self.call("POST", weekly, {}, token=SECRET)

    def cron_runs_and_dies(self, dice: random.Random) -> None:
        process = self.manage("generate_classes", "--trigger", "cron", "--retries", "1")
        if dice.random() < 0.6:
            self.stop.wait(dice.uniform(0.5, 4))
            if process.poll() is None:
                process.kill()
                self.kills["generate_classes"] += 1
        process.wait()

    def someone_presses_the_button(self, dice: random.Random) -> None:
        status, said = self.call("POST", f"{JOBS}/generate-lessons", {"background": True})
        if status == 202 and dice.random() < 0.3:
            self.stop.wait(dice.uniform(0, 2))
            self.call("POST", f"{JOBS}/runs/{said['runId']}/cancel")

    def someone_edits_a_class(self, dice: random.Random) -> None:
        day = today() + timedelta(days=dice.randrange(1, 80))
        _status, page = self.call("GET", f"/api/classes?from={day}&to={day}&status=scheduled")
        if not page.get("results"):
            return
        one = dice.choice(page["results"])
        if one["id"] in self.promised:
            return
        change = dice.choice(
            [
                {"status": "cancelled", "cancelReason": "away"},
                {"date": str(day + timedelta(days=dice.choice([-1, 1])))},
                {"startTime": "06:00", "endTime": "06:30"},
                {"notes": "bring the score"},
            ]
        )
        status, said = self.call("PATCH", f"/api/classes/{one['id']}", change)
        if status == 200:
            with self._lock:
                self.promised[one["id"]] = (said["date"], said["startTime"], said["status"])

    def someone_edits_a_slot(self, dice: random.Random) -> None:
        _status, page = self.call("GET", "/api/recurring-slots?pageSize=500")
        slot = dice.choice(page["results"]) if page.get("results") else None
        if slot is None:
            return
        change = dice.choice(
            [
                {"dayOfWeek": dice.randrange(1, 8)},
                {"startTime": f"{dice.randrange(7, 21):02}:{dice.choice(['00', '30'])}"},
                {"status": "paused" if slot["status"] == "active" else "active"},
                {"dayOfWeek": dice.randrange(1, 8), "durationMinutes": dice.choice([30, 45, 60])},
            ]
        )
        self.call("PATCH", f"/api/recurring-slots/{slot['id']}", change)

    def someone_closes_a_day(self, dice: random.Random) -> None:
        day = str(today() + timedelta(days=dice.randrange(1, 80)))
        _status, page = self.call("GET", "/api/teachers?pageSize=500")
        teacher = dice.choice(page["results"])["id"] if page.get("results") else None
        body = {"name": "Away", "firstDate": day, "lastDate": day, "teacher": teacher}
        status, said = self.call("POST", "/api/closures", body)
        if status == 201 and dice.random() < 0.5:
            self.stop.wait(dice.uniform(0, 3))
            self.call("DELETE", f"/api/closures/{said['id']}")


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
    with scratch.postgresql() as url, tempfile.TemporaryDirectory(prefix="soak-") as folder:
        wrong = soak(url, Path(folder), asked)
    raise SystemExit(1 if wrong else 0)


def soak(url: str, folder: Path, asked: argparse.Namespace) -> bool:
    """Whether anything was found to be wrong."""
    scratch.set_up(url)
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
    from bench.recount import recount

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
