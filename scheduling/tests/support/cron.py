"""The real cron daemon, and a user who lives as long as a test: never the caller's crontab.

The user shares root's number, so that it may read the interpreter and the test's database wherever
they lie. Both need root and Debian's cron; `NoCron` says what is missing.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "classtracker-test"


class NoCron(Exception):
    """There is no cron here that a test could use."""


@contextmanager
def throwaway_user() -> Iterator[str]:
    """Its name; the user and its crontab are gone afterwards."""
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
        # The number is root's: userdel would take root's processes for the user's.
        _call("/usr/sbin/userdel", "--force", name)


def crontab_of(user: str, folder: Path) -> Path:
    """A folder with a `crontab` program that edits the crontab of ``user``."""
    program = folder / "crontab"
    program.write_text(f'#!/bin/sh\nexec /usr/bin/crontab -u {user} "$@"\n')
    program.chmod(0o755)
    return folder


@contextmanager
def daemon() -> Iterator[None]:
    """cron at work: the machine's, where it runs, else one for as long as this lasts."""
    process = subprocess.Popen(
        [shutil.which("cron") or "/usr/sbin/cron", "-f"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # a second one ends by itself at once
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _call(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
