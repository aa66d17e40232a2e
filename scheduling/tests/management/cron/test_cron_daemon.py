"""An entry that the real cron daemon runs for a temporary user."""

import os
import shutil
import subprocess
import sys
import time

import pytest

from scheduling.models import JobRun, RunState, ScheduledClass, Trigger
from scheduling.tests import factories as make
from scheduling.tests.support import processes
from scheduling.tests.support.machines.cron import NoCron, crontab_of, daemon, throwaway_user
from scheduling.tests.support.plugin import skip_or_fail

pytestmark = [pytest.mark.long, pytest.mark.one_database(name="sqlite")]

# Seconds; cron checks its tables once a minute.
PATIENCE = 100


@pytest.fixture
def user():
    try:
        with throwaway_user() as name:
            yield name
    except NoCron as error:
        skip_or_fail(str(error))


@pytest.fixture
def installation(tmp_path):
    """Create a folder like that of a server, with the code and a .env file."""
    folder = tmp_path / "100% of class tracker"
    folder.mkdir()
    shutil.copytree(processes.ROOT / "classtracker", folder / "classtracker")
    shutil.copy(processes.ROOT / "manage.py", folder)
    (folder / "scheduling").symlink_to(processes.ROOT / "scheduling")
    (folder / "templates").symlink_to(processes.ROOT / "templates")
    values = {
        "SECRET_KEY": "x" * 60,
        "DATABASE_URL": processes.database_url(),
        "CRON_LOG": str(folder / "cron.log"),
    }
    (folder / ".env").write_text("".join(f"{k}='{v}'\n" for k, v in values.items()))
    return folder


@pytest.mark.django_db(transaction=True)
def test_cron_entry_runs_and_is_recorded(user, installation, tmp_path):
    make.schedule(weekday=3)
    env = {"PATH": f"{crontab_of(user, tmp_path)}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
    manage = [sys.executable, "manage.py", "install_cron"]
    done = subprocess.run(manage, cwd=installation, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "will not see" not in done.stderr
    table = subprocess.run(["crontab", "-l"], env=env, capture_output=True, text=True, check=True)
    every_minute = table.stdout.replace("0 6 * * 1 ", "* * * * * ", 1)
    assert every_minute != table.stdout
    subprocess.run(["crontab", "-"], input=every_minute, env=env, text=True, check=True)
    # At a quarter of an hour the watch runs as well.
    weekly = JobRun.objects.filter(job="weekly")
    with daemon():
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit and not weekly.exclude(finished_at=None).exists():
            time.sleep(0.5)
    log = installation / "cron.log"
    run = weekly.first()
    assert run is not None, log.read_text() if log.exists() else "cron started nothing"
    assert (run.trigger, run.state) == (Trigger.CRON, RunState.SUCCEEDED)
    assert ScheduledClass.objects.count() == 1
    assert "1 class created" in log.read_text()
