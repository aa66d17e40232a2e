"""Waiting for what another thread or process does: for a condition, with a deadline."""

import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

from django.db import connection

SECONDS = 30


def wait_until(condition: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """What ``condition`` answers, once that is true."""
    limit = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < limit, f"still not so after {seconds} seconds"
        time.sleep(0.02)
    return answer


def is_calendar_lock_awaited() -> bool:
    """Whether a session of this database does; other tests of the same server have their own.

    Not asked of pg_stat_activity, which stays the same to the end of a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return cursor.fetchone()[0] > 0


def wait_until_stopped(process: "Popen[str]") -> None:
    """Until SIGSTOP has come to ``process``; fails, with what it said, should it end instead."""

    def stopped() -> bool:
        if process.poll() is not None:
            _out, errors = process.communicate()
            raise AssertionError(f"it ended with {process.returncode}: {errors}")
        stat = Path(f"/proc/{process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    wait_until(stopped)


def wait_for_message(process: "Popen[str]", text: str) -> None:
    """Until ``process`` has written a line with ``text`` to its standard error."""
    said = []
    for line in process.stderr:
        said.append(line)
        if text in line:
            return
    raise AssertionError(f"it ended without “{text}”: {''.join(said)}")
