"""A folder of this user's on this machine, for what its processes share beside the database."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.db import connection


def runtime_dir(names: Iterable[object]) -> Path:
    """The folder of all processes that name the same things; it need not be there yet."""
    mark = hashlib.sha256("\n".join(map(str, names)).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"classtracker-{os.getuid()}-{mark}")


def deployment_key() -> list[object]:
    """What tells the database, and so the deployment, apart from others.

    A schema of its own is named by an option, or is its role's.
    """
    names = ("ENGINE", "HOST", "PORT", "NAME", "USER", "OPTIONS")
    return [connection.settings_dict[name] for name in names]


def make(folder: Path) -> None:
    """Make ``folder`` unless it is there. Raises PermissionError where it is someone else's."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    # Anyone may have made something of that name in a folder for everyone.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to someone else")
