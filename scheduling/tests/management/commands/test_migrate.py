"""``migrate`` behind a transaction that reads a table: the others are served meanwhile."""

import time

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from scheduling.db.timeouts import transaction_timeout
from scheduling.tests.jobs.waiting import wait_until
from scheduling.tests.support import processes

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
# The next migration changes the table of the studio.
BEFORE = [("scheduling", "0030_zone_names")]
TABLE = "scheduling_studio"
# Longer than the timeout that the tests give to `migrate`.
MOST = 5.0
WAITING = """
    SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'
        AND relation = 'scheduling_studio'::regclass
"""


@pytest.fixture
def reader(migrate):
    """Return a connection whose open transaction has read the table that is migrated next."""
    migrate(BEFORE)
    with psycopg.connect(processes.database_url()) as client:
        client.execute(f"SELECT * FROM {TABLE}")
        yield client


@pytest.fixture
def other(reader):
    """Return a connection in which no statement may take longer than ``MOST``."""
    with psycopg.connect(processes.database_url(), autocommit=True) as client:
        client.execute(f"SET statement_timeout = '{MOST}s'")
        yield client


def test_others_are_served_while_migrate_waits(reader, other, spawn_manage):
    def is_waiting():
        return other.execute(WAITING).fetchone() == (1,)

    process = spawn_manage("migrate", "--lock-timeout", "0.3")
    for _turn in range(3):
        wait_until(is_waiting)
        began = time.monotonic()
        other.execute(f"SELECT * FROM {TABLE}")
        assert time.monotonic() - began < MOST / 2
        wait_until(lambda: not is_waiting())
    reader.commit()
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "A table is locked; attempt 2 of 100 follows in 0.6 seconds." in errors
    assert "Applying scheduling.0031_first_values... OK" in output
    assert "No migrations to apply" in processes.run("migrate").stdout


@pytest.mark.usefixtures("reader")
def test_migrate_gives_up_with_one_sentence():
    answer = processes.run("migrate", "--lock-timeout", "0.1", "--lock-attempts", "2")
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "A table is locked; attempt 2 of 2 follows in 0.2 seconds.",
        "CommandError: A table was locked in all 2 attempts. Run this again later.",
    ]


def test_no_timeout_is_left_behind_a_pooler(reader, other, pooler):
    """The pooler is in front of the same database."""
    env = {"DATABASE_URL": pooler.url}
    answer = processes.run("migrate", "--lock-timeout", "0.1", "--lock-attempts", "2", env=env)
    assert answer.returncode == 1
    assert pooler.left_over() == []
    reader.commit()
    assert processes.run("migrate", env=env).returncode == 0
    assert pooler.left_over() == []


def test_timeout_is_set_for_each_transaction_and_not_for_the_session():
    def timeout():
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return cursor.fetchone()[0]

    with transaction_timeout("lock_timeout", 0.25):
        assert timeout() == "250ms"
        connection.close()
        assert timeout() == "250ms"
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX CONCURRENTLY test_index ON classes (id)")
            cursor.execute("DROP INDEX CONCURRENTLY test_index")
    assert timeout() == "0"


def test_other_errors_are_raised_at_once():
    with pytest.raises(CommandError, match="nothing_like_this"):
        call_command("migrate", "nothing_like_this", verbosity=0)
