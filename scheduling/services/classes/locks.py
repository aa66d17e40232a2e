"""Locks of the hours of people and rooms, for manual edits of classes."""

from itertools import product

from django.db import connection

from scheduling.db.advisory_locks import SCHEMA_NUMBER
from scheduling.models import ClassStatus, ScheduledClass

HOUR = 3600  # seconds


def lock_hours(scheduled_class: ScheduledClass) -> None:
    """Lock the hours of the student, the teacher and the room until the transaction ends.

    The instants of the class must be derived. On PostgreSQL two concurrent inserts of overlapping
    rows would deadlock on the exclusion constraint. The row itself is locked first, in the order of
    every other writer. A cancelled class needs no lock; SQLite has one writer at a time.
    """
    if connection.vendor != "postgresql" or scheduled_class.status == ClassStatus.CANCELLED:
        return
    if scheduled_class.pk is not None:
        rows = ScheduledClass.objects.select_for_update(no_key=True)
        rows.filter(pk=scheduled_class.pk).values("pk").first()
    places, hours = zip(*_hours_of_places(scheduled_class), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_advisory_xact_lock(who # {SCHEMA_NUMBER}, hour)"
            " FROM unnest(%s::int[], %s::int[]) AS places (who, hour)",
            [list(places), list(hours)],
        )


def _hours_of_places(scheduled_class: ScheduledClass) -> list[tuple[int, int]]:
    """Return sorted pairs of a person or room, and an hour since 1970 that the class overlaps.

    A person is a number of 31 bits, a room a negative one. Two people with the same bits share
    their locks, which only costs time.
    """
    places = [2 * scheduled_class.student_id % 2**31]
    if scheduled_class.teacher_id is not None:
        places.append((2 * scheduled_class.teacher_id + 1) % 2**31)
    if scheduled_class.room_id is not None:
        places.append(-1 - scheduled_class.room_id % 2**31)
    start = int(scheduled_class.starts_at.timestamp())
    end = int(scheduled_class.ends_at.timestamp())
    hours = range(start // HOUR, -(-end // HOUR))
    return sorted(product(places, hours))
