"""Processes of manage.py on the database of the current test."""

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
# A manage.py that stops at a given place of a run.
SLOW = Path(__file__).resolve().parents[1] / "management" / "slow_generation.py"


def database_url() -> str:
    """Return the DATABASE_URL of the current test, and of this worker of xdist."""
    name = quote(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """Return this process's environment with the test's database; None removes a variable."""
    merged = os.environ | {"DATABASE_URL": database_url()} | dict(changes or {})
    return {name: value for name, value in merged.items() if value is not None}


def popen(
    *args: object,
    env: Mapping[str, str | None] | None = None,
    program: Path = MANAGE,
    **kwargs: Any,
) -> Any:
    """Start `manage.py args…` with pipes for its output as text."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}
    command = [sys.executable, str(program), *map(str, args)]
    return subprocess.Popen(command, env=environment(env), **(options | kwargs))


def run(
    *args: object,
    env: Mapping[str, str | None] | None = None,
    timeout: float = 120,
    **kwargs: Any,
) -> subprocess.CompletedProcess[str]:
    """Run `manage.py args…` to its end; return status and output as text."""
    command = [sys.executable, str(MANAGE), *map(str, args)]
    options = {"capture_output": True, "text": True, "check": False, "cwd": ROOT}
    if "input" not in kwargs:
        options["stdin"] = subprocess.DEVNULL
    return subprocess.run(command, env=environment(env), timeout=timeout, **(options | kwargs))


def end(process: "subprocess.Popen[str]") -> None:
    """Kill the process, even if stopped by SIGSTOP, and close its pipes."""
    if process.poll() is None:
        process.kill()
    process.wait(timeout=30)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def wait_for_dead_sessions(seconds: float = 10) -> None:
    """Wait until PostgreSQL has ended the sessions of killed clients, which release their locks.

    Idle sessions have no locks and may belong to a pooler.
    """
    if connection.vendor != "postgresql":
        return
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        with connection.cursor() as cursor:
            cursor.execute(f"{query} AND pid <> pg_backend_pid() AND state <> 'idle'")
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.05)
