"""A temporary database for measurements."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg

from scheduling.tests.support.databases.postgres import cluster

NAME = "classtracker_bench"


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of an empty database, on BENCH_DATABASE_URL's server or a temporary one.

    The temporary server has PostgreSQL's default durability, including fsync.
    """
    server_url = os.environ.get("BENCH_DATABASE_URL", "").strip()
    if server_url:
        with _database(server_url) as url:
            yield url
        return
    with cluster(durable=True) as server, _database(server) as url:
        yield url


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"{NAME}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def sqlite() -> Iterator[str]:
    """Yield the URL of a database file in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix=NAME) as folder:
        yield f"sqlite:///{quote(str(Path(folder, 'bench.sqlite3')))}"


def environment(url: str) -> dict[str, str]:
    """Return the environment variables for ``url``, with defaults for everything else."""
    return {
        "DATABASE_URL": url,
        "SECRET_KEY": "only-for-measuring-" + "x" * 50,
        "DEBUG": "false",
        "STUDIO_TIME_ZONE": "UTC",
        "LANGUAGE_CODE": "en",
        "DJANGO_SETTINGS_MODULE": "classtracker.settings",
    }


def set_up(url: str) -> None:
    """Point Django at ``url`` and migrate."""
    os.environ |= environment(url)
    import django
    from django.core.management import call_command

    django.setup()
    logging.getLogger("scheduling").setLevel(logging.WARNING)
    call_command("migrate", verbosity=0)
