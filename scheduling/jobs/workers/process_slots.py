"""A bounded number of processes, by locks that the system lets go of when a process ends.

Each slot is a file; whoever holds its lock holds the slot. A lock goes with its descriptor from
the process that took it to the one that it starts, and no kill leaves one behind.
"""

import fcntl
import os
from collections.abc import Iterable

from .runtime_dir import make, runtime_dir


class ProcessSlots:
    """``count`` slots of this user, shared by all processes that name the same things."""

    def __init__(self, names: Iterable[object], count: int) -> None:
        self.folder = runtime_dir(names)
        self.count = count

    def take(self) -> int | None:
        """The descriptor of a free slot; None where all are taken. Closing it frees the slot."""
        make(self.folder)
        for number in range(self.count):
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            descriptor = os.open(self.folder / f"worker-{number}.lock", flags, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            else:
                return descriptor
        return None
