"""A generation killed midway and repeated; scheduling/tests/soak kills it fifty times."""

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
        classes = part * len(expected) // KILLS
        # A twentieth of a second is a few chunks: the kill is between two COMMITs or in one.
        assert killing.kill_at(classes, random.uniform(0, 0.05), CHUNK_ROWS)
        killing.assert_whole_chunks(set(expected))
    last = killing.generate()

    assert killing.stored() == expected
    assert killing.states() == {"crashed": KILLS, "succeeded": 1}
    assert 0 < last.classes_created < len(expected)
    assert last.counts["conflict"] == undisturbed.counts["conflict"]
    assert last.counts["exists"] + last.counts["created"] == len(expected)
    killing.assert_whole_chunks(set(expected))

    repeated = killing.generate()
    assert (repeated.classes_created, killing.stored()) == (0, expected)
    assert not JobRun.objects.filter(state="running").exists()
