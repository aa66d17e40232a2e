"""``POST /api/admin/background-jobs/generate-lessons`` with ``background: true``."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from knox.models import get_token_model

from scheduling.jobs.workers.embedded_backend import EmbeddedBackend
from scheduling.jobs.workers.perform import perform
from scheduling.models import JobRun, RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import run_options

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

PATH = "/api/admin/background-jobs/generate-lessons"


@pytest.fixture
def api():
    token = get_token_model().objects.create(User.objects.create_superuser("teresa"))[1]
    return Client(headers={"Authorization": f"Bearer {token}"})


def post(api, path=PATH, **body):
    return api.post(path, body, content_type="application/json")


def test_response_has_url_of_queued_run(api):
    make.slot()
    answer = post(api, background=True, weeks=4)
    run = JobRun.objects.get()
    url = f"http://testserver/api/admin/background-jobs/runs/{run.pk}"
    assert answer.status_code == 202
    assert answer.json() == {
        "success": True,
        "message": f"Run {run.pk} goes on in the background.",
        "status": "queued",
        "runId": run.pk,
        "url": url,
    }
    assert answer["Location"] == url
    assert (run.state, run.trigger, run.triggered_by) == (RunState.QUEUED, "api", "teresa")
    assert run.options["weeks"] == 4
    assert not ScheduledClass.objects.exists()


def test_run_page_reports_progress(api):
    make.slot()
    url = post(api, background=True).json()["url"]
    assert api.get(url).json()["state"] == "queued"
    perform(JobRun.objects.get().pk, run_options().clock)
    run = api.get(url).json()
    assert (run["state"], run["progress"]) == ("succeeded", {"done": 1, "total": 1})


def test_second_run_is_409_while_one_is_queued(api):
    assert post(api, background=True).status_code == 202
    assert post(api, background=True).json()["error"] == "already_running"
    assert post(api).status_code == 409
    assert JobRun.objects.count() == 1


def test_queued_run_can_be_cancelled(api):
    url = post(api, background=True).json()["url"]
    answer = post(api, f"{url}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert post(api, background=True).status_code == 202


def test_dry_run_in_background_is_refused(api):
    answer = post(api, background=True, dryRun=True)
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "background: A dry run stores no run, so it can't go on in the background."
    )
    assert not JobRun.objects.exists()


def test_failing_worker_call_is_503_and_run_fails(api, monkeypatch):
    def broken(backend):
        raise OSError("no more processes")

    monkeypatch.setattr(EmbeddedBackend, "call_worker", broken)
    answer = post(api, background=True)
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert answer.json() == {
        "success": False,
        "error": "no_worker",
        "message": "No worker could be called to do it: no more processes",
    }
    assert JobRun.objects.get().state == RunState.FAILED
    assert post(api).status_code == 200
