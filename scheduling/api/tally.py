"""Who called when, kept where all processes of this machine see it.

Not in the studio's database: every GET would become a write, and on SQLite wait for a run's chunk.
Here a call costs a fraction of a millisecond, and with the file a minute's memory is lost.
"""

import logging
import os
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path

from scheduling.jobs.folders import folder_of, make, names_of_database

logger = logging.getLogger(__name__)

MEMORY = ":memory:"
# Another process holds the file for as long as two statements take.
PATIENCE = 2.0
_SCHEMA = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS calls (who TEXT NOT NULL, at REAL NOT NULL);
    CREATE INDEX IF NOT EXISTS calls_who ON calls (who, at);
"""


class Tally:
    """Calls of the last while, in the file ``name`` of the deployment's own folder.

    ``:memory:`` is this process's alone. So is what is counted where no file can be had: too much
    may pass then, and nobody is kept out.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._process = 0
        self._file: sqlite3.Connection | None = None
        self._tidied = 0.0

    def count(self, who: str, most: int, seconds: int) -> float | None:
        """Note a call of ``who``: None where it is one of ``most`` in ``seconds``.

        Else it is not noted, and the answer is in how many seconds another one is free.
        """
        with self._lock:
            try:
                return self._count(self._opened(), who, most, seconds)
            except sqlite3.Error as error:
                logger.warning("calls can't be counted: %s", error)
                self._give_up(error)
                return None

    def _count(self, file: sqlite3.Connection, who: str, most: int, seconds: int) -> float | None:
        file.execute("BEGIN IMMEDIATE")
        try:
            now = time.time()  # only now: whoever had the file before us has noted an earlier one
            if abs(now - self._tidied) > seconds:
                file.execute("DELETE FROM calls WHERE at <= ? OR at > ?", (now - seconds, now))
                self._tidied = now
            # What lies ahead is of before the clock was set back.
            mine = "FROM calls WHERE who = ? AND at > ? AND at <= ?"
            found = file.execute(f"SELECT count(*), min(at) {mine}", (who, now - seconds, now))
            number, oldest = found.fetchone()
            if number < most:
                file.execute("INSERT INTO calls VALUES (?, ?)", (who, now))
                return None
            return float(oldest + seconds - now)
        finally:
            file.execute("COMMIT")

    def _opened(self) -> sqlite3.Connection:
        # A connection must not be carried over to a process that was forked off.
        if self._file is None or self._process != os.getpid():
            try:
                self._file = _open(self._path())
            except (OSError, sqlite3.OperationalError) as error:
                logger.warning("each process counts its calls alone: %s", error)
                self._file = _open(MEMORY)
            self._process = os.getpid()
        return self._file

    def _path(self) -> Path | str:
        if self._name == MEMORY:
            return MEMORY
        folder = folder_of(names_of_database())
        make(folder)
        return folder / f"{self._name}.sqlite3"

    def _give_up(self, error: sqlite3.Error) -> None:
        """Begin anew with the next call; with a new file where this one is none any more."""
        file, self._file = self._file, None
        if file is not None:
            with suppress(sqlite3.Error):
                file.close()
        if not isinstance(error, sqlite3.OperationalError):
            with suppress(OSError):
                Path(self._path()).unlink()


def _open(path: Path | str) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        _prepare(file)
    except BaseException:
        file.close()
        raise
    return file


def _prepare(file: sqlite3.Connection) -> None:
    """Make the table, where it is not there.

    Of several processes that make the file at once SQLite turns some away without waiting: its
    timeout is not for the change to WAL (https://www.sqlite.org/c3ref/busy_handler.html).
    """
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            file.executescript(_SCHEMA)
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > limit:
                raise
        time.sleep(0.01)
