"""Commands without a reachable database: one sentence on standard error, no traceback."""

import io
import json
import logging

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection

pytestmark = pytest.mark.django_db

SENTENCE = (
    "The database is unreachable or closed the connection: connection refused. "
    "Check DATABASE_URL and that the server is up."
)


@pytest.fixture
def unreachable():
    def refuse(*args):
        raise OperationalError("connection refused?")

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize(
    "command",
    [
        ("check_jobs",),
        ("create_api_token", "ana"),
        ("ensure_admin",),
        ("load_demo",),
    ],
)
def test_missing_database_is_reported_in_one_sentence(unreachable, command):
    with pytest.raises(CommandError) as failed:
        call_command(*command, stdout=io.StringIO(), stderr=io.StringIO())
    assert str(failed.value) == SENTENCE


@pytest.mark.parametrize("command", ["check_jobs", "check_schedules"])
def test_json_reports_missing_database(unreachable, command):
    output = io.StringIO()
    with pytest.raises((CommandError, SystemExit)):
        call_command(command, "--json", stdout=output, stderr=io.StringIO())
    answer = json.loads(output.getvalue())
    assert (answer["success"], answer["error"]) == (False, SENTENCE)


def test_scheduler_reports_why_late_jobs_are_unknown(unreachable, caplog):
    caplog.set_level(logging.INFO)
    with pytest.raises(SystemExit) as ended:
        call_command("run_scheduler", "--once", stdout=io.StringIO(), stderr=io.StringIO())
    assert ended.value.code == 1
    assert f"failed: {SENTENCE}" in caplog.text
