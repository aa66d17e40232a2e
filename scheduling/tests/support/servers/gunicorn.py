"""gunicorn on the database of the current test: `with serving(CRON_SECRET="x") as server:`.

It needs committed rows, so the test must be transactional.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from scheduling.tests.support import embedded, processes


@dataclass(frozen=True)
class Server:
    """The URL and the log of a running server."""

    url: str
    log: Path

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()


@contextmanager
def serving(
    *options: str,
    app: str = "classtracker.wsgi",
    workers: int = 2,
    threads: int = 2,
    keeping_workers: bool = False,
    **env: str | None,
) -> Iterator[Server]:
    """Start gunicorn on a free port of 127.0.0.1; stop its process group at the end.

    ``options`` are additional arguments of gunicorn; ``env`` changes its environment. Background
    workers of the server are killed too, unless ``keeping_workers``.
    """
    with tempfile.TemporaryDirectory(prefix="classtracker-gunicorn-") as folder:
        # Bound here and passed on, so that no other process can take the port.
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        log = Path(folder, "log")
        command = [sys.executable, "-m", "gunicorn", app]
        command += ["--bind", f"fd://{listener.fileno()}", "--worker-tmp-dir", folder]
        command += ["--workers", str(workers), "--threads", str(threads), "--graceful-timeout", "2"]
        command += options
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=processes.ROOT,
                env=processes.environment(env),
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        listener.close()
        try:
            _wait(url, process, log)
            yield Server(url, log)
        finally:
            _stop(process)
            if not keeping_workers:
                embedded.kill()
                processes.wait_for_dead_sessions()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    limit = time.monotonic() + 90
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urlopen(f"{url}/healthz", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"gunicorn does not answer:\n{log.read_text()}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=10)
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait(timeout=10)
