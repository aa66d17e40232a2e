"""Former import paths that existing installations still use."""

from logging import LogRecord
from logging.config import DictConfigurator

import pytest
from django_tasks_db.models import DBTaskResult

from scheduling.jobs.workers.enqueue import enqueue_run
from scheduling.models import Job, JobRun, RunState
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import request

pytestmark = pytest.mark.one_database(name="sqlite")


@pytest.mark.django_db(transaction=True)
def test_task_queued_by_earlier_version_is_performed(manage):
    make.slot()
    enqueue_run(request(Job.HORIZON))
    DBTaskResult.objects.update(task_path="scheduling.jobs.tasks.perform_run")
    env = {"TASKS_BACKEND": "database"}
    worker = manage("db_worker", "--batch", "--no-startup-delay", env=env)
    assert worker.returncode == 0, worker.stderr
    assert JobRun.objects.get().state == RunState.SUCCEEDED
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_formatter_of_earlier_gunicorn_configuration_writes_json():
    formatters = {"json": {"()": "scheduling.api.logs.JSONLines"}}
    formatter = DictConfigurator({}).configure_formatter(formatters["json"])
    record = LogRecord("gunicorn.error", 20, __file__, 1, "Listening", (), None)
    assert '"message": "Listening"' in formatter.format(record)
