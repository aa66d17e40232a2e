"""Peak memory of the command itself, in a fresh process for each size of the studio."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from scheduling.models import JobRun
from scheduling.tests import studio

from .contenders import START
from .measures import clear

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Size:
    """What a run of the command took at one size."""

    slots: int
    classes: int
    seconds: float
    queries: int
    megabytes: float
    again_seconds: float
    again_megabytes: float


def measure(slots: int) -> Size:
    """Build a studio of ``slots`` slots and run the command on it twice."""
    clear(people=True)
    studio.build(slots, max(1, slots // 20))
    first, peak = _generate()
    again, again_peak = _generate()
    assert again.classes_created == 0
    return Size(
        slots,
        first.classes_created,
        _seconds(first),
        first.queries,
        peak,
        _seconds(again),
        again_peak,
    )


# A process starts with the peak of the one that it was forked from: a small one comes between.
_LAUNCHER = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_pid, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


def _generate() -> tuple[JobRun, float]:
    """The run of one real process, and the most memory (MB) that it ever held."""
    connection.close()
    command = ["manage.py", "generate_classes", "--only", "horizon", "--date", f"{START}"]
    launched = subprocess.run(
        [sys.executable, "-S", "-c", _LAUNCHER, sys.executable, *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    status, peak = map(int, launched.stdout.split())
    if status:
        raise SystemExit(launched.stderr)
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return JobRun.objects.latest("id"), peak * unit / 1e6


def _seconds(run: JobRun) -> float:
    assert run.duration is not None
    return run.duration.total_seconds()
