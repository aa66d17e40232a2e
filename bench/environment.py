"""Dates and machine of the measurements. The dates are in 2040, independent of today."""

import os
import platform
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

START = date(2040, 1, 2)
NEXT = START + timedelta(days=1)
WEEKS = 12
STEPS = ("first", "again", "next", "changed", "healed")


def today_of(step: str) -> date:
    """Return the date of a step: the start, or the day after."""
    return START if step in ("first", "again") else NEXT


def clock_of(today: date) -> datetime:
    """Return the time at which a run on ``today`` starts."""
    return datetime.combine(today, time(0, 5), UTC)


def described() -> str:
    """Return the cores, processor, memory, system and Python as text."""
    words = [f"{os.cpu_count()} cores"]
    if processor := _line("/proc/cpuinfo", "model name"):
        words[0] += f" ({processor})"
    if total := _line("/proc/meminfo", "MemTotal"):
        words.append(f"{int(total.split()[0]) * 1024 / 1e9:.0f} GB of memory")
    words.append(platform.system())
    words.append(f"Python {platform.python_version()}")
    return ", ".join(words)


def heading(title: str, module: str) -> str:
    """The first lines of a page of results: its title, what makes it, when and on what."""
    made = f"Made by `python -m {module}` on {datetime.now(UTC):%Y-%m-%d}"
    return f"# {title}\n\n{made}; {described()}.\n"


def _line(path: str, name: str) -> str:
    try:
        for line in Path(path).read_text().splitlines():
            if line.startswith(name):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return ""
