"""Which process this is, and whether another one of this machine still lives."""

import os
import socket
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process, told apart from a later one with the same number by when it began."""

    host: str
    mark: str


def this_process() -> ProcessId:
    """The process that asks."""
    return ProcessId(_host(), _mark(os.getpid()))


def is_gone(process: ProcessId) -> bool:
    """Whether ``process`` has certainly ended. False for those of other hosts: who knows."""
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
    """``pid@start`` of a process that lives; empty for one that doesn't, zombies included."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "" if Path("/proc/self/stat").exists() else _mark_by_signal(pid)
    except OSError:
        return f"{pid}@?"
    # The name in brackets may hold spaces and brackets: what follows the last one has none.
    fields = stat.rpartition(")")[2].split()
    state, started = fields[0], fields[19]
    return "" if state in "ZX" else f"{pid}@{started}"


def _mark_by_signal(pid: int) -> str:
    """Where there is no /proc: whether a process of that number lives, whenever it began."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    return f"{pid}@?"
