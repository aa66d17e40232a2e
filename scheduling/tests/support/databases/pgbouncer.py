"""PgBouncer in transaction mode in front of ``url``: `with pooling(url) as pooler:`.

A client has one of its few connections for the duration of a transaction.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import psycopg

from .postgres_server import identity

# PgBouncer tracks these settings of each client and sets them on its connection.
TRACKED = {
    "application_name",
    "client_encoding",
    "DateStyle",
    "standard_conforming_strings",
    "TimeZone",
}
STATE = """
    SELECT 'setting ' || name || ' = ' || setting FROM pg_settings WHERE source = 'session'
        AND name <> ALL (%s)
    UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE is_holdable
    UNION ALL SELECT 'statement ' || name FROM pg_prepared_statements
    UNION ALL SELECT 'lock ' || objid FROM pg_locks
        WHERE locktype = 'advisory' AND pid = pg_backend_pid()
    UNION ALL SELECT 'table ' || relname FROM pg_class
        WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'
"""


class NoPooler(Exception):
    """PgBouncer is not installed."""


@dataclass(frozen=True)
class Pooler:
    """A pooler at ``url`` with ``size`` connections to ``server``."""

    url: str
    server: str
    size: int

    def left_over(self) -> list[str]:
        """Return session state on its connections, all of which must be free."""
        states: list[str] = []
        with ExitStack() as stack:
            for _ in range(self.size):
                # Simultaneous transactions, so that each has another connection.
                client = stack.enter_context(psycopg.connect(self.url, prepare_threshold=None))
                states += [text for (text,) in client.execute(STATE, [list(TRACKED)])]
        return states


@contextmanager
def pooling(url: str, size: int = 3) -> Iterator[Pooler]:
    """Start a pooler for the server of ``url``; raises NoPooler."""
    search_path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
    program = shutil.which("pgbouncer", path=search_path)
    if program is None:
        raise NoPooler("PgBouncer is not installed (Debian: apt install pgbouncer)")
    user = identity()
    with tempfile.TemporaryDirectory(prefix="classtracker-pgbouncer-") as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        parts = urlsplit(url)
        file = Path(folder, "pgbouncer.ini")
        file.write_text(_configuration(parts, folder, port, size))
        if user:
            for path in (folder, file):
                os.chown(path, user["user"], user["group"])
        process = subprocess.Popen(
            [program, "--quiet", str(file)], cwd="/", stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **user,
        )  # fmt: skip
        try:
            address = f"{parts.username}:{quote(unquote(parts.password or ''))}@127.0.0.1:{port}"
            pooler = Pooler(parts._replace(netloc=address).geturl(), url, size)
            _wait(pooler, process, Path(folder, "log"))
            yield pooler
        finally:
            process.terminate()
            process.wait(timeout=10)


def _configuration(parts: Any, folder: str, port: int, size: int) -> str:
    """Return Debian's configuration with another mode and size, and without authentication."""
    server = {"host": parts.hostname, "port": parts.port or 5432, "user": parts.username}
    if parts.password:
        server["password"] = unquote(parts.password)
    words = " ".join(f"{name}={value}" for name, value in server.items())
    return f"""
[databases]
* = {words}
[pgbouncer]
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
logfile = {folder}/log
"""


def _wait(pooler: Pooler, process: "subprocess.Popen[bytes]", log: Path) -> None:
    limit = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < limit:
        try:
            psycopg.connect(pooler.url, connect_timeout=5, prepare_threshold=None).close()
            return
        except psycopg.OperationalError as error:
            message = error
            time.sleep(0.05)
    raise AssertionError(
        f"PgBouncer does not answer: {log.read_text() if log.exists() else ''}{message}"
    )
