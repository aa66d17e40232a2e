"""The studio of the soak test: processes, API client, and simulated users."""

import json
import os
import random
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SECRET = secrets.token_urlsafe(24)
JOBS = "/api/admin/background-jobs"


def today() -> date:
    """Return today's date in the studio's zone, UTC."""
    return datetime.now(UTC).date()


class Studio:
    """Starts processes, calls the API, and records acknowledged edits."""

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
        # Class ID → (date, start, status) of the last acknowledged edit.
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
        """Return the status and JSON of the response; status 0 if the connection broke."""
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

    # Actions of users and programs ----------------------------------------------------------

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
        status, response = self.call("POST", f"{JOBS}/generate-lessons", {"background": True})
        if status == 202 and dice.random() < 0.3:
            self.stop.wait(dice.uniform(0, 2))
            self.call("POST", f"{JOBS}/runs/{response['runId']}/cancel")

    def someone_edits_a_class(self, dice: random.Random) -> None:
        day = today() + timedelta(days=dice.randrange(1, 80))
        _status, page = self.call("GET", f"/api/classes?from={day}&to={day}&status=scheduled")
        if not page.get("results"):
            return
        scheduled_class = dice.choice(page["results"])
        if scheduled_class["id"] in self.promised:
            return
        change = dice.choice(
            [
                {"status": "cancelled", "cancelReason": "away"},
                {"date": str(day + timedelta(days=dice.choice([-1, 1])))},
                {"startTime": "06:00", "endTime": "06:30"},
                {"notes": "bring the score"},
            ]
        )
        pk = scheduled_class["id"]
        status, saved = self.call("PATCH", f"/api/classes/{pk}", change)
        # A note on a class that a closure cancelled meanwhile does not protect its status.
        is_noted_only = "notes" in change and saved.get("status") == "cancelled"
        if status == 200 and not is_noted_only:
            with self._lock:
                self.promised[pk] = (saved["date"], saved["startTime"], saved["status"])

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
        status, response = self.call("POST", "/api/closures", body)
        if status == 201 and dice.random() < 0.5:
            self.stop.wait(dice.uniform(0, 3))
            self.call("DELETE", f"/api/closures/{response['id']}")
