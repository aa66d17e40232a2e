"""A Debian that debootstrap makes and systemd-nspawn boots, on the network of this machine."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scheduling.tests.support.processes import ROOT

RELEASE = "bookworm"
# Kept between runs: the installed system, Debian's packages and Python's.
CACHE = ROOT / ".venv" / "debian"
# Those of an installed Debian that debootstrap leaves out; timedatectl needs it.
PACKAGES = "dbus"
PORTS = (80, 443, 5432, 6432)
# What an administrator answers to apt, and packages that are kept for the next run.
APT = 'APT::Get::Assume-Yes "true";\nBinary::apt::APT::Keep-Downloaded-Packages "true";\n'
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BOOT_SECONDS = 60


class NoDebian(Exception):
    """This machine cannot boot a Debian."""


class Debian:
    """A booted machine. ``folder`` is its root directory."""

    def __init__(self, folder: Path, leader: int) -> None:
        self.folder = folder
        self._leader = leader

    def run(
        self, script: str, *, check: bool = True, timeout: float = 600, **env: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run a script as root in a fresh shell, which ends at the first error.

        Raises AssertionError with both outputs if it fails and ``check`` is true.
        """
        result = subprocess.run(
            [
                *("nsenter", "--target", str(self._leader), "--mount", "--uts", "--ipc", "--pid"),
                *("--cgroup", "--root", "--wdns=/root", "--", "env", "-i"),
                *("HOME=/root", f"PATH={PATH}", "DEBIAN_FRONTEND=noninteractive"),
                *(f"{name}={value}" for name, value in env.items()),
                *("bash", "-e", "-c", script),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check:
            assert result.returncode == 0, f"{script}\n{result.stdout}\n{result.stderr}"
        return result

    def output(self, script: str) -> str:
        """Return what a script prints on standard output, without the last line break."""
        return self.run(script).stdout.rstrip("\n")

    def wait(self, script: str, seconds: float = 60) -> str:
        """Repeat a script until it succeeds and prints something; return that."""
        limit = time.monotonic() + seconds
        while True:
            result = self.run(script, check=False)
            if result.returncode == 0 and result.stdout.strip():
                return result.stdout.strip()
            assert time.monotonic() < limit, f"{script}\n{result.stdout}\n{result.stderr}"
            time.sleep(0.5)


@contextmanager
def booted(folder: Path, repository: Path) -> Iterator[Debian]:
    """Install Debian into ``folder`` and boot it; ``repository`` is its /mnt/repository.

    It has this machine's network, and so its ports. Raises NoDebian if that cannot be.
    """
    _require_programs_and_ports()
    _unpack(folder)
    binds = [
        f"--bind={_cache('apt')}:/var/cache/apt/archives",
        f"--bind={_cache('pip')}:/root/.cache/pip",
        f"--bind-ro={repository}:/mnt/repository",
    ]
    log = folder.with_suffix(".log")
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *("systemd-nspawn", f"--directory={folder}", "--boot", "--console=pipe"),
                *("--register=no", "--keep-unit", "--timezone=off", "--resolv-conf=copy-host"),
                *binds,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        debian = Debian(folder, _leader(process, log))
        debian.wait("systemctl is-active multi-user.target", BOOT_SECONDS)
        yield debian
    finally:
        # The first signal shuts down in order, the second at once.
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            process.send_signal(number)
            try:
                process.wait(timeout=10)
                break
            except subprocess.TimeoutExpired:
                continue


def _require_programs_and_ports() -> None:
    if os.geteuid() != 0:
        raise NoDebian("needs root, to boot a Debian")
    for program in ("debootstrap", "systemd-nspawn", "nsenter"):
        if shutil.which(program) is None:
            raise NoDebian(
                f"{program} is not installed (apt install debootstrap systemd-container)"
            )
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise NoDebian(f"port {port} of this machine is in use")


def _cache(name: str) -> Path:
    folder = CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _unpack(folder: Path) -> None:
    """Unpack the system into ``folder``. The first time, debootstrap makes it."""
    archive = CACHE / f"{RELEASE}.tar"
    folder.mkdir(parents=True)
    if archive.exists():
        _call("tar", "--extract", f"--directory={folder}", f"--file={archive}")
    else:
        _cache("apt")
        _call("debootstrap", f"--include={PACKAGES}", RELEASE, str(folder))
        (folder / "etc/machine-id").write_text("")
        part = archive.with_suffix(".part")
        _call("tar", "--create", f"--directory={folder}", f"--file={part}", ".")
        part.rename(archive)
    (folder / "etc/apt/apt.conf.d/90tests").write_text(APT)
    (folder / "etc/dpkg/dpkg.cfg.d/90tests").write_text("force-unsafe-io\n")  # no fsync
    _trust_the_authorities_of_this_machine(folder)


def _trust_the_authorities_of_this_machine(folder: Path) -> None:
    """Copy this machine's own certificate authorities, through which it may reach the packages."""
    own = Path("/usr/local/share/ca-certificates")
    if own.is_dir():
        shutil.copytree(own, folder / own.relative_to("/"), dirs_exist_ok=True)


def _leader(process: "subprocess.Popen[bytes]", log: Path) -> int:
    """Return the process id of the machine's systemd."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    limit = time.monotonic() + BOOT_SECONDS
    while process.poll() is None and time.monotonic() < limit:
        for child in children.read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
        time.sleep(0.1)
    raise NoDebian(f"systemd-nspawn does not boot here: {log.read_text()}")


def _call(*command: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise NoDebian(f"{command[0]} failed: {(result.stdout + result.stderr)[-2000:]}")
