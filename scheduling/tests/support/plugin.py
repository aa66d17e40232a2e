"""The pytest plugin that gives a run its environment and its database (`--db`).

pytest.ini loads it by name instead of a conftest.py: pytest-django reads the settings before it
imports a conftest, and the environment must be set by then.
"""

import os
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import pytest

from scheduling.tests.support.databases.postgres import NoPostgres, cluster

# All variables of the contract, so that neither .env nor the caller's shell changes a test.
ENVIRONMENT = {
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "SECRET_KEY_FALLBACKS": "",
    "DEBUG": "false",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "CSRF_TRUSTED_ORIGINS": "",
    "URL_PREFIX": "",
    "SECURE_SSL_REDIRECT": "false",
    "TRUSTED_PROXY": "false",
    "STUDIO_TIME_ZONE": "UTC",
    "LANGUAGE_CODE": "en",
    "CURRENCY": "",
    "CRON_SECRET": "",
    "API_ENDPOINT": "",
    "HORIZON_WEEKS": "12",
    "JOB_LOG_RETENTION_DAYS": "30",
    "MESSAGE_RETENTION_DAYS": "400",
    "AUDIT_LOG_RETENTION_DAYS": "730",
    "REMINDER_HOURS": "24",
    "MAKEUP_RULE": "teacher",
    "CANCEL_NOTICE_HOURS": "24",
    "MAKEUP_DAYS": "60",
    "NOTIFY_FAMILIES": "ask",
    "FAMILY_PAGES": "false",
    "FAMILY_CANCEL": "false",
    "FAMILY_MAKEUPS": "false",
    "UNMARKED_DAYS": "7",
    "TASKS_BACKEND": "embedded",
    "REDIS_URL": "",
    "PING_URL": "",
    "ALERT_EMAILS": "",
    "ALERT_WEBHOOK_URL": "",
    "EMAIL_URL": "memory:",
    "EMAIL_FROM": "",
    "API_THROTTLE": "600/min",
    "API_THROTTLE_FAILED": "60/min",
}

DATABASES = {"sqlite", "postgresql"}

_open = ExitStack()


def skip_or_fail(reason: str) -> NoReturn:
    """Skip a test that this machine cannot run; with CI set, fail it."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--db",
        choices=sorted(DATABASES),
        default="sqlite",
        help="the database that the tests run on (default: sqlite)",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    # The workers of xdist inherit this from their parent.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ |= ENVIRONMENT
        folder = _open.enter_context(tempfile.TemporaryDirectory(prefix="classtracker-tests-"))
        os.environ["CRON_LOG"] = str(Path(folder, "cron.log"))
        if early_config.known_args_namespace.db == "postgresql":
            try:
                os.environ["DATABASE_URL"] = _open.enter_context(cluster())
            except NoPostgres as error:
                raise pytest.UsageError(str(error)) from None
        else:
            os.environ["DATABASE_URL"] = f"sqlite:///{quote(folder)}/classtracker.sqlite3"
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "soak: long; deselected without -m soak")
    config.addinivalue_line("markers", "long: starts first, as the others end before it")
    config.addinivalue_line("markers", "servers: boots a Debian; only `make servers` runs it")
    config.addinivalue_line("markers", "browser: drives a real Chromium")
    for name in DATABASES:
        config.addinivalue_line("markers", f"{name}: needs this database")
    config.addinivalue_line("markers", "one_database(name): `make test` runs it only on this one")
    _hypothesis_profiles()


def _hypothesis_profiles() -> None:
    from hypothesis import settings

    # In CI the examples are always the same, so that a failure is due to the change.
    options = {"deadline": None, "print_blob": True, "derandomize": "CI" in os.environ}
    settings.register_profile("suite", **options, max_examples=50)
    # Random examples, in CI too; --hypothesis-seed repeats them. `slice` is a part of `soak`.
    random_options = options | {"derandomize": False}
    settings.register_profile("soak", **random_options, max_examples=5_000)
    settings.register_profile("slice", **random_options)
    settings.load_profile("suite")  # --hypothesis-profile overrides it


def pytest_itemcollected(item: pytest.Item) -> None:
    """Refuse a test that it and its file mark for different databases; it would never run."""
    databases = {mark.kwargs.get("name", "") for mark in item.iter_markers("one_database")}
    databases |= {name for name in DATABASES if item.get_closest_marker(name)}
    if len(databases) > 1 or not databases <= DATABASES:
        raise ValueError(f"{item.nodeid} runs on no database: {sorted(databases)}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests of the other database, and start the longest ones first."""
    (other,) = DATABASES - {config.getoption("--db")}
    deselected = [item for item in items if item.get_closest_marker(other)]
    if deselected:
        config.hook.pytest_deselected(items=deselected)
    items[:] = [item for item in items if not item.get_closest_marker(other)]
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('--db')}"


def pytest_unconfigure() -> None:
    _open.close()
