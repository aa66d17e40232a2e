"""A run that could not do everything: what the caller hears of it, and what only the log does."""

import pytest
from django.db import ProgrammingError

from scheduling.jobs.generation import generator
from scheduling.models import JobRun, RunState, Trigger
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon

# A run's heart beats on a connection of its own.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="postgresql")]

SECRET = "a-secret-of-sixteen-or-more"
CRON = "/api/cron/generate-lessons"
WEEKLY = "/api/class-tracking/generate-weekly-classes"
MISSING = "/api/class-tracking/generate-missing-classes"
GENERATE = "/api/admin/background-jobs/generate-lessons"
HISTORY = "/api/admin/background-jobs/history?limit=5"
SAID = 'no luck\nCONTEXT: SQL statement "SELECT 1"\nCOPY classes, line 1: "2 2 3"'
SENTENCE = "Ana Ruiz: The database refused it: ProgrammingError: no luck. The log has the details."


@pytest.fixture
def broken(monkeypatch):
    """Nothing can be written of Ana, who has both kinds of schedules."""
    ana = make.student("Ana Ruiz")
    make.slot(who=ana)
    make.schedule(ana, weekday=3)

    def refuse(plan, run_id, now):
        raise ProgrammingError(SAID)

    monkeypatch.setattr(generator, "write_plan", refuse)


def post(client, path, **headers):
    return client.post(path, {}, content_type="application/json", headers=headers)


@pytest.mark.parametrize("path", [CRON, WEEKLY, MISSING, GENERATE])
def test_the_contract_s_error_stands_beside_the_answer_s_own_keys(
    admin_client, client, settings, broken, caplog, path
):
    settings.CRON_SECRET = SECRET
    if path == CRON:
        answer = post(client, path, authorization=f"Bearer {SECRET}")
    else:
        answer = post(admin_client, path)
    told = answer.json()
    assert answer.status_code == 500
    assert (told["success"], told["error"]) == (False, "run_errors")
    both = path == MISSING  # it is about schedules of both kinds
    count = "2 errors, the first" if both else "1 error"
    assert told["message"] == f"0 classes created, but with {count}: {SENTENCE}"
    assert told["runId"]
    text = answer.content.decode()
    assert "COPY" not in text
    assert "SELECT" not in text
    # Whoever looks into the log finds all of it.
    assert f"run {told['runId']} could not deal with" in caplog.text
    assert 'COPY classes, line 1: "2 2 3"' in caplog.text


def test_it_is_said_in_spanish(admin_client, broken):
    told = post(admin_client, WEEKLY, accept_language="es").json()
    assert told["message"].startswith("0 clases creadas, pero con 1 error: Ana Ruiz: La base")


def test_what_went_well_has_no_error(admin_client):
    make.slot()
    told = post(admin_client, GENERATE).json()
    assert "error" not in told
    assert told["message"] == "12 lessons generated"


def test_the_history_says_what_cron_was_told(admin_client, broken):
    horizon()
    JobRun.objects.create(job="weekly", trigger=Trigger.CRON, state="failed", error="The disk.")
    make.slot()
    failed, partial = admin_client.get(HISTORY).json()["data"]["jobHistory"]
    assert (failed["errors"], partial["errors"]) == (["The disk."], [SENTENCE])
    assert partial["state"] == "partial"
    post(admin_client, WEEKLY)
    assert admin_client.get(WEEKLY).json()["lastRun"]["errors"] == [SENTENCE]
    one = admin_client.get(f"/api/admin/background-jobs/runs/{partial['id']}").json()
    assert one["errors"] == [SENTENCE]


def test_of_many_errors_it_tells_the_first_ten_in_as_many_queries(
    admin_client, django_assert_num_queries, django_assert_max_num_queries
):
    def run_with(errors):
        run = JobRun.objects.create(job="horizon", trigger=Trigger.CRON, state=RunState.PARTIAL)
        for number in range(errors):
            params = {"error": f"fault {number}."}
            run.items.create(outcome="error", code="error", params=params)

    run_with(1)
    with django_assert_max_num_queries(50) as before:
        (one,) = admin_client.get(HISTORY).json()["data"]["jobHistory"]
    assert one["errors"] == ["fault 0."]
    for _run in range(3):
        run_with(12)
    with django_assert_num_queries(len(before)):
        many = admin_client.get(HISTORY).json()["data"]["jobHistory"]
    assert [len(run["errors"]) for run in many] == [10, 10, 10, 1]
    assert many[0]["errors"][:2] == ["fault 0.", "fault 1."]
