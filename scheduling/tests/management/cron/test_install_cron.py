"""``install_cron`` with a fake crontab, without a database."""

import os
import subprocess
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from scheduling.jobs.schedule.cron_entries import ENTRIES
from scheduling.tests.support import processes

from .fake_crontab import FakeCrontab

pytestmark = [pytest.mark.one_database(name="sqlite"), pytest.mark.django_db]

FOREIGN = ["MAILTO=ana@example.org", "# backups", "5 4 * * * /usr/local/bin/backup --all"]
TIMES = ["0 6 * * 1", "0 2 * * *", "30 3 * * *", "*/15 * * * *"]


@pytest.fixture
def crontab(tmp_path):
    return FakeCrontab.make(tmp_path)


@pytest.fixture
def install(crontab, settings):
    """Return `install("--show", CRON_LOG=…)`; with variables it runs in a process of its own."""
    settings.CRONTAB_EXECUTABLE = str(crontab.folder / "crontab")

    def call(*options, **env):
        if not env:
            return run_here(*options)
        variables = {"DATABASE_URL": os.environ["DATABASE_URL"], "TZ": "UTC"} | crontab.env | env
        return processes.run("install_cron", *options, env=variables)

    return call


def run_here(*options):
    """Run the command in this process and return its result."""
    out, errors, status = StringIO(), StringIO(), 0
    try:
        call_command("install_cron", *options, stdout=out, stderr=errors, no_color=True)
    except CommandError as error:
        status = error.returncode
        errors.write(str(error))
    return subprocess.CompletedProcess(options, status, out.getvalue(), errors.getvalue())


def times(lines):
    return [" ".join(line.split()[:5]) for line in lines]


@pytest.fixture(autouse=True)
def _no_database(monkeypatch):
    monkeypatch.setattr(processes, "database_url", lambda: os.environ["DATABASE_URL"])


def test_documented_entries_are_installed(crontab, install, tmp_path):
    done = install(CRON_LOG=f"{tmp_path}/class-tracker.log")
    assert done.returncode == 0, done.stderr
    assert times(crontab.lines) == TIMES == [entry.cron for entry in ENTRIES]
    log = f" >> {tmp_path}/class-tracker.log 2>&1 # "
    assert all(log in line for line in crontab.lines)
    assert "4 entries installed." in done.stdout


@pytest.mark.parametrize("log", ["", "/missing/cron.log"])
def test_unopenable_log_is_refused(crontab, install, tmp_path, log):
    done = install(CRON_LOG=f"{tmp_path}{log}")
    assert done.returncode == 1
    assert f"CRON_LOG: '{tmp_path}{log}' can't be written" in done.stderr
    assert crontab.lines == []


def test_second_install_changes_nothing_and_keeps_other_lines(crontab, install):
    crontab.write(*FOREIGN)
    assert install().returncode == 0
    once = crontab.lines
    assert install().returncode == 0
    assert crontab.lines == once
    assert once[:3] == FOREIGN
    assert times(once[3:]) == TIMES


def test_changed_entry_is_replaced(crontab, install):
    """django-crontab alone fails here and loses the removed entries."""
    assert install().returncode == 0
    crontab.write(*FOREIGN, *[line.replace("0 6 * * 1", "0 7 * * 1") for line in crontab.lines])
    changed = [line.replace("crontab run ", "crontab run 0") for line in crontab.lines]
    crontab.write(*changed)
    shown = install("--show")
    assert "another version" in shown.stderr
    assert install().returncode == 0
    assert crontab.lines[:3] == FOREIGN
    assert times(crontab.lines[3:]) == TIMES
    assert "another version" not in install("--show").stderr


def test_unterminated_last_line_is_kept_separate(crontab, install):
    crontab.write(*FOREIGN, end="")
    assert install().returncode == 0
    assert crontab.lines[:3] == FOREIGN
    assert times(crontab.lines[3:]) == TIMES


def test_other_installation_of_same_user_keeps_its_entries(crontab, install):
    other = "0 2 * * * /x/python /y/manage.py crontab run abc >> /l 2>&1 # Class Tracker in /y"
    crontab.write(other)
    assert install().returncode == 0
    assert crontab.lines[0] == other
    assert install("--remove").returncode == 0
    assert crontab.lines == [other]


def test_remove_deletes_own_entries_only(crontab, install):
    crontab.write(*FOREIGN)
    install()
    done = install("--remove")
    assert (done.returncode, crontab.lines) == (0, FOREIGN)
    assert "No entry is installed" in install("--show").stdout


@pytest.mark.parametrize("option", [[], ["--remove"], ["--show"]])
@pytest.mark.parametrize(
    ("failure", "message"),
    [("refuses", "not allowed to use this program"), ("broken", "disk error")],
)
def test_refusal_is_reported_and_crontab_is_unchanged(crontab, install, failure, message, option):
    crontab.write(*FOREIGN)
    crontab.fail(failure)
    done = install(*option)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert crontab.lines == FOREIGN


def test_crontab_that_discards_entries_is_detected(crontab, install):
    crontab.write(*FOREIGN)
    crontab.fail("discards")
    done = install()
    assert done.returncode == 1
    assert "reads differently" in done.stderr
    crontab.fail("full")
    done = install()
    assert done.returncode == 1
    assert "No space left on device" in done.stderr


def test_missing_cron_is_reported(install, tmp_path):
    (tmp_path / "crontab").unlink()
    settings = "from django.conf import settings; settings.CRONTAB_EXECUTABLE='/no/crontab'; "
    call = "from django.core.management import call_command; call_command('install_cron')"
    done = processes.run("shell", "--no-imports", "-c", settings + call)
    assert done.returncode == 1
    assert "There is no cron on this machine" in done.stderr
    assert "run_scheduler" in done.stderr


def test_variables_missing_under_cron_are_reported(install):
    done = install(HORIZON_WEEKS="8")
    assert done.returncode == 0
    (warning,) = [line for line in done.stderr.splitlines() if "will not see" in line]
    assert "HORIZON_WEEKS" in warning
    assert "DATABASE_URL" in warning


def test_other_zone_is_reported_and_hours_are_converted(install):
    done = install(TZ="America/New_York", STUDIO_TIME_ZONE="Europe/Madrid")
    assert done.returncode == 0
    assert "cron's times are in America/New_York, the studio's in Europe/Madrid" in done.stderr
    (weekly,) = [line for line in done.stderr.splitlines() if "--only weekly" in line]
    # The difference is six hours, and five in a few weeks of the year.
    assert "Monday 12:00 Europe/Madrid" in weekly or "Monday 11:00 Europe/Madrid" in weekly
    assert done.stderr.count("America/New_York") == 1
    assert "cron's times" not in install(TZ="Europe/Paris", STUDIO_TIME_ZONE="Europe/Madrid").stderr


def test_check_warns_about_other_zone(install):
    env = {"TZ": "Asia/Tokyo", "STUDIO_TIME_ZONE": "UTC"}
    assert "scheduling.W001" in processes.run("check", env=env).stderr
    env["TZ"] = "Africa/Abidjan"  # another name for the same clock
    assert "scheduling.W001" not in processes.run("check", env=env).stderr
