"""Fixtures of the whole suite. What the run itself needs is in support/plugin.py."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings
from django.utils import translation

from scheduling.jobs.runs import heartbeat
from scheduling.jobs.workers.embedded_backend import EmbeddedBackend
from scheduling.models.studio import one_reading, studio
from scheduling.tests.jobs.waiting import wait_until_stopped
from scheduling.tests.support import embedded, processes
from scheduling.tests.support.pgbouncer import NoPooler, Pooler, pooling

# With the addresses come the admin's tables, for the tests that list them.
import_module(settings.ROOT_URLCONF)


@pytest.fixture(autouse=True, scope="session")
def quicker() -> Iterator[None]:
    """WhiteNoise finds a static file on demand; otherwise each test client lists them all. A fast
    hasher comes first, as Django's documentation advises for tests."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    with override_settings(WHITENOISE_AUTOREFRESH=True, PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """The language of a request that a test made stays with its thread; not beyond the test."""
    yield
    translation.deactivate()


@pytest.fixture
def one_reading_of_the_studio(db: None) -> Iterator[None]:
    """As within a request, a command or a task: its values are read at the beginning."""
    with one_reading():
        studio()
        yield


@pytest.fixture(autouse=True)
def unhurried() -> None:
    """Calls of one test don't count against the throttle of the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def no_heartbeat_in_transaction(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start no heartbeat in a test that runs in a transaction.

    The heartbeat has its own connection, which does not see the uncommitted run. After five
    seconds it would count the run as lost.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction", False)
    if not commits and not {"transactional_db", "live_server"} & set(request.fixturenames):
        monkeypatch.setattr(heartbeat, "BEAT", timedelta(days=1))


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """Time stands still at the ``NOW`` of the test's module."""
    with time_machine.travel(request.module.NOW, tick=False):
        yield


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


@pytest.fixture
def slow_generation(transactional_db: None) -> Iterator[Callable[..., Any]]:
    """`slow_generation("chunk", "--json", env={…})`: a generate_classes that has stopped there.

    Where, is said by slow_generation.py; SIGCONT makes it go on. It is killed at the end.
    """
    started: list[Any] = []

    def start(where: str, *args: object, **kwargs: Any) -> Any:
        words = (where, "generate_classes", "--date", "2040-01-02", *args)
        started.append(processes.popen(*words, program=processes.SLOW, **kwargs))
        wait_until_stopped(started[-1])
        return started[-1]

    yield start
    for process in started:
        processes.end(process)
    processes.wait_for_dead_sessions()


@pytest.fixture
def migrate(transactional_db: None) -> Iterator[Callable[..., Any]]:
    """Migrates a copy of the test's database to the given targets; answers the models of then."""
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.creation.clone_test_db("upgrade", verbosity=0, autoclobber=True)
    copy = connection.creation.get_test_db_clone_settings("upgrade")
    connection.settings_dict["NAME"] = copy["NAME"]

    def to(targets: list[tuple[str, str]] | None = None) -> Any:
        executor = MigrationExecutor(connection)
        return executor.migrate(targets or executor.loader.graph.leaf_nodes()).apps

    yield to
    connection.close()
    connection.settings_dict["NAME"] = own
    connection.creation.destroy_test_db(suffix="upgrade", verbosity=0)


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


@pytest.fixture
def pooler(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pooler]:
    """The processes of the test reach its database through PgBouncer; the test itself does not."""
    try:
        with pooling(processes.database_url()) as found:
            monkeypatch.setenv("DATABASE_URL", found.url)
            yield found
    except NoPooler as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
