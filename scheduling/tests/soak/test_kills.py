"""Fifty SIGKILLs at random instants of a generation of 20,000 classes, then another run.

The classes must be those of an undisturbed run of the same schedules.
"""

from random import Random

import pytest
from django.db import connection

from scheduling.models import JobRun, RecurringSlot
from scheduling.tests.servers import killing
from scheduling.tests.support import studio

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]

KILLS = 50
CLASSES = 20_000
# A chunk for each teacher: about 120 COMMITs, so that every kill interrupts the generation.
CHUNK_ROWS = 100


@pytest.fixture
def expected():
    """Return the classes of an undisturbed run and empty the calendar."""
    studio.build(slots=CLASSES // 12, teachers=120, clashes=60, groups=10)
    killing.generate()
    classes = killing.stored()
    assert len(classes) >= CLASSES
    killing.erase()
    return classes


def assert_as_undisturbed(expected, kills):
    """Check that another run completes the classes, and that the next one does nothing."""
    last = killing.generate()
    assert killing.stored() == expected
    states = killing.states()
    assert states["crashed"] == kills
    assert set(states) <= {"crashed", "succeeded"}
    outcomes = ("exists", "created", "moved")
    assert sum(last.counts.get(outcome, 0) for outcome in outcomes) == len(expected)
    assert killing.generate().classes_created == 0
    assert killing.stored() == expected


def test_fifty_kills_during_generation_lose_nothing(expected):
    """Each kill happens at a progress drawn beforehand."""
    random = Random(1)
    points = sorted(random.randrange(CLASSES * 95 // 100) for _ in range(KILLS))
    for point in points:
        assert killing.kill_at(point, random.uniform(0, 0.03), CHUNK_ROWS)
        killing.assert_whole_chunks(set(expected))
    made_by = JobRun.objects.filter(state="crashed", classes_created__gt=0).count()
    assert made_by > KILLS // 4  # killed runs did a part of the work
    assert_as_undisturbed(expected, KILLS)
    killing.assert_whole_chunks(set(expected))


def test_kills_with_default_chunks_lose_nothing(expected):
    """Large chunks make few COMMITs, so some classes are deleted whenever all are stored.

    The kills happen between the claim and the end of an undisturbed run.
    """
    random = Random(5)
    seconds = killing.generate().duration.total_seconds()
    killing.erase()
    kills = 0
    while kills < KILLS:
        if killing.kill_at(0, random.uniform(0, seconds), None):
            kills += 1
        else:
            _delete_classes(random)
    assert_as_undisturbed(expected, KILLS)


def test_kills_while_classes_move_lose_nothing(expected):
    """The schedules change after generation, and every run moves the remaining classes."""
    random = Random(7)
    killing.generate()
    RecurringSlot.objects.update(duration_minutes=25, subject="Cello")
    killing.generate()
    moved = killing.stored()
    assert moved != expected
    RecurringSlot.objects.update(duration_minutes=30, subject="Piano")
    killing.erase()
    killing.generate()
    assert killing.stored() == expected
    RecurringSlot.objects.update(duration_minutes=25, subject="Cello")
    kills = 0
    for _attempt in range(15):
        kills += killing.kill_at(0, random.uniform(0, 1), CHUNK_ROWS)
        assert set(killing.stored()) <= set(expected) | set(moved)
    assert kills > 10
    assert_as_undisturbed(moved, kills)


def _delete_classes(random):
    """Delete about half of the classes, whole weeks and single rows, by SQL."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM classes WHERE id %% 3 = %s", [random.randrange(3)])
        cursor.execute(
            "DELETE FROM classes WHERE week > %s", [f"2040-02-{random.randrange(1, 28):02}"]
        )
