"""Runs behind PgBouncer that are killed and taken over while eight clients read and write."""

import subprocess
import time
from collections import Counter
from contextlib import suppress
from random import Random

import pytest
from django.db import connection

from scheduling.models import Job, JobRun, RecurringSlot, RunState
from scheduling.tests import factories as make
from scheduling.tests.servers import killing
from scheduling.tests.servers.traffic import Traffic
from scheduling.tests.support import studio
from scheduling.tests.support.servers.gunicorn import serving

pytestmark = [
    pytest.mark.soak,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]

SECONDS = 240
SLOTS = 400
CHUNK_ROWS = 100


def generated_classes():
    """Return the classes of the runs; those of the traffic are earlier."""
    return [row for row in killing.stored() if str(row[3]) >= killing.DATE]


def delete_classes(random):
    """Delete about a third of the classes by SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM classes WHERE date >= %s AND id %% 3 = %s",
            [killing.DATE, random.randrange(3)],
        )


def test_runs_killed_under_traffic_lose_nothing(pooler):
    random = Random(16)
    studio.build(slots=SLOTS, teachers=40)
    seconds = killing.generate().duration.total_seconds()
    expected = generated_classes()
    killing.erase()
    make.lesson(recurring_slot=RecurringSlot.objects.earliest("id"))
    limit = time.monotonic() + SECONDS
    kills = 0

    def kill_one():
        nonlocal kills
        with killing.claimed(CHUNK_ROWS) as (process, run), suppress(subprocess.TimeoutExpired):
            process.wait(timeout=random.uniform(0, 4 * seconds))
        run.refresh_from_db()
        if run.state == RunState.RUNNING:
            kills += 1
        else:
            assert run.state == RunState.SUCCEEDED
            assert generated_classes() == expected
            delete_classes(random)
        return time.monotonic() > limit

    with serving(workers=2, threads=4, API_THROTTLE="100000/min") as server:
        traffic = Traffic(server.url)
        traffic.run(until=kill_one)
        killing.generate()
    assert traffic.failures == []
    assert generated_classes() == expected
    assert kills >= SECONDS // 12
    states = Counter(JobRun.objects.filter(job=Job.HORIZON).values_list("state", flat=True))
    assert states["crashed"] == kills
    assert set(states) == {"crashed", "succeeded"}
    assert pooler.left_over() == []
