"""A bounded number of processes, by locks that the system lets go of when a process ends.

Each slot is a file; whoever holds its lock holds the slot. A lock goes with its descriptor from
the process that took it to the one that it starts, and no kill leaves one behind.
"""

import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path


class Slots:
    """``count`` slots of this user, shared by all processes that name the same things."""

    def __init__(self, names: Iterable[object], count: int) -> None:
        mark = hashlib.sha256("\n".join(map(str, names)).encode()).hexdigest()[:16]
        self.folder = Path(tempfile.gettempdir(), f"classtracker-{os.getuid()}-{mark}")
        self.count = count

    def take(self) -> int | None:
        """The descriptor of a free slot; None where all are taken. Closing it frees the slot."""
        self._make_folder()
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

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        found = self.folder.lstat()
        # Anyone may have made something of that name in a folder for everyone.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise PermissionError(f"{self.folder} belongs to someone else")
