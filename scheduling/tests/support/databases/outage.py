"""A temporary PostgreSQL server that can be stopped and started again."""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from .postgres import cluster


class Database:
    """A server and its ``url``."""

    def __init__(self, url: str) -> None:
        self.url = url
        with psycopg.connect(url) as connection:
            (folder,) = connection.execute("SHOW data_directory").fetchone()
        self._folder = Path(folder)
        # The command that started the server, as the server wrote it.
        self._command = shlex.split((self._folder / "postmaster.opts").read_text())
        self._restarted: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """Stop the server at once and end its sessions."""
        pid = int((self._folder / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)
        limit = time.monotonic() + 30
        while (self._folder / "postmaster.pid").exists():
            assert time.monotonic() < limit, "PostgreSQL does not stop"
            time.sleep(0.02)
        if self._restarted is not None:
            self._restarted.wait(timeout=30)
            self._restarted = None

    def start(self) -> None:
        """Start the server again, at the same address with the same data."""
        owner = self._folder.stat()
        user = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
        self._restarted = subprocess.Popen(
            self._command,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **(user | ({"extra_groups": []} if user else {})),
        )
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            with suppress(psycopg.OperationalError), psycopg.connect(self.url):
                return
            time.sleep(0.05)
        raise AssertionError("PostgreSQL does not start again")

    def close(self) -> None:
        """Stop the server if ``start`` has started it."""
        if self._restarted is not None:
            self.stop()


@contextmanager
def stoppable() -> Iterator[Database]:
    """Start a temporary server, never that of TEST_DATABASE_URL."""
    configured = os.environ.pop("TEST_DATABASE_URL", None)
    try:
        with cluster() as url:
            database = Database(url)
            try:
                yield database
            finally:
                database.close()
    finally:
        if configured is not None:
            os.environ["TEST_DATABASE_URL"] = configured
