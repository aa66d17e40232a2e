"""The studio and the tables that ``bench.table`` measures on."""

import argparse
import json
import os

from bench import scratch_database


def main() -> None:
    """Empty the database of DATABASE_URL and build a studio in it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--slots", type=int, required=True)
    parser.add_argument("--rooms", action="store_true", help="a room for each teacher")
    options = parser.parse_args()
    slots = options.slots
    scratch_database.set_up(os.environ["DATABASE_URL"])
    from django.db import connections

    from scheduling.tests.support import studio

    from . import cloned_tables

    clear()
    studio.build(slots, max(1, slots // 20))
    if options.rooms:
        give_rooms()
    cloned_tables.make(cloned_tables.COPIED)
    cloned_tables.make(cloned_tables.PEER)
    cloned_tables.make_constraints_immediate(cloned_tables.PEER)
    print(json.dumps({"server": server()}))
    connections.close_all()


def give_rooms() -> None:
    """Create a room for each teacher, and put all their slots there."""
    from scheduling.models import RecurringSlot, Room

    teachers = RecurringSlot.objects.order_by().values_list("teacher_id", flat=True).distinct()
    for teacher in teachers:
        room = Room.objects.create(name=f"Room {teacher}")
        RecurringSlot.objects.filter(teacher_id=teacher).update(room=room)


def clear() -> None:
    """Delete the rows and tables of the previous size."""
    from django.db import connection

    from .cloned_tables import COPIED, PEER

    sqlite = connection.vendor == "sqlite"
    people = [
        *("scheduling_recurringslot", "scheduling_room"),
        *("scheduling_student", "scheduling_teacher"),
    ]
    log = ["scheduling_jobrunitem", "scheduling_jobrun"]
    with connection.cursor() as cursor:
        for name in (COPIED, PEER):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
        if sqlite:
            for name in ("classes", *log, *people):
                cursor.execute(f"DELETE FROM {name}")
        else:
            cursor.execute(f"TRUNCATE {', '.join(['classes', *log, *people])} CASCADE")


def server() -> str:
    """Return the database's version and relevant settings as text."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
        cursor.execute("SHOW server_version")
        words = [f"PostgreSQL {cursor.fetchone()[0].split()[0]}"]
        for name in ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers"):
            cursor.execute(f"SHOW {name}")
            words.append(f"{name} {cursor.fetchone()[0]}")
        return ", ".join(words)


if __name__ == "__main__":
    main()
