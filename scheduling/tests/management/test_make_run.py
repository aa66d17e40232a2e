"""`.ci/serve`, which `make run` runs: a server and a scheduler that end together."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from scheduling.models import Job, JobRun, Trigger
from scheduling.tests.jobs.waiting import wait_until
from scheduling.tests.support import processes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]
SECONDS = 60


def members(session: int) -> list[str]:
    """Return the command lines of the processes of a session, without zombies."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rpartition(")")[2].split()
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if int(state[3]) == session and state[0] != "Z":
            found.append(words)
    return found


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Return `serve(port, NAME=value)`, in its own session, which is killed after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(port: int, **variables: str) -> "subprocess.Popen[bytes]":
        log = {"SCHEDULER_LOG": str(tmp_path / "scheduler.log"), "DEBUG": "true"}
        started.append(
            subprocess.Popen(
                [processes.ROOT / ".ci" / "serve", f"127.0.0.1:{port}"],
                cwd=processes.ROOT,
                env=processes.environment(log | variables),
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
                # A suite in the background of a shell ignores SIGINT.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        )
        return started[-1]

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    processes.wait_for_dead_sessions()


@pytest.fixture
def port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found: int = taken.getsockname()[1]
    return found


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.soak)],
)
def test_server_and_scheduler_run_and_end_together(serve, port, tmp_path, number, status):
    process = serve(port)
    wait_until(lambda: answers(port), SECONDS)
    watched = JobRun.objects.filter(job=Job.WATCH, trigger=Trigger.SCHEDULER)
    wait_until(watched.exists, SECONDS)
    assert any("run_scheduler" in words for words in members(process.pid))
    # Ctrl-C is sent to all processes; SIGTERM to make, which forwards it to its child.
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    assert process.wait(SECONDS) == status
    wait_until(lambda: not members(process.pid), SECONDS)
    assert not answers(port)
    assert "waiting for due jobs" in (tmp_path / "scheduler.log").read_text()


def test_pages_and_files_are_served_below_a_path(serve, port):
    serve(port, URL_PREFIX="/studio")
    wait_until(lambda: answers(port), SECONDS)
    for path in ("/studio/", "/", "/studio/static/scheduling/admin.css"):
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            assert answer.status == 200
            assert urlsplit(answer.url).path.startswith("/studio/")


def test_scheduler_ends_when_server_cannot_start(serve, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        process = serve(port)
        assert process.wait(SECONDS) == 1
        assert process.stderr is not None
        assert b"already in use" in process.stderr.read()
    wait_until(lambda: not members(process.pid), SECONDS)
