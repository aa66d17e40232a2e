"""Fixtures of the whole suite. What the run itself needs is in support/plugin.py."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scheduling.tests.support import processes


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
