"""Fixtures of the whole suite. support/plugin.py sets up the test run itself."""

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
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings
from django.utils import translation

from scheduling.jobs.runs import heartbeat
from scheduling.jobs.workers.embedded_backend import EmbeddedBackend
from scheduling.models.studio import one_reading, studio
from scheduling.tests.jobs.waiting import wait_until_stopped
from scheduling.tests.support import embedded, processes
from scheduling.tests.support.databases.pgbouncer import NoPooler, Pooler, pooling

# The URL configuration registers the admin, for tests that list its models.
import_module(settings.ROOT_URLCONF)


@pytest.fixture(autouse=True, scope="session")
def fast_settings() -> Iterator[None]:
    """Let WhiteNoise find static files on demand, and hash passwords with a fast hasher.

    Without the first setting each test client lists all static files.
    """
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    with override_settings(WHITENOISE_AUTOREFRESH=True, PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture(autouse=True)
def reset_language() -> Iterator[None]:
    """Reset the language that a request of the test activated in its thread."""
    yield
    translation.deactivate()


@pytest.fixture
def one_reading_of_the_studio(db: None) -> Iterator[None]:
    """Read the studio once, as a request, a command or a task does."""
    with one_reading():
        studio()
        yield


@pytest.fixture(autouse=True)
def reset_throttle() -> None:
    """Reset the API throttle between tests."""
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
    """Freeze the time at the ``NOW`` of the test's module."""
    with time_machine.travel(request.module.NOW, tick=False):
        yield


@pytest.fixture
def manage(transactional_db: None) -> Callable[..., Any]:
    """Return `manage("generate_classes", "--json", env={…})`, which runs a process to its end.

    The process needs committed rows, so the test is transactional.
    """
    return processes.run


@pytest.fixture
def spawn_manage(transactional_db: None) -> Iterator[Callable[..., Any]]:
    """Return a function like `manage` that returns the running Popen, killed after the test."""
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
    """Return `slow_generation("chunk", "--json", env={…})`, which starts a stopped process.

    slow_generation.py lists the places; SIGCONT resumes the process. It is killed after the test.
    """
    started: list[Any] = []

    def start(place: str, *args: object, **kwargs: Any) -> Any:
        words = (place, "generate_classes", "--date", "2040-01-02", *args)
        started.append(processes.popen(*words, program=processes.SLOW, **kwargs))
        wait_until_stopped(started[-1])
        return started[-1]

    yield start
    for process in started:
        processes.end(process)
    processes.wait_for_dead_sessions()


def use_replaced_migrations(loader: MigrationLoader) -> None:
    """Load the migrations before release 1.0.0 in place of the one that replaces them."""
    loader.replace_migrations = False
    loader.build_graph()
    for key, migration in loader.replacements.items():
        loader.graph.remove_replacement_node(key, migration.replaces)
        loader.applied_migrations.pop(key, None)


@pytest.fixture
def migrate(transactional_db: None) -> Iterator[Callable[..., Any]]:
    """Return a function that migrates a copy of the database and returns the historical models."""
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.creation.clone_test_db("upgrade", verbosity=0, autoclobber=True)
    copy = connection.creation.get_test_db_clone_settings("upgrade")
    connection.settings_dict["NAME"] = copy["NAME"]

    def to(targets: list[tuple[str, str]] | None = None) -> Any:
        executor = MigrationExecutor(connection)
        if targets:
            use_replaced_migrations(executor.loader)
        return executor.migrate(targets or executor.loader.graph.leaf_nodes()).apps

    yield to
    connection.close()
    connection.settings_dict["NAME"] = own
    connection.creation.destroy_test_db(suffix="upgrade", verbosity=0)


@pytest.fixture(autouse=True)
def no_workers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no worker for queued tasks, unless the test uses `workers`."""
    if "workers" not in request.fixturenames:
        monkeypatch.setattr(EmbeddedBackend, "call_worker", lambda backend: None)


@pytest.fixture
def workers(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let worker processes perform background runs on the test's database.

    They are killed after the test.
    """
    monkeypatch.setenv("DATABASE_URL", processes.database_url())
    yield
    embedded.kill()


@pytest.fixture
def pooler(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pooler]:
    """Connect the processes of the test, but not the test itself, through PgBouncer."""
    try:
        with pooling(processes.database_url()) as found:
            monkeypatch.setenv("DATABASE_URL", found.url)
            yield found
    except NoPooler as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
