"""Locks of the hours of people and rooms, for manual edits of classes."""

from collections.abc import Iterator
from itertools import product

from django.db import connection

from scheduling.db.advisory_locks import SCHEMA_NUMBER
from scheduling.models import ClassStatus, ScheduledClass

HOUR = 3600  # seconds


def lock_hours(*classes: ScheduledClass) -> None:
    """Lock the hours of the students, teachers and rooms until the transaction ends.

    The instants of the classes must be derived. On PostgreSQL two concurrent inserts of overlapping
    rows would deadlock on the exclusion constraint. The rows themselves are locked first, in the
    order of every other writer. A cancelled class needs no lock; SQLite has one writer at a time.
    """
    active = [each for each in classes if each.status != ClassStatus.CANCELLED]
    if connection.vendor != "postgresql" or not active:
        return
    if ids := [each.pk for each in active if each.pk is not None]:
        rows = ScheduledClass.objects.select_for_update(no_key=True).filter(pk__in=ids)
        list(rows.order_by("pk").values_list("pk"))
    pairs = {pair for each in active for pair in _hours_of_places(each)}
    places, hours = zip(*sorted(pairs), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_advisory_xact_lock(who # {SCHEMA_NUMBER}, hour)"
            " FROM unnest(%s::int[], %s::int[]) AS places (who, hour)",
            [list(places), list(hours)],
        )


def _hours_of_places(scheduled_class: ScheduledClass) -> Iterator[tuple[int, int]]:
    """Return pairs of a person or room, and an hour since 1970 that the class overlaps.

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
    return product(places, hours)
