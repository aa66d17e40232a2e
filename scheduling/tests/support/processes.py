"""Real processes of manage.py against the database of the test that runs."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from django.db import connection

ROOT = Path(__file__).resolve().parents[3]
MANAGE = ROOT / "manage.py"
# manage.py that stops at a given place of a run.
SLOW = Path(__file__).resolve().parents[1] / "management" / "slow_generation.py"


def database_url() -> str:
    """The URL of this test's database (and this xdist worker's), as DATABASE_URL takes it."""
    name = quote(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """This process's environment on the test's database; None takes a variable away."""
    merged = os.environ | {"DATABASE_URL": database_url()} | dict(changes or {})
    return {name: value for name, value in merged.items() if value is not None}


def popen(
    *args: object,
    env: Mapping[str, str | None] | None = None,
    program: Path = MANAGE,
    **kwargs: Any,
) -> Any:
    """`manage.py args…` as a process, its output piped as text."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}
    command = [sys.executable, str(program), *map(str, args)]
    return subprocess.Popen(command, env=environment(env), **(options | kwargs))


def run(
    *args: object,
    env: Mapping[str, str | None] | None = None,
    timeout: float = 120,
    **kwargs: Any,
) -> subprocess.CompletedProcess[str]:
    """`manage.py args…` to its end: status and text of both outputs."""
    command = [sys.executable, str(MANAGE), *map(str, args)]
    options = {"capture_output": True, "text": True, "check": False, "cwd": ROOT}
    if "input" not in kwargs:
        options["stdin"] = subprocess.DEVNULL
    return subprocess.run(command, env=environment(env), timeout=timeout, **(options | kwargs))


def end(process: "subprocess.Popen[str]") -> None:
    """Kill it, whatever it is doing (stopped by SIGSTOP included), and close its pipes."""
    if process.poll() is None:
        process.kill()
    process.wait(timeout=30)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def wait_for_dead_sessions(seconds: float = 10) -> None:
    """PostgreSQL notices a killed client a moment later; until then its locks stand.

    An idle session has none: it may be a pooler's.
    """
    if connection.vendor != "postgresql":
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        with connection.cursor() as cursor:
            cursor.execute(f"{others} AND pid <> pg_backend_pid() AND state <> 'idle'")
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.05)
