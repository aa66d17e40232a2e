"""Runs with errors: what the response contains, and what only the log contains."""

import pytest
from django.db import ProgrammingError

from scheduling.jobs.generation import generator
from scheduling.models import JobRun, RunState, Trigger
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon

# The heartbeat of a run has its own connection.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

SECRET = "a-secret-of-sixteen-or-more"
CRON = "/api/cron/generate-lessons"
WEEKLY = "/api/class-tracking/generate-weekly-classes"
MISSING = "/api/class-tracking/generate-missing-classes"
GENERATE = "/api/admin/background-jobs/generate-lessons"
HISTORY = "/api/admin/background-jobs/history?limit=5"
ERROR = 'no luck\nCONTEXT: SQL statement "SELECT 1"\nCOPY classes, line 1: "2 2 3"'
SENTENCE = "Ana Ruiz: The database refused it: ProgrammingError: no luck. The log has the details."


@pytest.fixture
def broken(monkeypatch):
    """Let writes fail for Ana, who has both kinds of series."""
    ana = make.student("Ana Ruiz")
    make.slot(student=ana)
    make.schedule(ana, weekday=3)

    def refuse(plan, run_id, now):
        raise ProgrammingError(ERROR)

    monkeypatch.setattr(generator, "write_plan", refuse)


def post(client, path, **headers):
    return client.post(path, {}, content_type="application/json", headers=headers)


@pytest.mark.parametrize("path", [CRON, WEEKLY, MISSING, GENERATE])
def test_response_with_errors_has_error_keys_and_its_own_keys(
    admin_client, client, settings, broken, caplog, path
):
    settings.CRON_SECRET = SECRET
    if path == CRON:
        answer = post(client, path, authorization=f"Bearer {SECRET}")
    else:
        answer = post(admin_client, path)
    data = answer.json()
    assert answer.status_code == 500
    assert (data["success"], data["error"]) == (False, "run_errors")
    both = path == MISSING  # it handles series of both kinds
    count = "2 errors, the first" if both else "1 error"
    assert data["message"] == f"0 classes created, but with {count}: {SENTENCE}"
    assert data["runId"]
    text = answer.content.decode()
    assert "COPY" not in text
    assert "SELECT" not in text
    # The log has the details.
    assert f"run {data['runId']} could not deal with" in caplog.text
    assert 'COPY classes, line 1: "2 2 3"' in caplog.text


def test_error_is_translated_to_spanish(admin_client, broken):
    data = post(admin_client, WEEKLY, accept_language="es").json()
    assert data["message"].startswith("0 clases creadas, pero con 1 error: Ana Ruiz: La base")


def test_successful_run_has_no_error(admin_client):
    make.slot()
    data = post(admin_client, GENERATE).json()
    assert "error" not in data
    assert data["message"] == "12 lessons generated"


def test_history_has_same_errors_as_response(admin_client, broken):
    horizon()
    JobRun.objects.create(job="weekly", trigger=Trigger.CRON, state="failed", error="The disk.")
    make.slot()
    failed, partial = admin_client.get(HISTORY).json()["data"]["jobHistory"]
    assert (failed["errors"], partial["errors"]) == (["The disk."], [SENTENCE])
    assert partial["state"] == "partial"
    post(admin_client, WEEKLY)
    assert admin_client.get(WEEKLY).json()["lastRun"]["errors"] == [SENTENCE]
    run = admin_client.get(f"/api/admin/background-jobs/runs/{partial['id']}").json()
    assert run["errors"] == [SENTENCE]


def test_history_has_first_ten_errors_without_more_queries(
    admin_client, django_assert_num_queries, django_assert_max_num_queries
):
    def run_with(errors):
        run = JobRun.objects.create(job="horizon", trigger=Trigger.CRON, state=RunState.PARTIAL)
        for number in range(errors):
            params = {"error": f"fault {number}."}
            run.items.create(outcome="error", code="error", params=params)

    run_with(1)
    with django_assert_max_num_queries(50) as before:
        (run,) = admin_client.get(HISTORY).json()["data"]["jobHistory"]
    assert run["errors"] == ["fault 0."]
    for _run in range(3):
        run_with(12)
    with django_assert_num_queries(len(before)):
        runs = admin_client.get(HISTORY).json()["data"]["jobHistory"]
    assert [len(run["errors"]) for run in runs] == [10, 10, 10, 1]
    assert runs[0]["errors"][:2] == ["fault 0.", "fault 1."]
