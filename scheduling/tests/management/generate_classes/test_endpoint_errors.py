"""``generate_classes --endpoint`` with servers that are slow, hang up or do not answer."""

import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from scheduling.models import FixedSchedule, ScheduledClass, Teacher
from scheduling.tests import factories as make
from scheduling.tests.jobs.waiting import wait_for_message
from scheduling.tests.management.generating import generate

pytestmark = pytest.mark.one_database(name="sqlite")
BODY = b'{"success": true, "runId": 41, "weekStart": "2024-01-15", "weekEnd": "2024-01-21"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
ONE_JOB = ("--only", "weekly", "--retry-delay", "0", "--json")


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[str, list[int]]]]:
    """Return `serve(answer)`, which starts a server that calls ``answer`` for each connection.

    It returns the address and a list with an entry for each connection.
    """
    listeners, closed = [], threading.Event()

    def start(answer: Callable[[socket.socket, int], None]) -> tuple[str, list[int]]:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        connections: list[int] = []

        def handle(peer: socket.socket, number: int) -> None:
            with peer, suppress(OSError):  # the client may close the connection
                request = b""
                while not request.endswith(b"{}"):  # unread bytes would reset the connection
                    request += peer.recv(65_536)
                answer(peer, number)

        def accept() -> None:
            while not closed.is_set():
                try:
                    peer, _address = listener.accept()
                except OSError:
                    return
                connections.append(len(connections) + 1)
                threading.Thread(target=handle, args=(peer, len(connections)), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}", connections

    yield start
    closed.set()
    for listener in listeners:
        listener.close()


def send_slowly(peer: socket.socket, text: bytes) -> None:
    for byte in text:
        peer.sendall(bytes([byte]))
        time.sleep(0.2)


@pytest.mark.parametrize("head", [HEAD % len(BODY), b""], ids=["body", "headers too"])
def test_timeout_limits_whole_attempt_with_slow_server(serve: Any, head: bytes) -> None:
    def answer(peer: socket.socket, number: int) -> None:
        peer.sendall(head)
        send_slowly(peer, BODY if head else HEAD % len(BODY) + BODY)

    url, connections = serve(answer)
    began = time.monotonic()
    done = generate("--endpoint", url, "--timeout", 1, "--retries", 2, *ONE_JOB)

    assert 2 <= time.monotonic() - began < 4
    assert (done.status, connections) == (1, [1, 2])
    assert "no whole answer within 1 seconds" in done.json["runs"][0]["errors"][0]


def test_truncated_answer_is_retried(serve: Any) -> None:
    def answer(peer: socket.socket, number: int) -> None:
        peer.sendall(HEAD % len(BODY) + (BODY if number == 2 else BODY[:20]))

    url, connections = serve(answer)
    done = generate("--endpoint", url, *ONE_JOB)

    assert (done.status, connections) == (0, [1, 2])
    assert f"20 bytes of {len(BODY)}" in done.log
    assert done.json["runs"][0]["runId"] == 41


def test_command_does_not_wait_for_end_of_connection(serve: Any) -> None:
    def answer(peer: socket.socket, number: int) -> None:
        peer.sendall(HEAD % len(BODY) + BODY)
        time.sleep(5)

    url, _connections = serve(answer)
    began = time.monotonic()
    assert generate("--endpoint", url, *ONE_JOB).status == 0
    assert time.monotonic() - began < 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_wait_for_answer(
    serve: Any, spawn_manage: Any, number: int, status: int
) -> None:
    url, _connections = serve(lambda peer, number: time.sleep(30))
    process = spawn_manage("generate_classes", "--endpoint", url, "--json", "--timeout", 60)
    wait_for_message(process, "attempt 1/3")
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(number)
    out, errors = process.communicate(timeout=30)

    assert time.monotonic() - began < 5
    assert (process.returncode, "Traceback" in errors) == (status, False)
    (run,) = json.loads(out)["runs"]
    assert (run["state"], run["errors"]) == ("cancelled", [])


@pytest.mark.django_db(transaction=True)
def test_invalid_schedule_on_server_is_status_3(live_server: Any, settings: Any) -> None:
    settings.CRON_SECRET = "s3cret"
    mars = make.teacher("Marta")
    make.schedule(make.student("Ana Ruiz"), mars, weekday=2)
    make.schedule(make.student("Juan"), weekday=3)
    Teacher.objects.filter(pk=mars.pk).update(time_zone="Mars/Olympus")
    options = ("--endpoint", live_server.url, "--only", "weekly", "--date", "2026-01-05", "--json")

    done = generate(*options)

    assert (FixedSchedule.objects.count(), ScheduledClass.objects.count()) == (2, 1)
    assert done.status == 3
    (run,) = done.json["runs"]
    assert (run["state"], run["classesCreated"]) == ("partial", 1)
    assert ["Mars/Olympus" in error and "Ana Ruiz" in error for error in run["errors"]] == [True]
    assert "week 2026-01-05 – 2026-01-11" in done.texts
    assert [text for text in done.texts if "Ana Ruiz" in text and "Mars/Olympus" in text]

    assert generate(*options, "--dry-run").status == 3
