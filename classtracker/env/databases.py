"""The reader of the database URL: SQLite or PostgreSQL."""

import re
from pathlib import Path
from typing import Any

import dj_database_url

from .values import fail, text

# Options that libpq validates only when it connects.
INTEGER_OPTIONS = {
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
}
CHOICE_OPTIONS = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": (
        *("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    ),
}


def database(name: str, base: Path) -> dict[str, Any]:
    """Return Django's DATABASES["default"] from a URL."""
    value = text(name) or "sqlite:///db.sqlite3"
    scheme = value.partition(":")[0]
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        fail(name, "starts with neither sqlite:// nor postgresql://; only these two can be used.")
    try:
        found = dict(dj_database_url.parse(value))
    except ValueError:
        fail(name, "is not a valid URL; percent-encode the special characters of the password.")
    return _sqlite(name, found, base) if scheme == "sqlite" else _postgresql(name, found)


def _sqlite(name: str, found: dict[str, Any], base: Path) -> dict[str, Any]:
    if found.get("HOST"):
        fail(name, "has two slashes before the file; write sqlite:///name or sqlite:////path/name.")
    if found["NAME"] == ":memory:":
        fail(name, "a database in memory is lost with the process; name a file.")
    if found.get("OPTIONS"):
        fail(name, "has options after the file; for SQLite there are none.")
    # Relative to the project, not to the current directory.
    path = base / found["NAME"]
    if not path.parent.is_dir() or path.is_dir():
        fail(name, f"{str(path)!r} cannot be a database: no such folder, or it is one itself.")
    return {
        "ENGINE": found["ENGINE"],
        "NAME": str(path),
        "OPTIONS": {
            # Readers never wait for a writer. Writers take their lock at BEGIN, where SQLite
            # waits for it (up to 30 seconds), rather than later, where it fails immediately.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
        # A file in tests, too: other processes cannot open Django's in-memory default.
        "TEST": {"NAME": str(path.with_name(f"test_{path.name}"))},
    }


def _postgresql(name: str, found: dict[str, Any]) -> dict[str, Any]:
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo

    if not found["NAME"]:
        fail(name, "names no database; write postgresql://user:password@host:5432/name.")
    options = found.get("OPTIONS", {})
    try:
        make_conninfo("", **options)
    except (ProgrammingError, TypeError):
        fail(name, f"has an option that PostgreSQL does not know: {', '.join(sorted(options))}.")
    for option in INTEGER_OPTIONS & options.keys():
        if not re.fullmatch(r"-?[0-9]{1,9}", str(options[option])):
            fail(name, f"{option} is not a whole number.")
    for option, allowed in CHOICE_OPTIONS.items():
        if options.get(option, allowed[0]) not in allowed:
            fail(name, f"{option} is not one of {', '.join(allowed)}.")
    # A vanished host must not block a run for the two hours of TCP's defaults.
    defaults: dict[str, Any] = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10}
    defaults |= {"keepalives_count": 3, "connect_timeout": 10}
    # With a pooler, server-side cursors outside a transaction may be on another connection.
    return found | {"OPTIONS": defaults | options, "DISABLE_SERVER_SIDE_CURSORS": True}
