"""Hosts on one machine: network namespaces with names and addresses of their own.

A cable (a pair of virtual interfaces) joins each to this one. It needs root and Debian's iproute2
and util-linux; `NoHosts` says what is missing.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .processes import MANAGE, ROOT


class NoHosts(Exception):
    """There can be no hosts here."""


class Host:
    """``address``: its own; ``gateway``: where it finds this machine."""

    def __init__(self, name: str, number: int, folder: Path) -> None:
        self.name = name
        # A network for measurements within a machine: RFC 2544.
        network = f"198.18.{os.getpid() % 64 * 4 + number}"
        self.gateway, self.address = f"{network}.1", f"{network}.2"
        self._cable = f"ct{number}-{os.getpid()}"
        self._temporary = folder / name
        self._temporary.mkdir()

    def start(self) -> None:
        _ip("netns", "add", self.name)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        _ip("addr", "add", f"{self.gateway}/30", "dev", self._cable)
        _ip("link", "set", self._cable, "up")
        _ip("-n", self.name, "addr", "add", f"{self.address}/30", "dev", "eth0")
        _ip("-n", self.name, "link", "set", "eth0", "up")
        _ip("-n", self.name, "link", "set", "lo", "up")

    def popen(self, *command: object, url: str, env: Mapping[str, str], **kwargs: Any) -> Any:
        """``command`` as a process of this host; ``url``: of a database of this machine."""
        parts = urlsplit(url)
        there = parts._replace(netloc=parts.netloc.replace("127.0.0.1", self.gateway)).geturl()
        named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name]
        return subprocess.Popen(
            ["ip", "netns", "exec", self.name, *named, *map(str, command)],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": there, "TMPDIR": str(self._temporary)} | dict(env),
            stdin=subprocess.DEVNULL,
            text=True,
            **kwargs,
        )

    def manage(self, *args: object, url: str, **env: str) -> "subprocess.CompletedProcess[str]":
        """`manage.py args…` on this host, to its end."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = self.popen(sys.executable, MANAGE, *args, url=url, env=env, **pipes)
        out, errors = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, errors)

    def die(self) -> None:
        """All of its processes at once."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def pids(self) -> list[int]:
        return [int(word) for word in _ip("netns", "pids", self.name).split()]

    def unplug(self) -> None:
        """Its processes go on, and nobody hears of them: not even that a connection has ended."""
        _ip("link", "set", self._cable, "down")

    def plug(self) -> None:
        _ip("link", "set", self._cable, "up")

    def remove(self) -> None:
        """Its interfaces go with it."""
        with suppress(subprocess.CalledProcessError):  # it was never made
            self.die()
            _ip("netns", "del", self.name)


@contextmanager
def hosts(folder: Path, *names: str) -> Iterator[list[Host]]:
    """Hosts of these names, with their temporary files in ``folder``. Raises NoHosts."""
    if os.geteuid() != 0:
        raise NoHosts("needs root, to make network namespaces")
    for program, package in (("ip", "iproute2"), ("unshare", "util-linux")):
        if shutil.which(program) is None:
            raise NoHosts(f"{program} is not installed (Debian: apt install {package})")
    with ExitStack() as ending:
        made = [Host(f"{name}-{os.getpid()}", n, folder) for n, name in enumerate(names)]
        for host in made:
            ending.callback(host.remove)
            try:
                host.start()
            except subprocess.CalledProcessError as error:
                raise NoHosts(f"no network namespace can be made: {error.stderr}") from None
        yield made


def _ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
    return done.stdout
