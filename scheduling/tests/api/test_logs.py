"""Log lines: JSON in production, with the ids of request and run, and a line for each run."""

import json
import logging
import sys

import pytest
from django.conf import settings
from django.utils import timezone

from classtracker.json_logs import JSONFormatter
from scheduling.api.request_id import request_id
from scheduling.jobs.execution import runner
from scheduling.jobs.execution.runner import RunOptions
from scheduling.jobs.runs.log_context import run_id
from scheduling.jobs.runs.request import RunRequest
from scheduling.models import Job, JobRun, Trigger
from scheduling.tests.factories import EARLY, MONDAY, slot

pytestmark = pytest.mark.one_database(name="sqlite")


def log(message="hello", *args, level=logging.WARNING, **values):
    record = logging.LogRecord("scheduling.x", level, __file__, 1, message, args, None)
    for name, value in values.items():
        setattr(record, name, value)
    text = JSONFormatter().format(record)
    assert "\n" not in text
    return json.loads(text)


def test_line_has_time_level_logger_and_message():
    found = log("%d of %s", 3, "ñ\u2028\nx")
    assert found.pop("time").endswith("Z")
    assert found == {
        "level": "WARNING",
        "logger": "scheduling.x",
        "message": "3 of ñ\u2028\nx",
    }


def test_line_has_ids_of_request_and_run():
    request, run = request_id.set("abc"), run_id.set(41)
    try:
        found = log()
    finally:
        request_id.reset(request)
        run_id.reset(run)
    assert (found["requestId"], found["runId"]) == ("abc", 41)
    assert {"requestId", "runId"}.isdisjoint(log())


def test_secret_addresses_of_feeds_are_masked():
    address = "/calendar/6:Xy_-secret.ics"
    found = log("Not Found: %s/?a=1", address, fields={"path": f"/classes{address}"})
    assert found["message"] == "Not Found: /calendar/***.ics/?a=1"
    assert found["path"] == "/classes/calendar/***.ics"
    assert log("Not Found: /admin/calendar/week.x")["message"].endswith("/calendar/week.x")
    found = log("Not Found: %s", "/studio/family/6-Xy_.secret/cancel/slot-1-2026-01-05?language=es")
    assert found["message"] == "Not Found: /studio/family/***/cancel/slot-1-2026-01-05?language=es"
    assert log("/family/6-Xy_.secret?at=1")["message"] == "/family/***?at=1"
    link = log("Bad Request: /admin/password/MQ/c9x-secret/")
    assert link["message"] == "Bad Request: /admin/password/MQ/***/"


@pytest.mark.django_db
def test_the_log_line_of_an_unknown_feed_has_its_id_and_not_its_token(client, caplog):
    answer = client.get("/calendar/secret-token.ics")
    assert answer.status_code == 404
    (record,) = [r for r in caplog.records if r.name == "django.request"]
    assert "secret-token" in record.getMessage()
    found = json.loads(JSONFormatter().format(record))
    assert found["message"] == "Not Found: /calendar/***.ics"
    assert found["requestId"] == answer["X-Request-Id"]


def test_line_has_fields_and_exception():
    try:
        raise ValueError("no")
    except ValueError:
        found = log(exc_info=sys.exc_info(), fields={"job": Job.WEEKLY, "at": MONDAY})
    assert (found["job"], found["at"]) == ("weekly", "2026-01-05")
    assert found["exception"].endswith("ValueError: no")


def test_production_logs_json_on_standard_error():
    (handler,) = settings.LOGGING["handlers"].values()
    # A StreamHandler without a stream writes to standard error.
    assert handler == {"class": "logging.StreamHandler", "formatter": "json"}


def generate(**options):
    request = RunRequest(job=Job.HORIZON, today=MONDAY, weeks=2, trigger=Trigger.API)
    return runner.run(request, RunOptions(clock=lambda: EARLY, **options))


@pytest.mark.django_db(transaction=True)
def test_run_logs_one_line_at_its_end(caplog):
    slot()
    run_ids = []
    caplog.set_level(logging.INFO, "scheduling.jobs")
    caplog.handler.addFilter(lambda record: run_ids.append(run_id.get()) or True)
    result = generate()
    (record,) = [r for r in caplog.records if r.name == "scheduling.jobs"]
    assert record.levelno == logging.INFO
    assert record.getMessage().startswith("horizon succeeded in ")
    for words in ("classes per second", f"{result.queries} queries"):
        assert words in record.getMessage()
    assert record.fields["classesCreated"] == result.classes_created == 2
    assert record.fields["classesPerSecond"] > 0
    assert run_ids == [result.run_id]
    assert run_id.get() is None


@pytest.mark.django_db(transaction=True)
def test_failed_run_logs_a_line(caplog, monkeypatch):
    caplog.set_level(logging.INFO, "scheduling.jobs")

    def fail(*_args, **_kwargs):
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(runner, "chunks", fail)
    with pytest.raises(RuntimeError):
        generate()
    (record,) = [r for r in caplog.records if r.name == "scheduling.jobs"]
    assert (record.fields["state"], JobRun.objects.get().state) == ("failed", "failed")
    assert "fire" in record.fields["error"]
    assert run_id.get() is None


@pytest.mark.django_db(transaction=True)
def test_quiet_run_logs_no_line(caplog):
    caplog.set_level(logging.INFO, "scheduling.jobs")
    generate(quiet=True)
    assert not [r for r in caplog.records if r.name == "scheduling.jobs"]


def test_command_prints_each_line_once(manage):
    slot(valid_from=timezone.localdate())
    answer = manage("generate_classes", "--only", "horizon")
    assert answer.returncode == 0
    lines = answer.stderr.splitlines()
    assert all(line.startswith("[20") for line in lines), answer.stderr
    assert len([line for line in lines if "queries" in line]) == 1
