"""The workers of the embedded backend on the database of the current test."""

import os
import shutil
import signal
import time
from pathlib import Path

from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, task_backends

from scheduling.jobs.workers.embedded_backend import EmbeddedBackend

from . import processes


def workers() -> list[int]:
    """Return the PIDs of running workers; their parents may have ended."""
    variable = f"DATABASE_URL={processes.database_url()}".encode()
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _is_worker(entry, variable)
    ]


def _is_worker(entry: Path, variable: bytes) -> bool:
    try:
        if b"embedded_worker" not in (entry / "cmdline").read_bytes().split(b"\0"):
            return False
        return variable in (entry / "environ").read_bytes().split(b"\0")
    except OSError:  # it has ended, or belongs to another user
        return False


def kill(seconds: float = 30) -> None:
    """Kill all workers, also stopped ones, and wait for their end."""
    limit = time.monotonic() + seconds
    had_workers = bool(workers())
    while pids := workers():
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        assert time.monotonic() < limit
        time.sleep(0.02)
    if had_workers:
        processes.wait_for_dead_sessions()
    backend = task_backends[DEFAULT_TASK_BACKEND_ALIAS]
    if isinstance(backend, EmbeddedBackend):
        shutil.rmtree(backend.slots.folder, ignore_errors=True)
