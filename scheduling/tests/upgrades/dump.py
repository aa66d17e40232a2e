"""Makes the databases of earlier commits: ``python -m scheduling.tests.upgrades.dump [COMMIT …]``.

Each is built by the code of its commit (old_studio.py) and written to data/ as SQL, for SQLite
and for PostgreSQL. This needs ``git``, ``pg_dump`` and the packages of requirements-dev.txt.
"""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from scheduling.tests.support.databases.postgres import cluster
from scheduling.tests.support.plugin import ENVIRONMENT

HERE = Path(__file__).parent
# The first with pages, the last with shards of runs, before guardians and rooms, before pages of
# families, and the last before the migrations of release 1.0.0.
COMMITS = ("18dca50c", "915e945c", "8f104520", "c32b1837", "e9866daa")


def check_out(commit: str, folder: str) -> None:
    archive = subprocess.run(["git", "archive", commit], stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)


def build(folder: str, url: str) -> None:
    """Build the studio with the code in ``folder``."""
    environment = os.environ | ENVIRONMENT | {
        "DATABASE_URL": url, "STUDIO_TIME_ZONE": "Europe/Madrid", "TZ": "UTC", "LOGNAME": "clara"
    }  # fmt: skip
    program = [sys.executable, HERE / "old_studio.py"]
    subprocess.run(program, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def dump_sqlite(folder: str, file: Path) -> None:
    database = Path(folder, "studio.sqlite3")
    build(folder, f"sqlite:///{database}")
    with closing(sqlite3.connect(database)) as connection:
        file.write_text("\n".join(connection.iterdump()) + "\n")


# Comments, commands of psql, and settings of the session.
NOISE = re.compile(r"^(--.*|\\.*|SET .*;|SELECT pg_catalog\.set_config.*;)?\n", re.MULTILINE)


def dump_postgresql(folder: str, server: str, name: str, file: Path) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = server.rpartition("/")[0] + f"/{name}"
    build(folder, url)
    options = ["--no-owner", "--no-acl", "--inserts", "--rows-per-insert=500"]
    output = subprocess.run(["pg_dump", *options, url], stdout=subprocess.PIPE, check=True)
    file.write_text(NOISE.sub("", output.stdout.decode()))


def main(commits: tuple[str, ...]) -> None:
    with cluster() as server:
        for commit in commits:
            for vendor in ("sqlite", "postgresql"):
                file = HERE / "data" / f"{commit}.{vendor}.sql"
                with TemporaryDirectory() as folder:
                    check_out(commit, folder)
                    if vendor == "sqlite":
                        dump_sqlite(folder, file)
                    else:
                        dump_postgresql(folder, server, f"upgrade_{commit}", file)
                print(file.name, file.stat().st_size)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or COMMITS)
