"""Fixtures of the whole suite. What the run itself needs is in support/plugin.py."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scheduling.jobs.backend import EmbeddedBackend
from scheduling.tests.support import embedded, processes


@pytest.fixture
def manage(transactional_db: None) -> Callable[..., Any]:
    """`manage("generate_classes", "--json", env={…})`: a real process, run to its end.

    It needs committed rows, so the test's database is a transactional one.
    """
    return processes.run


@pytest.fixture
def spawn_manage(transactional_db: None) -> Iterator[Callable[..., Any]]:
    """Like `manage`, but answers the running Popen; what still runs at the end is killed."""
    started: list[Any] = []

    def spawn(*args: object, **kwargs: Any) -> Any:
        started.append(processes.popen(*args, **kwargs))
        return started[-1]

    yield spawn
    for process in started:
        processes.end(process)
    if started:
        processes.wait_for_dead_sessions()


@pytest.fixture(autouse=True)
def no_workers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test puts into the queue stays there, unless it asks for `workers`."""
    if "workers" not in request.fixturenames:
        monkeypatch.setattr(EmbeddedBackend, "call_worker", lambda backend: None)


@pytest.fixture
def workers(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs that are started in the background are performed, by processes on the test's database.

    Those that are still at work at the end are killed.
    """
    monkeypatch.setenv("DATABASE_URL", processes.database_url())
    yield
    embedded.kill()
