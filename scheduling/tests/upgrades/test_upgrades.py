"""Databases of earlier commits, with people's edits in them, upgrade to the newest release."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, time
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from scheduling.management.commands.migrate import FORMER_NAMES
from scheduling.models import ScheduledClass, Studio

from .dump import COMMITS
from .old_studio import NOW, WEEKS
from .schema import schema

pytestmark = pytest.mark.django_db(transaction=True)
DATA = Path(__file__).parent / "data"
# These run migrations that the oldest database runs, too.
SOAK = {"915e945c", "8f104520"}


@pytest.fixture(
    params=[
        pytest.param(commit, marks=pytest.mark.soak if commit in SOAK else []) for commit in COMMITS
    ]
)
def new_schema(request, transactional_db, tmp_path) -> Iterator[dict]:
    """Connect to a database with the dump of a commit; return the schema of a new database."""
    expected = schema()
    dump = (DATA / f"{request.param}.{connection.vendor}.sql").read_text()
    own = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        name = str(tmp_path / "studio.sqlite3")
        with closing(sqlite3.connect(name)) as client:
            client.executescript(dump)
        connection.close()
        connection.settings_dict["NAME"] = name
    else:
        name = f"{own}_of_earlier_commit"
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        connection.settings_dict["NAME"] = name
        with connection.cursor() as cursor:
            cursor.execute(dump)
    yield expected
    connection.close()
    connection.settings_dict["NAME"] = own
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


def rows() -> dict[str, dict[object, dict[str, object]]]:
    """Return the rows of each table of the product by their primary key."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != "classes" and not table.startswith(("scheduling_", "auditlog_")):
                continue
            cursor.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            key = names.index("id") if "id" in names else 0
            found[table] = {row[key]: dict(zip(names, row, strict=True)) for row in cursor}
    return found


# What release 1.0.0 stores in another form, or no more. The dumps have no rows in these tables.
GONE_TABLES = {
    "scheduling_cache",
    "scheduling_cancellationnotice",
    "scheduling_jobshard",
    "scheduling_reminder",
}
GONE_COLUMNS = {("scheduling_jobrun", "health_issues"), ("scheduling_jobrun", "shard_count")}


def lost(before, after) -> list[tuple]:
    """Return each value of ``before`` that ``after`` lacks or has changed."""
    return [
        (table, key, column, value)
        for table, stored in before.items()
        for key, row in stored.items()
        for column, value in row.items()
        if (table, column) not in GONE_COLUMNS
        and (key not in after[table] or after[table][key][column] != value)
    ]


# What people did in old_studio.py: student, planned date, then the state of the class.
EDITED = {
    ("Ana", date(2026, 11, 16), time(9), "Theory"): "Bring the blue book.",
    ("Ana", date(2026, 11, 18), time(10), "Piano"): "completed present",
    ("Ana", date(2026, 12, 3), time(11, 15), "Piano"): "planned on 2026-12-02",
    ("Blas", date(2026, 11, 24), time(11), "Violín"): "completed unexcused",
    ("Blas", date(2026, 12, 1), time(11), "Violín"): "cancelled by student: Has a cold.",
    ("Dora", date(2026, 12, 10), time(17), "Solo"): "scheduled",
    ("Elia", date(2026, 11, 28), time(12), "Duet"): "one-off",
    ("Elia", date(2026, 12, 4), time(18, 30), "Flute"): "cancelled by studio",
}


def describe(row: ScheduledClass) -> str:
    if row.notes:
        return row.notes
    if row.status == "cancelled":
        return f"cancelled by {row.cancelled_by}" + f": {row.cancel_reason}".removesuffix(": ")
    if row.attendance:
        return f"{row.status} {row.attendance}"
    if row.occurrence_date is None:
        return "one-off"
    moved = row.occurrence_date != row.date
    return f"planned on {row.occurrence_date}" if moved else row.status


def test_database_of_earlier_commit_is_upgraded(new_schema, capsys):
    before = rows()

    call_command("migrate", verbosity=0)

    assert schema() == new_schema
    after = rows()
    assert set(before) - set(after) <= GONE_TABLES
    assert not any(before[table] for table in GONE_TABLES & set(before))
    assert lost({table: before[table] for table in set(before) & set(after)}, after) == []
    assert set(after["classes"]) == set(before["classes"])
    assert len(after["classes"]) == 28
    edited = {
        (row.student.first_name, row.date, row.start_time, row.subject): describe(row)
        for row in ScheduledClass.objects.filter(edited_at__isnull=False).select_related("student")
    }
    assert edited == EDITED
    assert Studio.objects.get().time_zone == "Europe/Madrid"

    with time_machine.travel(NOW):
        call_command("generate_classes", weeks=WEEKS, json=True)
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [(run["job"], run["classesCreated"]) for run in runs] == [("weekly", 0), ("horizon", 0)]
    assert rows()["classes"] == after["classes"]
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("new_schema", ["e9866daa"], indirect=True)
def test_migrations_that_had_another_number_are_not_repeated(new_schema, capsys):
    with connection.cursor() as cursor:
        for former, name in FORMER_NAMES.items():
            cursor.execute(
                "UPDATE django_migrations SET name = %s WHERE app = 'scheduling' AND name = %s",
                [former, name],
            )
            assert cursor.rowcount == 1

    call_command("migrate")

    output = capsys.readouterr().out
    assert not [name for name in FORMER_NAMES.values() if f"Applying scheduling.{name}" in output]
    assert schema() == new_schema
