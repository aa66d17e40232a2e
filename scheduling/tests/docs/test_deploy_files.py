"""The files of deploy/: systemd accepts the units, and they restrict their processes."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from scheduling.tests.support.plugin import ENVIRONMENT, skip_or_fail
from scheduling.tests.support.processes import ROOT

pytestmark = pytest.mark.one_database(name="sqlite")

DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("classtracker-*"))
SERVICES = [name for name in UNITS if name.endswith(".service")]
APP = "/srv/classtracker/app"
# systemd's own scale of a service's rights on its machine, from 0 to 10.
EXPOSURE = 2.0
SECRETS = ("SECRET_KEY", "CRON_SECRET")


@pytest.fixture
def units(tmp_path):
    """Return a folder with copies of the units, whose programs exist on this machine."""
    if shutil.which("systemd-analyze") is None:
        skip_or_fail("systemd-analyze is not installed (Debian: apt install systemd)")
    for name in UNITS:
        text = (DEPLOY / name).read_text()
        (tmp_path / name).write_text(text.replace(APP, str(ROOT)))
    return tmp_path


def analyze(*arguments):
    return subprocess.run(
        ["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_systemd_accepts_every_unit(units):
    answer = analyze("verify", *(units / name for name in UNITS))
    assert (answer.returncode, answer.stdout + answer.stderr) == (0, "")


def test_systemd_reports_a_misspelt_option(units):
    path = units / SERVICES[0]
    path.write_text(path.read_text().replace("ProtectHome=", "ProtectHomes="))
    assert "ProtectHomes" in analyze("verify", path).stderr


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_few_rights(units, name):
    answer = analyze("security", "--offline=true", "--no-pager", units / name)
    exposure = re.search(r"exposure level for \S+ (\d+\.\d+)", answer.stdout)
    assert float(exposure[1]) < EXPOSURE, answer.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_the_program_of_a_service_exists(name):
    (line,) = re.findall(r"^ExecStart=(.*)$", (DEPLOY / name).read_text(), re.MULTILINE)
    program, *arguments = line.split()
    assert (ROOT / program.removeprefix(f"{APP}/")).exists()
    if arguments[0] == "manage.py":
        answer = subprocess.run(
            [ROOT / program.removeprefix(f"{APP}/"), "manage.py", arguments[1], "--help"],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert answer.returncode == 0


PAGE = (ROOT / "docs" / "deploy.md").read_text()


def test_the_deployment_page_names_every_file():
    assert [path.name for path in DEPLOY.iterdir() if path.name not in PAGE] == []


def test_the_documented_environment_passes_the_checks(tmp_path):
    (block,) = re.findall(r"cat >> \.env <<'EOF'\n(.*?)^EOF$", PAGE, re.DOTALL | re.MULTILINE)
    documented = dict(line.split("=", 1) for line in block.splitlines())
    secrets = {name: "Aa1-" + "".join(map(chr, range(48, 122))) for name in SECRETS}
    # Variables of the caller, and of their .env, are left out.
    clean = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    clean |= {"DEBUG": "false", "SECURE_SSL_REDIRECT": "true"}
    zone = {"TZ": documented["STUDIO_TIME_ZONE"]}  # timedatectl, a line further down
    answer = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=clean | documented | secrets | zone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert all(f"'{name}='" in PAGE for name in SECRETS)
