"""Process slots: limit the number of processes by file locks.

Each slot is a locked file. A child process inherits the lock with the file descriptor, and the
system releases it when the process ends, even if it is killed.
"""

import fcntl
import os
from collections.abc import Iterable

from .runtime_dir import make, runtime_dir


class ProcessSlots:
    """``count`` slots of this user, shared by all processes with the same ``names``."""

    def __init__(self, names: Iterable[object], count: int) -> None:
        self.folder = runtime_dir(names)
        self.count = count

    def take(self) -> int | None:
        """Return the descriptor of a free slot, or None. Closing it frees the slot."""
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
