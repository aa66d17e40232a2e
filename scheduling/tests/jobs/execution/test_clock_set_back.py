"""A machine clock that is set back an hour, between runs and during a run."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from scheduling.db.clock import database_now
from scheduling.jobs.execution.runner import RunOptions, run
from scheduling.jobs.monitoring.alerting.incidents import current_incidents
from scheduling.jobs.runs.process import this_process
from scheduling.jobs.runs.takeover import is_dead
from scheduling.models import Job, JobRun, RunState, ScheduledClass, Trigger
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon, request, run_job, weekly

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("job", [Job.WEEKLY, Job.HORIZON])
@pytest.mark.parametrize(
    "moment", [datetime(2026, 1, 12, 0, 30, tzinfo=UTC), datetime(2026, 1, 14, 2, 30, tzinfo=UTC)]
)
def test_second_run_in_repeated_hour_creates_nothing(job, moment):
    """The Monday case falls back into Sunday, which belongs to the previous week."""
    make.schedule()
    make.slot()
    before = moment - HOUR
    run_job(job, before.date(), before)
    run_job(job, moment.date(), moment)
    rows = list(ScheduledClass.objects.order_by("id").values())
    again = run_job(job, before.date(), before)
    assert (again.state, again.classes_created) == (RunState.SUCCEEDED, 0)
    assert list(ScheduledClass.objects.order_by("id").values()) == rows


def test_clock_set_back_during_run_loses_no_class():
    for _ in range(3):
        make.slot()
    moment = datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
    readings = iter([moment])
    clock = lambda: next(readings, moment - HOUR)  # noqa: E731
    result = run(request(Job.HORIZON, date(2026, 1, 5)), RunOptions(clock=clock))
    assert (result.state, result.classes_created) == (RunState.SUCCEEDED, 36)
    assert horizon().classes_created == 0


def test_clock_set_back_causes_no_incident():
    now = database_now()
    with time_machine.travel(now, tick=False):
        for run_job_now in (weekly, horizon):
            run_job_now(now.date(), now)
    with time_machine.travel(now - HOUR, tick=False):
        assert current_incidents(now - HOUR) == []


def test_run_with_future_heartbeat_is_dead_only_without_process():
    beat = database_now() + HOUR
    live = JobRun.objects.create(
        job=Job.HORIZON, state=RunState.RUNNING, trigger=Trigger.CRON, started_at=beat,
        heartbeat=beat, host="elsewhere",
    )  # fmt: skip
    assert not is_dead(live)
    live.host, live.process = this_process().host, "999999999@1"
    assert is_dead(live)
