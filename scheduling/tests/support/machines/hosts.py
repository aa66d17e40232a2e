"""Hosts on one machine: network namespaces with their own host names and addresses.

A pair of virtual interfaces connects each to this machine. It needs root and Debian's iproute2 and
util-linux; the message of `NoHosts` names what is missing.
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

from scheduling.tests.support.processes import MANAGE, ROOT


class NoHosts(Exception):
    """Hosts cannot be created."""


class Host:
    """A host with its ``address``; ``gateway`` is this machine's address in its network."""

    def __init__(self, name: str, number: int, folder: Path) -> None:
        self.name = name
        # The network for benchmarks: RFC 2544.
        network = f"198.18.{os.getpid() % 64 * 4 + number}"
        self.gateway, self.address = f"{network}.1", f"{network}.2"
        self._interface = f"ct{number}-{os.getpid()}"
        self._temporary = folder / name
        self._temporary.mkdir()

    def start(self) -> None:
        _ip("netns", "add", self.name)
        peer = ("peer", "name", "eth0", "netns", self.name)
        _ip("link", "add", self._interface, "type", "veth", *peer)
        _ip("addr", "add", f"{self.gateway}/30", "dev", self._interface)
        _ip("link", "set", self._interface, "up")
        _ip("-n", self.name, "addr", "add", f"{self.address}/30", "dev", "eth0")
        _ip("-n", self.name, "link", "set", "eth0", "up")
        _ip("-n", self.name, "link", "set", "lo", "up")

    def popen(self, *command: object, url: str, env: Mapping[str, str], **kwargs: Any) -> Any:
        """Start ``command`` on this host; ``url`` is that of a database of this machine."""
        parts = urlsplit(url)
        local_url = parts._replace(netloc=parts.netloc.replace("127.0.0.1", self.gateway)).geturl()
        variables = {"DATABASE_URL": local_url, "TMPDIR": str(self._temporary)}
        with_name = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name]
        return subprocess.Popen(
            ["ip", "netns", "exec", self.name, *with_name, *map(str, command)],
            cwd=ROOT,
            env=os.environ | variables | dict(env),
            stdin=subprocess.DEVNULL,
            text=True,
            **kwargs,
        )

    def manage(self, *args: object, url: str, **env: str) -> "subprocess.CompletedProcess[str]":
        """Run `manage.py args…` on this host to its end."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = self.popen(sys.executable, MANAGE, *args, url=url, env=env, **pipes)
        out, errors = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, errors)

    def die(self) -> None:
        """Kill all processes of the host."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def pids(self) -> list[int]:
        return [int(word) for word in _ip("netns", "pids", self.name).split()]

    def unplug(self) -> None:
        """Disconnect the host: its processes continue, and no packet arrives, not even a FIN."""
        _ip("link", "set", self._interface, "down")

    def plug(self) -> None:
        _ip("link", "set", self._interface, "up")

    def remove(self) -> None:
        """Delete the host with its interfaces."""
        with suppress(subprocess.CalledProcessError):  # it was never created
            self.die()
            _ip("netns", "del", self.name)


@contextmanager
def hosts(folder: Path, *names: str) -> Iterator[list[Host]]:
    """Create hosts with their temporary files in ``folder``. Raises NoHosts."""
    if os.geteuid() != 0:
        raise NoHosts("needs root, to make network namespaces")
    for program, package in (("ip", "iproute2"), ("unshare", "util-linux")):
        if shutil.which(program) is None:
            raise NoHosts(f"{program} is not installed (Debian: apt install {package})")
    with ExitStack() as cleanup:
        created = [Host(f"{name}-{os.getpid()}", n, folder) for n, name in enumerate(names)]
        for host in created:
            cleanup.callback(host.remove)
            try:
                host.start()
            except subprocess.CalledProcessError as error:
                raise NoHosts(f"no network namespace can be made: {error.stderr}") from None
        yield created


def _ip(*words: str) -> str:
    result = subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
    return result.stdout
