"""A copy of the whole database in one file, taken while the product is at work.

SQLite: by its own backup in one step, a snapshot that keeps no writer waiting. PostgreSQL:
`pg_dump` in its custom format. A copy gets its name only once it is whole and was read back.
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

ENDINGS = {"sqlite": "sqlite3", "postgresql": "dump"}
_NAME = re.compile(r"classtracker-\d{8}T\d{6}Z\.(sqlite3|dump)")


class BackupError(Exception):
    """There is no copy; the message says why, and what to do."""


def backup(database: dict[str, Any], vendor: str, folder: Path, now: datetime) -> Path:
    """Copy ``database`` (Django's settings of it) into ``folder``; returns the new file.

    Readable for its owner alone. Raises BackupError.
    """
    if vendor not in ENDINGS:
        raise BackupError(_("There is no backup for this database: %s.") % vendor)
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = folder / f"classtracker-{stamp}.{ENDINGS[vendor]}"
    part = target.with_name(f".{target.name}.part")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        # Nobody else may read it, not even while it grows.
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
    """Delete all copies in ``folder`` but the newest ``keep``; files of others stay."""
    copies = sorted((one for one in _copies(folder)), key=lambda one: one.name.split(".")[0])
    gone = copies[:-keep]
    for one in gone:
        one.unlink(missing_ok=True)
    return gone


def _copies(folder: Path) -> Iterator[Path]:
    return (one for one in folder.iterdir() if _NAME.fullmatch(one.name) and one.is_file())


def _sqlite(database: dict[str, Any], part: Path) -> None:
    if not Path(database["NAME"]).is_file():
        raise BackupError(_("There is no file %s to back up.") % database["NAME"])
    with (
        closing(sqlite3.connect(database["NAME"], timeout=30)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        source.backup(copy)  # all pages in one step: nothing is written in between
        # One file, and no others beside it, until it is a database again.
        copy.execute("PRAGMA journal_mode = DELETE")
        (answer,) = copy.execute("PRAGMA integrity_check").fetchone()
    if answer != "ok":
        raise BackupError(_("The copy is damaged, and so may the database be: %s.") % answer)


def _postgresql(database: dict[str, Any], part: Path) -> None:
    past = _past_pooler()
    # As Django's own `dbshell`: a password goes by the environment, where nobody sees it.
    words, extra = DatabaseClient.settings_to_cmd_args_env(database | past, [])
    env = os.environ | (extra or {})
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={part}"]
    try:
        _call(["pg_dump", *options, *words[1:]], env)
    except BackupError as error:
        if not past:
            raise
        raise BackupError(
            _(
                "%(error)s. DATABASE_URL is that of a connection pooler, so pg_dump went to "
                "PostgreSQL itself (%(place)s). Where that is closed, give this command a "
                "DATABASE_URL that leads to PostgreSQL."
            )
            % {"error": error, "place": f"{past['HOST'] or 'socket'}:{past['PORT']}"}
        ) from error
    _call(["pg_restore", "--list", str(part)], env)


def _past_pooler() -> dict[str, str]:
    """Where PostgreSQL itself listens, as Django's settings; empty where nothing is in between.

    pg_dump sets the search path of its session: a pooler would lend that connection to others,
    who would find no tables.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_backend_pid(), coalesce(host(inet_server_addr()), ''),"
                " current_setting('port'), current_database()"
            )
            pid, host, port, name = cursor.fetchone()
    except Error:
        return {}  # pg_dump says what is wrong
    if pid == connection.connection.info.backend_pid:
        return {}
    return {"HOST": host, "PORT": port, "NAME": name}


def _call(command: list[str], env: dict[str, str]) -> None:
    program = shutil.which(command[0])
    if program is None:
        text = _("%s is not installed (Debian: apt install postgresql-client).")
        raise BackupError(text % command[0])
    done = subprocess.run(
        [program, *command[1:]],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = " ".join(done.stderr.split()) or _("no reason given")
        raise BackupError(_("%(program)s failed: %(said)s") % {"program": command[0], "said": said})


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
