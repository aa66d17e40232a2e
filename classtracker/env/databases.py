"""The database of the environment: a SQLite file or PostgreSQL."""

import re
from pathlib import Path
from typing import Any

import dj_database_url

from .values import fail, text

# Options of PostgreSQL whose values its library reads only when it connects.
WHOLE_OPTIONS = {
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
}
WORD_OPTIONS = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": (
        *("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    ),
}


def database(name: str, base: Path) -> dict[str, Any]:
    """Django's DATABASES["default"]: a SQLite file or a PostgreSQL database."""
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
    # Relative to the project, not to wherever cron or a shell happens to stand.
    path = base / found["NAME"]
    if not path.parent.is_dir() or path.is_dir():
        fail(name, f"{str(path)!r} cannot be a database: no such folder, or it is one itself.")
    return {
        "ENGINE": found["ENGINE"],
        "NAME": str(path),
        "OPTIONS": {
            # Readers never wait for the writer; writers queue for up to 30 seconds, and take
            # their lock at BEGIN, where waiting works, not half-way through, where it cannot.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
        # A file in tests too: Django's default is memory, which other processes cannot open.
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
    for option in WHOLE_OPTIONS & options.keys():
        if not re.fullmatch(r"-?[0-9]{1,9}", str(options[option])):
            fail(name, f"says no whole number for {option}.")
    for option, allowed in WORD_OPTIONS.items():
        if options.get(option, allowed[0]) not in allowed:
            fail(name, f"says none of {', '.join(allowed)} for {option}.")
    # A host that vanished must not hold a run for the two hours of TCP's own defaults.
    keep: dict[str, Any] = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10}
    keep |= {"keepalives_count": 3, "connect_timeout": 10}
    # Outside a transaction their next rows would be asked of whatever connection a pooler lends.
    return found | {"OPTIONS": keep | options, "DISABLE_SERVER_SIDE_CURSORS": True}
