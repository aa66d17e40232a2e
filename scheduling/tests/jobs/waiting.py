"""Waits for other threads and processes, with a deadline."""

import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

from django.db import connection

SECONDS = 30


def wait_until(condition: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """Return the value of ``condition`` once it is true; fail after ``seconds``."""
    limit = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < limit, f"the condition is still false after {seconds} seconds"
        time.sleep(0.02)
    return value


def is_calendar_lock_awaited() -> bool:
    """Return whether a session of this test's database waits for the calendar lock.

    The query reads pg_locks because pg_stat_activity does not change within a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return cursor.fetchone()[0] > 0


def wait_until_stopped(process: "Popen[str]") -> None:
    """Wait until ``process`` is stopped by SIGSTOP; fail with its errors if it ends."""

    def stopped() -> bool:
        if process.poll() is not None:
            _out, errors = process.communicate()
            raise AssertionError(f"the process ended with {process.returncode}: {errors}")
        stat = Path(f"/proc/{process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    wait_until(stopped)


def wait_for_message(process: "Popen[str]", text: str) -> None:
    """Wait until ``process`` writes a line with ``text`` to its standard error."""
    lines = []
    for line in process.stderr:
        lines.append(line)
        if text in line:
            return
    raise AssertionError(f"the process ended without “{text}”: {''.join(lines)}")
