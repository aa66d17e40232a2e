"""The embedded backend's workers on the database of the test that runs."""

import os
import shutil
import signal
import time
from pathlib import Path

from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, task_backends

from scheduling.jobs.workers.embedded_backend import EmbeddedBackend

from . import processes


def workers() -> list[int]:
    """The numbers of those that live; their callers may have ended by now."""
    mine = f"DATABASE_URL={processes.database_url()}".encode()
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _is_worker(entry, mine)
    ]


def _is_worker(entry: Path, mine: bytes) -> bool:
    try:
        if b"embedded_worker" not in (entry / "cmdline").read_bytes().split(b"\0"):
            return False
        return mine in (entry / "environ").read_bytes().split(b"\0")
    except OSError:  # it has ended meanwhile, or is someone else's
        return False


def kill(seconds: float = 30) -> None:
    """End them, stopped ones included, and wait until they are gone."""
    limit = time.monotonic() + seconds
    found = workers()
    while found_now := workers():
        for pid in found_now:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        assert time.monotonic() < limit
        time.sleep(0.02)
    if found:
        processes.wait_for_dead_sessions()
    backend = task_backends[DEFAULT_TASK_BACKEND_ALIAS]
    if isinstance(backend, EmbeddedBackend):
        shutil.rmtree(backend.slots.folder, ignore_errors=True)
