"""Keeps writers apart: bulk loads from each other, and two hands from the same hour."""

from itertools import product

from django.db import connection

from scheduling.db.advisory_locks import SCHEMA_NUMBER
from scheduling.models import ClassStatus, ScheduledClass

HOUR = 3600  # seconds


def lock_hours(one: ScheduledClass) -> None:
    """Wait until nobody else is writing into the hours of ``one``, and keep them until the commit.

    ``one`` has its instants. Of two rows that are both there before either is checked against the
    other, PostgreSQL's exclusion constraint lets none in: their writers wait for each other. Its
    own row comes first, as with everyone who has locked that one to change it. What takes no time
    of anybody waits for nobody, nor does SQLite, whose writers take turns.
    """
    if connection.vendor != "postgresql" or one.status == ClassStatus.CANCELLED:
        return
    if one.pk is not None:
        rows = ScheduledClass.objects.select_for_update(no_key=True)
        rows.filter(pk=one.pk).values("pk").first()
    who, hours = zip(*_hours_of_people(one), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_advisory_xact_lock(who # {SCHEMA_NUMBER}, hour)"
            " FROM unnest(%s::int[], %s::int[]) AS places (who, hour)",
            [list(who), list(hours)],
        )


def _hours_of_people(one: ScheduledClass) -> list[tuple[int, int]]:
    """Pairs of a person, as 31 bits, and an hour since 1970 that ``one`` has a part of; in order.

    Should two people ever have the same bits, one waits now and then for the other.
    """
    people = [2 * one.student_id]
    if one.teacher_id is not None:
        people.append(2 * one.teacher_id + 1)
    start, end = int(one.starts_at.timestamp()), int(one.ends_at.timestamp())
    hours = range(start // HOUR, -(-end // HOUR))
    return sorted(product((number % 2**31 for number in people), hours))
