"""The tools of the test suite: processes on the test's database, and a SQLite file."""

import os
import signal
import time

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from . import processes

COUNT = "from django.contrib.auth.models import User; print(User.objects.count())"


def test_process_reads_rows_of_test(manage):
    get_user_model().objects.create_user("ana")
    answer = manage("shell", "--no-imports", "-c", COUNT)
    assert (answer.returncode, answer.stdout.strip(), answer.stderr) == (0, "1", "")


def test_test_reads_rows_of_process(manage):
    make = "from django.contrib.auth.models import User; User.objects.create_user('juan')"
    assert manage("shell", "--no-imports", "-c", make).returncode == 0
    assert get_user_model().objects.get().username == "juan"


def test_variable_is_set_and_removed(manage):
    show = "import os; print(os.environ.get('LANGUAGE_CODE'), os.environ.get('PING_URL'))"
    env = {"LANGUAGE_CODE": "es", "PING_URL": None}
    assert manage("shell", "--no-imports", "-c", show, env=env).stdout.strip() == "es None"


@pytest.fixture
def stopped(spawn_manage):
    """Start a process and stop it in a transaction."""
    hold = (
        "import sys, time; from django.db import transaction;"
        "from django.contrib.auth.models import User\n"
        "with transaction.atomic():\n"
        "    User.objects.create_user('x'); print('in', flush=True); time.sleep(60)"
    )
    process = spawn_manage("shell", "--no-imports", "-c", hold)
    assert process.stdout.readline() == "in\n"
    process.send_signal(signal.SIGSTOP)
    return process


def test_stopped_process_is_killed_and_releases_locks(stopped):
    processes.end(stopped)
    processes.wait_for_dead_sessions()
    started = time.monotonic()
    get_user_model().objects.create_user("x")
    assert time.monotonic() - started < 5


def test_running_process_does_not_block_cleanup(stopped):
    assert stopped.poll() is None


@pytest.mark.django_db
def test_database_is_the_requested_one(request):
    assert connection.vendor == request.config.getoption("--db")


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_is_a_file_in_wal_mode():
    with connection.cursor() as cursor:
        modes = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        ]
    assert modes == ["wal", 1, 30_000, 1]
    assert os.path.isfile(connection.settings_dict["NAME"])


@pytest.mark.parametrize("mark", [pytest.mark.sqlite, pytest.mark.one_database(name="sqlite")])
def test_test_marked_for_both_databases_is_refused(request, mark):
    # A test for one database in a file for the other.
    item = request.node
    item.add_marker(mark)
    request.config.hook.pytest_itemcollected(item=item)
    item.add_marker(pytest.mark.one_database(name="postgresql"))
    with pytest.raises(ValueError, match="runs on no database"):
        request.config.hook.pytest_itemcollected(item=item)
