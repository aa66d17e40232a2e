"""The summary and the health that the history of runs has."""

from datetime import datetime

import pytest
import time_machine

from scheduling.models import Job, Trigger
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, moment
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.support.history import add_run

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
HISTORY = "/api/admin/background-jobs/history"
WEEK = "/api/class-tracking/generate-weekly-classes"


@pytest.fixture
def get(admin_client):
    """Return `get(path)`, which returns the JSON on Monday 5 January 2026 after midnight."""

    def get_json(path: str = HISTORY, now: datetime = EARLY):
        with time_machine.travel(now, tick=False):
            answer = admin_client.get(path)
        assert answer.status_code == 200
        return answer.json()

    return get_json


def test_next_run_is_null_without_a_caller(get):
    make.slot(created_at=EARLY)
    horizon()
    data = get()["data"]
    assert data["summary"]["nextRun"] is None
    assert data["systemHealth"]["issues"][0] == "Nothing runs by itself yet."
    assert "manage.py install_cron" in data["systemHealth"]["suggestions"][0]
    assert data["systemHealth"]["isHealthy"] is False


def test_next_run_is_first_due_run_with_a_caller(get):
    add_run(Job.WATCH, EARLY, trigger=Trigger.SCHEDULER)
    assert get()["data"]["summary"]["nextRun"] == "2026-01-05T02:00:00+00:00"
    later = moment("2026-01-05 04:00")
    assert get(now=later)["data"]["summary"]["nextRun"] is None


def test_indicators_count_missing_classes_and_conflicts(get):
    whom = make.teacher()
    make.slot(whom, created_at=EARLY)
    make.slot(whom, created_at=EARLY)
    make.schedule(weekday=3, created_at=EARLY)
    # The counts of an old run are not used.
    add_run(Job.HORIZON, EARLY, counts={"conflict": 99})

    def numbers():
        found = get()["data"]["systemHealth"]["indicators"]
        return found["missingClassesThisWeek"], found["unresolvedConflicts"]

    assert numbers() == (2, 12)
    horizon(), weekly()
    assert numbers() == (0, 12)
    issues = get()["data"]["systemHealth"]["issues"]
    assert "1 clash of lessons to resolve." in issues
    assert not any("missing" in issue for issue in issues)


def test_conflict_is_expected_but_not_missing(get):
    ana = make.student()
    make.schedule(ana)
    make.schedule(ana, start="10:30", end="11:30")
    make.schedule()

    def week():
        found = get(WEEK)
        names = ("existing", "expected", "missing")
        return [found[f"{name}ClassesThisWeek"] for name in names], found["status"]

    assert week() == ([0, 3, 2], "ready")
    weekly(MONDAY)
    assert week() == ([2, 3, 0], "incomplete")
