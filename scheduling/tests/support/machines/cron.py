"""The real cron daemon and a temporary user, so that the caller's crontab is never changed.

The user has root's UID, so that it may read the interpreter and the test's database. Both need root
and Debian's cron; the message of `NoCron` names what is missing.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "classtracker-test"


class NoCron(Exception):
    """No usable cron."""


@contextmanager
def throwaway_user() -> Iterator[str]:
    """Create a user and return its name; delete the user and its crontab afterwards."""
    if os.geteuid() != 0:
        raise NoCron("needs root, to make a user with a crontab of its own")
    for program in ("cron", "crontab", "useradd", "userdel"):
        if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None:
            raise NoCron(f"{program} is not installed (Debian: apt install cron passwd)")
    name = f"{NAME}-{os.getpid()}"
    _call("/usr/sbin/useradd", "--non-unique", "--uid", "0", "--gid", "0", "--no-create-home", name)
    try:
        yield name
    finally:
        with suppress(subprocess.CalledProcessError):
            _call("/usr/bin/crontab", "-u", name, "-r")
        # The UID is root's: without --force userdel would find root's processes.
        _call("/usr/sbin/userdel", "--force", name)


def crontab_of(user: str, folder: Path) -> Path:
    """Write a `crontab` program that edits the crontab of ``user``; return its folder."""
    program = folder / "crontab"
    program.write_text(f'#!/bin/sh\nexec /usr/bin/crontab -u {user} "$@"\n')
    program.chmod(0o755)
    return folder


@contextmanager
def daemon() -> Iterator[None]:
    """Ensure that cron runs: the machine's if it runs, else one for the block."""
    process = subprocess.Popen(
        [shutil.which("cron") or "/usr/sbin/cron", "-f"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # a second daemon exits at once
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _call(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
