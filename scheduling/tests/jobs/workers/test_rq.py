"""The RQ backend without a Redis server."""

from scheduling.models import JobRun, RunState
from scheduling.tests.jobs.helpers import horizon

START = """
from datetime import date
from scheduling.jobs.workers.enqueue import EnqueueFailedError, enqueue_run
from scheduling.jobs.runs.request import RunRequest
from scheduling.models import Job, Trigger

request = RunRequest(job=Job.HORIZON, today=date(2040, 1, 2), weeks=1, trigger=Trigger.ADMIN)
try:
    enqueue_run(request)
except EnqueueFailedError as error:
    print(error)
"""


def test_unreachable_redis_fails_run_and_blocks_no_other(manage):
    env = {"TASKS_BACKEND": "rq", "REDIS_URL": "unix:///nowhere/redis.sock"}
    result = manage("shell", "--no-imports", "-c", START, env=env)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("No worker could be called to do it: Error 2 connecting to")
    run = JobRun.objects.get()
    assert (run.state, run.error) == (RunState.FAILED, result.stdout.strip())
    assert horizon().state == RunState.SUCCEEDED
