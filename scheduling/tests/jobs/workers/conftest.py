"""Fixtures for every task backend with real workers on the test database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from scheduling.jobs.runs.process import ProcessId, is_gone
from scheduling.jobs.workers import embedded_backend as embedding
from scheduling.models import ACTIVE_STATES, JobRun, RunState
from scheduling.tests.jobs.waiting import wait_until
from scheduling.tests.support import embedded, processes
from scheduling.tests.support.servers import redis_server


class Workers:
    """Base class of workers that can stop themselves (SIGSTOP) at a given place."""

    # An argument of slow_generation.py; empty for workers that do not stop.
    where = ""

    def program(self) -> list[str]:
        if self.where:
            return [sys.executable, str(processes.SLOW), self.where]
        return [sys.executable, str(processes.MANAGE)]

    def call(self, number: int = 1) -> None:
        """Start ``number`` workers for the queued tasks."""

    def pids(self) -> list[int]:
        """Return the ids of the live workers."""
        raise NotImplementedError

    def resume(self) -> None:
        """Resume stopped workers."""
        for pid in filter(is_stopped, self.pids()):
            os.kill(pid, signal.SIGCONT)

    def ended(self, run: JobRun) -> JobRun:
        """Wait until ``run`` has ended and no task is left, and return it."""
        wait_until(lambda: not JobRun.objects.filter(pk=run.pk, state__in=ACTIVE_STATES).exists())
        wait_until(lambda: not {"READY", "RUNNING"} & set(self.statuses()))
        run.refresh_from_db()
        return run

    def statuses(self) -> list[str]:
        """Return the statuses of all tasks ever queued."""
        return list(DBTaskResult.objects.values_list("status", flat=True))

    def ask_to_stop(self, run: JobRun) -> None:
        """Send the worker of ``run`` the signal of a service manager."""
        os.kill(int(run.process.partition("@")[0]), signal.SIGTERM)

    def kill(self, run: JobRun) -> None:
        """Kill the worker of ``run`` and wait until its process is gone."""
        os.kill(int(run.process.partition("@")[0]), signal.SIGKILL)
        wait_until(lambda: is_gone(ProcessId(run.host, run.process)))

    def stopped(self, run: JobRun) -> int:
        """Wait until the worker of ``run`` has stopped in it, and return its id."""

        def pid() -> int:
            run.refresh_from_db()
            if run.state != RunState.RUNNING:
                return 0
            worker = int(run.process.partition("@")[0])
            return worker if is_stopped(worker) else 0

        worker: int = wait_until(pid)
        # The worker may have changed the row between the query and its stop.
        run.refresh_from_db()
        return worker


class Embedded(Workers):
    """Workers that the backend starts itself."""

    def pids(self) -> list[int]:
        return embedded.workers()


class Services(Workers):
    """Workers that run as a service; a test starts them after it has queued tasks."""

    command: tuple[str, ...]
    env: dict[str, str]

    def __init__(self) -> None:
        self.started: list[Any] = []

    def pids(self) -> list[int]:
        return [process.pid for process in self.started if process.poll() is None]

    def call(self, number: int = 1) -> None:
        for _ in range(number):
            self.started.append(
                subprocess.Popen(
                    [*self.program(), *self.command],
                    env=processes.environment(self.env),
                    cwd=processes.ROOT,
                    stdout=subprocess.DEVNULL,
                )
            )

    def end(self) -> None:
        for process in self.started:
            processes.end(process)
        processes.wait_for_dead_sessions()


class Database(Services):
    """``db_worker``."""

    command = ("db_worker", "--interval", "0.05", "--no-startup-delay")
    env = {"TASKS_BACKEND": "database"}


class RQ(Services):
    """``rqworker``, which forks a process for each task."""

    command = ("rqworker", "--job-class", "django_tasks_rq.Job", "default")

    def __init__(self, url: str) -> None:
        super().__init__()
        self.env = {"TASKS_BACKEND": "rq", "REDIS_URL": url}

    def pids(self) -> list[int]:
        services = super().pids()
        return services + [pid for service in services for pid in children(service)]

    def ask_to_stop(self, run: JobRun) -> None:
        for pid in super().pids():
            os.kill(pid, signal.SIGTERM)

    def kill(self, run: JobRun) -> None:
        # If its parent died first, the kernel would continue the stopped process of the task.
        for process in self.started:
            process.send_signal(signal.SIGSTOP)
        os.kill(int(run.process.partition("@")[0]), signal.SIGKILL)
        for process in self.started:
            processes.end(process)
        wait_until(lambda: is_gone(ProcessId(run.host, run.process)))

    def end(self) -> None:
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        super().end()

    def statuses(self) -> list[str]:
        import django_rq
        from django_tasks_rq.backend import RQ_STATUS_TO_RESULT_STATUS
        from rq.job import JobStatus

        # A task that moves between two lists is in neither, so the lists are not counted.
        redis = django_rq.get_connection()
        tasks = [key for key in redis.keys("rq:job:*") if key.count(b":") == 2]
        found = [JobStatus(redis.hget(key, "status").decode()) for key in tasks]
        return [RQ_STATUS_TO_RESULT_STATUS[status].value for status in found]


def children(pid: int) -> list[int]:
    """Return the ids of the child processes of ``pid``."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in found.split()]


def is_stopped(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "T"


@pytest.fixture
def embedded_workers(workers: None, monkeypatch: pytest.MonkeyPatch) -> Embedded:
    """Return the workers of the embedded backend."""
    found = Embedded()
    monkeypatch.setattr(embedding, "program", found.program)
    return found


@pytest.fixture(scope="session")
def redis() -> Iterator[str]:
    """Start a Redis server and yield its URL."""
    with redis_server.serving() as url:
        yield url


# A studio with separate workers has PostgreSQL.
@pytest.fixture(
    params=[
        "embedded",
        pytest.param("database", marks=pytest.mark.postgresql),
        pytest.param("rq", marks=pytest.mark.postgresql),
    ]
)
def backend(request: pytest.FixtureRequest, workers: None, settings: Any) -> Iterator[Workers]:
    """Yield the workers of each backend in turn."""
    if request.param == "embedded":
        yield request.getfixturevalue("embedded_workers")
        return
    if request.param == "rq":
        url = request.getfixturevalue("redis")
        settings.RQ_QUEUES = {"default": {"URL": url, "DEFAULT_TIMEOUT": -1}}
        import django_rq

        django_rq.get_connection().flushall()
        settings.TASKS = {"default": {"BACKEND": "django_tasks_rq.RQBackend"}}
        found: Services = RQ(url)
    else:
        settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
        found = Database()
    yield found
    found.end()
