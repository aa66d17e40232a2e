"""The booted Debian of these tests, which are one set-up in the order of its pages."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduling.tests.support.machines.debian import Debian, NoDebian, booted
from scheduling.tests.support.processes import ROOT

RELEASES = ("v1.0.0", "v1.1.0")
HOSTS = ("classes.example.org", "www.example.org", "authority.example.org")


@pytest.fixture(scope="session")
def machine() -> Iterator[Debian]:
    """A bare Debian that knows the host names of the documents as its own."""
    with tempfile.TemporaryDirectory(prefix="classtracker-servers-") as name:
        folder = Path(name)
        _make_repository(folder / "repository")
        try:
            with booted(folder / "debian", folder / "repository") as debian:
                debian.run(f"echo 127.0.0.1 {' '.join(HOSTS)} >> /etc/hosts")
                yield debian
        except NoDebian as error:
            pytest.fail(str(error), pytrace=False)


def _make_repository(folder: Path) -> None:
    """Make a repository of the files as they are, with two releases."""
    listed = _git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for path in filter(None, listed.split("\0")):
        if (ROOT / path).exists():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    for release in RELEASES:
        (folder / "RELEASE").write_text(release)
        _git(folder, "add", "--all", "--force")
        author = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
        _git(folder, *author, "commit", "--quiet", f"--message={release}")
        _git(folder, "tag", release)


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
