"""Backups of the whole database to one file, taken during operation.

SQLite: a snapshot by the online backup API, which does not block writers. PostgreSQL: `pg_dump`
in the custom format. A copy gets its final name only once it is complete and was read back.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import Error, connection
from django.db.backends.postgresql.client import DatabaseClient
from django.utils.translation import gettext as _

from scheduling.db.clock import DatabaseClock
from scheduling.jobs.runs.process import this_process
from scheduling.models import Job, JobRun, RunState, Trigger

from .cli.run_command import user_name

ENDINGS = {"sqlite": "sqlite3", "postgresql": "dump"}
_NAME = re.compile(r"classtracker-\d{8}T\d{6}Z\.(sqlite3|dump)")


class BackupError(Exception):
    """The backup failed. The message names the reason and the remedy."""


def backup(database: dict[str, Any], vendor: str, folder: Path, now: datetime) -> Path:
    """Copy ``database`` (its Django settings) into ``folder`` and return the new file.

    Only its owner can read the file. Raises BackupError.
    """
    if vendor not in ENDINGS:
        raise BackupError(_("There is no backup for this database: %s.") % vendor)
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = folder / f"classtracker-{stamp}.{ENDINGS[vendor]}"
    part = target.with_name(f".{target.name}.part")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        # Created with its permissions, so that nobody else can read it while it is written.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        (_sqlite if vendor == "sqlite" else _postgresql)(database, part)
        _to_disk(part)
        os.replace(part, target)
        _to_disk(folder)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(_("The backup failed: %s.") % error) from error
    finally:
        part.unlink(missing_ok=True)
    return target


def delete_old_copies(folder: Path, keep: int) -> list[Path]:
    """Delete all copies in ``folder`` but the newest ``keep``. Other files stay."""
    copies = sorted(_copies(folder), key=lambda path: path.name.split(".")[0])
    deleted = copies[:-keep]
    for path in deleted:
        path.unlink(missing_ok=True)
    return deleted


def record(trigger: Trigger, began: datetime, path: Path | None = None, error: str = "") -> None:
    """Add a backup that is over to the job log: its file ``path``, or the ``error``.

    Raises BackupError if there is no database, and the errors of the database.
    """
    if connection.vendor == "sqlite":
        _require_file(connection.settings_dict)  # connecting would create it
    size = {"file": path.name, "bytes": path.stat().st_size} if path else {}
    JobRun.objects.create(
        job=Job.BACKUP,
        trigger=trigger,
        triggered_by=user_name()[:150],
        state=RunState.FAILED if error else RunState.SUCCEEDED,
        error=error,
        options=size,
        host=this_process().host,
        started_at=began,
        finished_at=DatabaseClock(),
    )


def _require_file(database: dict[str, Any]) -> None:
    if not Path(database["NAME"]).is_file():
        raise BackupError(_("There is no file %s to back up.") % database["NAME"])


def _copies(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.is_file())


def _sqlite(database: dict[str, Any], part: Path) -> None:
    _require_file(database)
    with (
        closing(sqlite3.connect(database["NAME"], timeout=30)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        source.backup(copy)  # all pages in one step, so that the copy is consistent
        # Without a write-ahead log, so that the copy is a single file.
        copy.execute("PRAGMA journal_mode = DELETE")
        (result,) = copy.execute("PRAGMA integrity_check").fetchone()
    if result != "ok":
        raise BackupError(_("The copy is damaged, and the database may be, too: %s.") % result)


def _postgresql(database: dict[str, Any], part: Path) -> None:
    direct = _settings_past_pooler()
    # As in Django's `dbshell`, the password is passed in the environment, hidden from `ps`.
    arguments, extra = DatabaseClient.settings_to_cmd_args_env(database | direct, [])
    env = os.environ | (extra or {})
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={part}"]
    try:
        _call(["pg_dump", *options, *arguments[1:]], env)
    except BackupError as error:
        if not direct:
            raise
        raise BackupError(
            _(
                "%(error)s. DATABASE_URL is that of a connection pooler, so pg_dump went to "
                "PostgreSQL itself (%(place)s). Where that is closed, give this command a "
                "DATABASE_URL that leads to PostgreSQL."
            )
            % {"error": error, "place": f"{direct['HOST'] or 'socket'}:{direct['PORT']}"}
        ) from error
    _call(["pg_restore", "--list", str(part)], env)


def _settings_past_pooler() -> dict[str, str]:
    """Return Django settings that bypass a connection pooler; empty if there is none.

    pg_dump sets the search path of its session. A pooler would reuse that connection for other
    clients, which would then find no tables.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_backend_pid(), coalesce(host(inet_server_addr()), ''),"
                " current_setting('port'), current_database()"
            )
            pid, host, port, name = cursor.fetchone()
    except Error:
        return {}  # pg_dump will report the error
    if pid == connection.connection.info.backend_pid:
        return {}
    return {"HOST": host, "PORT": port, "NAME": name}


def _call(command: list[str], env: dict[str, str]) -> None:
    program = shutil.which(command[0])
    if program is None:
        text = _("%s is not installed (Debian: apt install postgresql-client).")
        raise BackupError(text % command[0])
    process = subprocess.run(
        [program, *command[1:]],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if process.returncode != 0:
        message = " ".join(process.stderr.split()) or _("no reason given")
        values = {"program": command[0], "said": message}
        raise BackupError(_("%(program)s failed: %(said)s") % values)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
