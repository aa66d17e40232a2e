"""A PostgreSQL of our own that can be stopped and started again, as if its host had a bad day."""

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
    """``url``, and the server behind it."""

    def __init__(self, url: str) -> None:
        self.url = url
        with psycopg.connect(url) as connection:
            (folder,) = connection.execute("SHOW data_directory").fetchone()
        self._folder = Path(folder)
        # With what it was started: as the server notes it down itself.
        self._command = shlex.split((self._folder / "postmaster.opts").read_text())
        self._again: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """At once, its sessions cut off."""
        number = int((self._folder / "postmaster.pid").read_text().split()[0])
        os.kill(number, signal.SIGINT)
        limit = time.monotonic() + 30
        while (self._folder / "postmaster.pid").exists():
            assert time.monotonic() < limit, "PostgreSQL does not stop"
            time.sleep(0.02)
        if self._again is not None:
            self._again.wait(timeout=30)
            self._again = None

    def start(self) -> None:
        """At the same address, with the data that it had."""
        owner = self._folder.stat()
        who = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
        self._again = subprocess.Popen(
            self._command,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **(who | ({"extra_groups": []} if who else {})),
        )
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            with suppress(psycopg.OperationalError), psycopg.connect(self.url):
                return
            time.sleep(0.05)
        raise AssertionError("PostgreSQL does not start again")

    def close(self) -> None:
        """Stop what ``start`` has started."""
        if self._again is not None:
            self.stop()


@contextmanager
def stoppable() -> Iterator[Database]:
    """A temporary server of this test's own: never the one of TEST_DATABASE_URL."""
    given = os.environ.pop("TEST_DATABASE_URL", None)
    try:
        with cluster() as url:
            database = Database(url)
            try:
                yield database
            finally:
                database.close()
    finally:
        if given is not None:
            os.environ["TEST_DATABASE_URL"] = given
