"""The image migrates, generates, serves and ends, as its own configuration says."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from classtracker import __version__
from scheduling.tests.support.processes import ROOT

pytestmark = pytest.mark.servers

NAME = "classtracker-test"
SECONDS = 60
SETTINGS = {
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
    "ALLOWED_HOSTS": "classes.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://classes.example.org",
    "STUDIO_TIME_ZONE": "Europe/Madrid",
}


class Image:
    """A container of the built image, whose /data and /backups are folders of this machine."""

    def __init__(self, container: str, folder: Path) -> None:
        self.container = container
        self.volumes = []
        for name in ("data", "backups"):
            (folder / name).mkdir()
            os.chown(folder / name, 10001, 10001)
            self.volumes.append(f"--volume={folder / name}:/{name}")
        found = json.loads(_output("buildah", "inspect", "--type=container", container))
        self.config = found["Docker"]["config"]

    def command(self, *words: str) -> list[str]:
        settings = (f"--env={name}={value}" for name, value in SETTINGS.items())
        options = ("--isolation=chroot", *self.volumes, *settings)
        return ["buildah", "run", *options, self.container, "--", *words]

    def run(self, *words: str) -> str:
        return _output(*self.command(*words))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """Build the image, as `make image` does."""
    _output(str(ROOT / ".ci/image"), NAME)
    container = _output("buildah", "from", "--pull-never", f"localhost/{NAME}").strip()
    try:
        yield Image(container, tmp_path_factory.mktemp("image"))
    finally:
        _output("buildah", "rm", container)


@pytest.fixture(scope="module")
def studio(image: Image) -> Image:
    """Give the image's database a demo studio with its classes."""
    image.run("python", "manage.py", "migrate", "--verbosity", "0")
    image.run("python", "manage.py", "load_demo")
    return image


def test_image_has_product_without_build_tools_or_root(image: Image) -> None:
    assert image.run("id", "--user", "--name").strip() == "classtracker"
    version = image.run("python", "manage.py", "--version")
    assert version.startswith(f"Class Tracker {__version__}, ")
    for absent in ("pip", "gcc", "git", "make"):
        script = f"command -v {absent} && echo there || echo absent"
        assert image.run("sh", "-c", script).strip().endswith("absent"), absent
    assert image.run("sh", "-c", "ls scheduling | grep -c '^tests$' || true").strip() == "0"
    assert image.run("sh", "-c", "touch /app/x 2>/dev/null || echo refused").strip() == "refused"
    image.run("python", "manage.py", "check", "--deploy", "--fail-level", "ERROR")


def test_second_generation_creates_nothing(studio: Image) -> None:
    words = ("sh", "-c", "python manage.py generate_classes --json; test $? -le 3")
    first, again = (json.loads(studio.run(*words)) for _ in range(2))
    assert sum(run["classesCreated"] for run in first["runs"]) > 100
    assert sum(run["classesCreated"] for run in again["runs"]) == 0


def test_copy_of_database_is_made(studio: Image) -> None:
    studio.run("python", "manage.py", "backup_database", "/backups", "--keep", "2")
    assert studio.run("sh", "-c", "ls /backups | wc -l").strip() != "0"


def test_server_is_healthy_and_ends_on_sigterm(studio: Image) -> None:
    assert studio.config["User"] == "classtracker"
    assert studio.config["StopSignal"] == "SIGTERM"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    serve = [word.replace("0.0.0.0:8000", address) for word in studio.config["Cmd"]]
    process = subprocess.Popen(studio.command(*serve), stderr=subprocess.PIPE, text=True)
    try:
        _wait_for(f"http://{address}/readyz")
        with urlopen(f"http://{address}/healthz", timeout=10) as answer:
            assert json.load(answer) == {"status": "ok", "version": __version__}
        kind, *health = studio.config["Healthcheck"]["Test"]
        assert kind == "CMD"
        studio.run(*(word.replace("127.0.0.1:8000", address) for word in health))
        os.kill(_master(address), signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()
    assert _master(address, missing=True) == 0


def _output(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=1800)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _wait_for(url: str) -> None:
    limit = time.monotonic() + SECONDS
    while True:
        with suppress(OSError), urlopen(url, timeout=5):
            return
        assert time.monotonic() < limit, url
        time.sleep(0.2)


def _master(address: str, *, missing: bool = False) -> int:
    """Return the process id of gunicorn's first process at ``address``; 0 if there is none."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"classtracker.wsgi" in words and address.encode() in words:
                if words[0].endswith(b"buildah") or b"buildah-chroot-exec" in words[0]:
                    continue
                found.append(int(folder.name))
    if missing:
        return len(found)
    return min(found)
