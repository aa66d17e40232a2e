"""Faults of docs/reliability.md that need real servers, disks and migrations."""

import json
import os
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from scheduling.models import JobRun, RecurringSlot, RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.support import processes
from scheduling.tests.support.databases.outage import stoppable
from scheduling.tests.support.plugin import skip_or_fail

# Booked now: otherwise a job whose run was for another day would be late.
STUDIO = """
from django.utils import timezone
from scheduling.tests import factories as make
for _ in range(3):
    make.slot(created_at=timezone.now())
"""
HORIZON = ("generate_classes", "--only", "horizon", "--date", "2040-01-02")
COUNT = "SELECT count(*), count(DISTINCT (recurring_slot_id, week)) FROM classes"


@pytest.fixture
def slow(slow_generation):
    """Return a function that starts generate_classes and stops it in its second chunk of three."""

    def start(*options, **env):
        return slow_generation("chunk", "--only", "horizon", *options, env=env)

    return start


def manage(url, *args):
    answer = processes.run(*args, env={"DATABASE_URL": url})
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_database_goes_away_in_the_middle_of_a_run_and_comes_back(slow):
    with stoppable() as database:
        manage(database.url, "migrate", "--verbosity", "0")
        manage(database.url, "shell", "--no-imports", "-c", STUDIO)
        options = ("--retries", 60, "--retry-delay", 1)
        process = slow(*options, DATABASE_URL=database.url)
        database.stop()
        process.send_signal(signal.SIGCONT)
        lines = []
        timer = threading.Timer(120, process.kill)
        timer.start()
        for line in process.stderr:
            lines.append(line)
            if "The database is unreachable" in line:
                database.start()
                break
        lines += process.communicate()[1].splitlines(keepends=True)
        timer.cancel()
        log = "".join(lines)
        assert process.returncode == 0, log
        assert "Traceback" not in log
        with psycopg.connect(database.url) as other:
            assert other.execute(COUNT).fetchone() == (36, 36)
            states = other.execute("SELECT state FROM scheduling_jobrun ORDER BY id").fetchall()
        # The first run could not record its failure; the next attempt did.
        assert states[0][0] == "crashed"
        assert states[-1][0] == "succeeded"
        assert manage(database.url, "check_jobs").returncode == 0


@pytest.fixture
def small_disk(tmp_path):
    """A file system of two megabytes, and a function that enlarges it."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0777", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        skip_or_fail("only root, outside of most containers, can mount a small disk")

    def grow():
        subprocess.run(["mount", "-o", "remount,size=200m", str(place)], check=True)

    try:
        yield place, grow
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def assert_it_fails_clearly_and_heals(env, grow, slots):
    full = processes.run(*HORIZON, "--weeks", 104, "--json", "--retry-delay", 0, env=env)
    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    (error,) = json.loads(full.stdout)["runs"][0]["errors"]
    assert error.startswith("The disk of the database is full: ")
    grow()
    healed = processes.run(*HORIZON, "--weeks", 104, "--json", env=env)
    assert healed.returncode == 0, healed.stderr
    (run,) = json.loads(healed.stdout)["runs"]
    assert run["counts"]["created"] + run["counts"].get("exists", 0) == slots * 104
    again = processes.run(*HORIZON, "--weeks", 104, "--json", env=env)
    assert json.loads(again.stdout)["runs"][0]["classesCreated"] == 0


@pytest.mark.soak
@pytest.mark.sqlite
def test_a_disk_that_is_really_full_sqlite(small_disk):
    place, grow = small_disk
    env = {"DATABASE_URL": f"sqlite:///{place}/db.sqlite3"}
    script = STUDIO.replace("range(3)", "range(40)")
    subprocess.run(["mount", "-o", "remount,size=50m", str(place)], check=True)
    for args in (("migrate", "--verbosity", "0"), ("shell", "--no-imports", "-c", script)):
        assert processes.run(*args, env=env).returncode == 0
    used = sum(path.stat().st_size for path in place.iterdir()) + 400_000
    subprocess.run(["mount", "-o", f"remount,size={used}", str(place)], check=True)
    assert_it_fails_clearly_and_heals(env, grow, 40)


@pytest.mark.soak
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_disk_that_is_really_full_postgresql(small_disk):
    place, grow = small_disk
    with stoppable() as database:
        manage(database.url, "migrate", "--verbosity", "0")
        script = STUDIO.replace("range(3)", "range(200)")
        manage(database.url, "shell", "--no-imports", "-c", script)
        with psycopg.connect(database.url, autocommit=True) as other:
            (folder,) = other.execute("SHOW data_directory").fetchone()
            owner = Path(folder).stat()
            os.chown(place, owner.st_uid, owner.st_gid)
            for above in place.parents:
                if Path(tempfile.gettempdir()) in above.parents:
                    above.chmod(above.stat().st_mode | 0o111)
            other.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            other.execute("ALTER TABLE classes SET TABLESPACE small")
        env = {"DATABASE_URL": database.url}
        assert_it_fails_clearly_and_heals(env, grow, 200)


@pytest.mark.django_db(transaction=True)
def test_a_run_under_way_survives_an_upgrade_of_the_tables(slow):
    """The next version's `migrate`, which only adds columns, during a run of this version."""
    for _ in range(3):
        make.slot()
    process = slow()
    assert processes.run("migrate", "--verbosity", "0").returncode == 0
    tables = (ScheduledClass, JobRun, RecurringSlot)
    try:
        with connection.cursor() as cursor:
            for model in tables:
                table = model._meta.db_table
                cursor.execute(f"ALTER TABLE {table} ADD COLUMN of_the_next varchar(9) NULL")
        process.send_signal(signal.SIGCONT)
        _out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert JobRun.objects.get(job="horizon").state == RunState.SUCCEEDED
        assert ScheduledClass.objects.count() == 36
        assert processes.run(*HORIZON).returncode == 0
    finally:
        processes.end(process)
        processes.wait_for_dead_sessions()
        with connection.cursor() as cursor:
            for model in tables:
                cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP COLUMN of_the_next")
    assert ScheduledClass.objects.count() == 36
