"""The machine that was measured on, without its name."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def described() -> str:
    """Cores, processor, memory, system and Python."""
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
