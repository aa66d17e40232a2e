"""Both backends with real workers, on the database of the test that runs."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from scheduling.jobs import backend as embedding
from scheduling.jobs.process import Process, is_gone
from scheduling.models import ACTIVE_STATES, JobRun, RunState
from scheduling.tests.jobs.waiting import until
from scheduling.tests.support import embedded, processes

SLOW = Path(__file__).parents[1] / "commands" / "slow_generation.py"
DATABASE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


class Workers:
    """What both have in common: workers that can be made to stop (SIGSTOP) at a place."""

    # Of slow_generation.py; empty: they don't stop.
    where = ""

    def program(self) -> list[str]:
        if self.where:
            return [sys.executable, str(SLOW), self.where]
        return [sys.executable, str(processes.ROOT / "manage.py")]

    def call(self, number: int = 1) -> None:
        """See to it that as many workers come for what is queued."""

    def pids(self) -> list[int]:
        """The workers that live."""
        raise NotImplementedError

    def go_on(self) -> None:
        """Wake those that have stopped."""
        for pid in filter(is_stopped, self.pids()):
            os.kill(pid, signal.SIGCONT)

    def ended(self, run: JobRun) -> JobRun:
        """``run``, once it is over and its worker has no other task in hand."""
        until(lambda: not JobRun.objects.filter(pk=run.pk, state__in=ACTIVE_STATES).exists())
        until(lambda: not DBTaskResult.objects.filter(status__in=["READY", "RUNNING"]).exists())
        run.refresh_from_db()
        return run

    def kill(self, run: JobRun) -> None:
        """SIGKILL the worker of ``run``, and wait until the system is done with it."""
        os.kill(int(run.process.partition("@")[0]), signal.SIGKILL)
        until(lambda: is_gone(Process(run.host, run.process)))

    def stopped(self, run: JobRun) -> int:
        """The worker that has begun ``run`` and stopped in it."""

        def pid() -> int:
            run.refresh_from_db()
            if run.state != RunState.RUNNING:
                return 0
            worker = int(run.process.partition("@")[0])
            return worker if is_stopped(worker) else 0

        return until(pid)


class Embedded(Workers):
    """Workers come by themselves."""

    def pids(self) -> list[int]:
        return embedded.workers()


class Database(Workers):
    """``db_worker`` as a service: here started once there is something to do."""

    def __init__(self) -> None:
        self.started: list[Any] = []

    def pids(self) -> list[int]:
        return [one.pid for one in self.started if one.poll() is None]

    def call(self, number: int = 1) -> None:
        for _ in range(number):
            command = [*self.program(), "db_worker", "--interval", "0.05", "--no-startup-delay"]
            self.started.append(
                subprocess.Popen(
                    command,
                    env=processes.environment({"TASKS_BACKEND": "database"}),
                    cwd=processes.ROOT,
                    stdout=subprocess.DEVNULL,
                )
            )

    def end(self) -> None:
        for process in self.started:
            processes.end(process)
        processes.wait_for_dead_sessions()


def is_stopped(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "T"


@pytest.fixture
def own(workers: None, monkeypatch: pytest.MonkeyPatch) -> Embedded:
    """The embedded backend."""
    found = Embedded()
    monkeypatch.setattr(embedding, "program", found.program)
    return found


@pytest.fixture(params=["embedded", "database"])
def backend(request: pytest.FixtureRequest, workers: None, settings: Any) -> Iterator[Workers]:
    """Each of them in turn."""
    if request.param == "embedded":
        yield request.getfixturevalue("own")
        return
    settings.TASKS = DATABASE
    found = Database()
    yield found
    found.end()
