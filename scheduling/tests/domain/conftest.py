"""A studio on Wednesday 2026-03-11, 02:00 UTC, with one slot: Mondays 10:00 in Madrid."""

from datetime import UTC, datetime

import pytest

from scheduling.tests.domain.planning.builders import series
from scheduling.tests.domain.planning.properties.calendar_model import Studio


@pytest.fixture
def studio():
    return Studio(datetime(2026, 3, 11, 2, tzinfo=UTC))


@pytest.fixture
def slot(studio):
    """Create the slot and its four classes from 2026-03-16 on; return its key."""
    rule = studio.add(series(1))
    assert len(studio.run().creates) == 4
    return rule.key
