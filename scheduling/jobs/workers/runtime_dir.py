"""The runtime directory: a folder for the files that this user's processes share."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.db import connection


def runtime_dir(names: Iterable[object]) -> Path:
    """Return the folder of all processes with the same ``names``; it may not exist yet."""
    mark = hashlib.sha256("\n".join(map(str, names)).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"classtracker-{os.getuid()}-{mark}")


def deployment_key() -> list[object]:
    """Return the settings that identify the database and with it the deployment.

    They include its schema, which is set by an option or by the role.
    """
    names = ("ENGINE", "HOST", "PORT", "NAME", "USER", "OPTIONS")
    return [connection.settings_dict[name] for name in names]


def make(folder: Path) -> None:
    """Create ``folder`` if needed. Raises PermissionError if another user owns it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    # Another user may have created an entry of that name in the shared temporary directory.
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to someone else")
