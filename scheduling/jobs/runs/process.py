"""Identifies this process, and detects whether another one on this machine has ended."""

import os
import socket
import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

# The tokens of the runs that this process is working on. A run of this process with another token
# is left over from an attempt that could not even record its failure.
own_tokens: set[uuid.UUID] = set()


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process. ``mark`` has its start time, because the system reuses process ids."""

    host: str
    mark: str


def this_process() -> ProcessId:
    """Return the id of the current process."""
    return ProcessId(_host(), _mark(os.getpid()))


def is_gone(process: ProcessId) -> bool:
    """Return True if ``process`` has certainly ended; False for processes of other hosts."""
    if process.host != _host() or not process.mark:
        return False
    pid = process.mark.partition("@")[0]
    if not pid.isdigit():
        return False
    return _mark(int(pid)) != process.mark


@lru_cache(maxsize=1)
def _host() -> str:
    # Containers may share a host name, and each numbers its processes from one.
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    return f"{socket.gethostname()} {namespace}".strip()


def _mark(pid: int) -> str:
    """Return ``pid@start`` of a live process; an empty string for any other, zombies included."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "" if Path("/proc/self/stat").exists() else _mark_by_signal(pid)
    except OSError:
        return f"{pid}@?"
    # The name in brackets may itself contain spaces and brackets.
    fields = stat.rpartition(")")[2].split()
    state, started = fields[0], fields[19]
    return "" if state in "ZX" else f"{pid}@{started}"


def _mark_by_signal(pid: int) -> str:
    """The same without /proc and so without the start time."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    return f"{pid}@?"
