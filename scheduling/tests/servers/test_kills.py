"""A generation killed midway and started again; scheduling/tests/soak has fifty kills of it."""

from random import Random

import pytest

from scheduling.models import JobRun
from scheduling.tests.support import studio

from . import killing

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 3
CHUNK_ROWS = 100


def test_generation_killed_three_times_loses_nothing():
    random = Random(3)
    studio.build(slots=160, teachers=20, clashes=12, groups=3)
    undisturbed = killing.generate()
    expected = killing.stored()
    assert undisturbed.classes_created == len(expected) > 1_900
    assert undisturbed.counts["conflict"] > 100
    killing.erase()

    for part in range(KILLS):
        least = part * len(expected) // KILLS
        # A tenth of a second is a few of its chunks: somewhere between two COMMITs, or in one.
        assert killing.kill_at(least, random.uniform(0, 0.05), CHUNK_ROWS)
        killing.assert_whole_chunks(set(expected))
    last = killing.generate()

    assert killing.stored() == expected
    assert killing.states() == {"crashed": KILLS, "succeeded": 1}
    assert 0 < last.classes_created < len(expected)
    assert last.counts["conflict"] == undisturbed.counts["conflict"]
    assert last.counts["exists"] + last.counts["created"] == len(expected)
    killing.assert_whole_chunks(set(expected))

    again = killing.generate()
    assert (again.classes_created, killing.stored()) == (0, expected)
    assert not JobRun.objects.filter(state="running").exists()
