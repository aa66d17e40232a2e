"""/api/cron/tick: the address that runs the due jobs, called at any interval."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.db import ProgrammingError
from django.utils import timezone

from scheduling.jobs.generation import generator
from scheduling.jobs.notifications.outbox import queue_alert
from scheduling.models import Job, JobRun, RunState, ScheduledClass, Trigger
from scheduling.tests import factories as make

# The heartbeat of a run has its own connection.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

SECRET = "a-secret-of-sixteen-or-more"
TICK = "/api/cron/tick"
# A Wednesday: the daily entry was due at two, pruning at half past three, the watch at noon.
NOW = datetime(2026, 11, 18, 12, 7, tzinfo=UTC)
DOCS = Path(__file__).resolve().parents[4] / "docs"
ALL = ["weekly", "horizon", "prune", "watch"]


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.CRON_SECRET = SECRET


@pytest.fixture
def tick(client):
    """Return ``tick(moment)``, which calls the address then; its runs get that time too."""

    def call(moment, method="post"):
        before = set(JobRun.objects.values_list("id", flat=True))
        with time_machine.travel(moment, tick=False):
            answer = getattr(client, method)(TICK, headers={"authorization": f"Bearer {SECRET}"})
        # The clock of the database is not frozen.
        JobRun.objects.exclude(id__in=before).update(
            created_at=moment, started_at=moment, finished_at=moment, heartbeat=moment
        )
        return answer

    return call


def jobs(answer):
    return [run["job"] for run in answer.json()["ran"]]


def test_first_call_runs_all_jobs_and_second_none(tick):
    make.schedule()
    make.slot(weekday=3)
    first = tick(NOW)
    assert first.status_code == 200
    body = first.json()
    assert (body["success"], jobs(first), body["active"], body["notDue"]) == (True, ALL, [], [])
    assert [run["classesCreated"] for run in body["ran"]] == [1, 12, 0, 0]
    assert {run["state"] for run in body["ran"]} == {"succeeded"}
    assert {run["runId"] for run in body["ran"]} == set(JobRun.objects.values_list("id", flat=True))
    assert first.headers["cache-control"] == "no-store"
    second = tick(NOW + timedelta(minutes=3), "get")
    assert (second.status_code, jobs(second), second.json()["notDue"]) == (200, [], ALL)
    assert set(JobRun.objects.values_list("trigger", flat=True)) == {Trigger.HTTP}


@pytest.mark.parametrize(
    ("later", "due"),
    [
        (timedelta(minutes=8), ["watch"]),  # 12:15
        (timedelta(hours=13, minutes=52), ["watch"]),  # Thursday, 01:59
        (timedelta(hours=13, minutes=53), ["weekly", "horizon", "watch"]),  # 02:00
        (timedelta(hours=15, minutes=23), ALL),  # 03:30
        (timedelta(days=9), ALL),  # missed many times, run once
    ],
)
def test_due_jobs_run_once(tick, later, due):
    tick(NOW)
    assert jobs(tick(NOW + later)) == due
    assert jobs(tick(NOW + later)) == []


@pytest.mark.parametrize("minute", ["01:59", "02:00", "03:29", "23:59"])
def test_one_call_a_day_runs_all_jobs_each_day(tick, minute):
    first = datetime.fromisoformat(f"2026-11-18T{minute}:30+00:00")
    for day in range(9):
        assert jobs(tick(first + timedelta(days=day))) == ALL


def test_weekly_entry_of_monday_is_due_after_daily_entry(tick):
    monday = datetime(2026, 11, 23, 5, 50, tzinfo=UTC)
    tick(monday)
    assert jobs(tick(monday + timedelta(minutes=10))) == ["weekly", "watch"]


def test_due_times_are_in_zone_of_studio(tick, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    midnight = datetime(2026, 11, 18, 16, 50, tzinfo=UTC)  # Thursday, 01:50 in Tokyo
    tick(midnight)
    assert jobs(tick(midnight + timedelta(minutes=10))) == ["weekly", "horizon", "watch"]


def test_failed_job_is_due_again_and_stops_no_other(tick, monkeypatch):
    make.slot(weekday=3)

    def refuse(request, *args, **kwargs):
        raise ProgrammingError("no luck")

    with monkeypatch.context() as broken:
        broken.setattr("scheduling.jobs.execution.runner.chunks", refuse)
        answer = tick(NOW)
    body = answer.json()
    assert (answer.status_code, body["success"], body["error"]) == (500, False, "run_errors")
    assert [(run["job"], run["state"]) for run in body["ran"]] == [
        ("weekly", "failed"),
        ("horizon", "failed"),
        ("prune", "succeeded"),
        ("watch", "succeeded"),
    ]
    assert len(body["errors"]) == 2
    assert "no luck" in body["message"]
    again = tick(NOW + timedelta(minutes=1))
    assert (again.status_code, jobs(again)) == (200, ["weekly", "horizon"])


def test_series_with_error_is_500(tick, monkeypatch):
    make.slot(weekday=3)

    def refuse(plan, run_id, now):
        raise ProgrammingError("no luck")

    monkeypatch.setattr(generator, "write_plan", refuse)
    answer = tick(NOW)
    assert (answer.status_code, answer.json()["success"]) == (500, False)
    assert jobs(answer) == ALL


def test_job_active_in_other_process_is_named(tick):
    def add_active_run(job):
        now = timezone.now()
        JobRun.objects.create(
            job=job,
            state=RunState.RUNNING,
            trigger=Trigger.CRON,
            started_at=now,
            heartbeat=now,
            host="elsewhere",
        )

    add_active_run(Job.HORIZON)
    answer = tick(NOW)
    assert (answer.status_code, answer.json()["active"]) == (200, ["horizon"])
    assert jobs(answer) == ["weekly", "prune", "watch"]
    second = tick(NOW + timedelta(minutes=1))
    assert (second.status_code, second.json()["success"], second.json()["active"]) == (
        202,
        True,
        ["horizon"],
    )


def test_head_and_wrong_secret_run_nothing(client):
    answer = client.head(TICK, headers={"authorization": f"Bearer {SECRET}"})
    assert answer.status_code == 405
    assert client.post(TICK, headers={"authorization": "Bearer wrong"}).status_code == 401
    assert not JobRun.objects.exists()


@pytest.mark.parametrize(
    "every",
    [
        timedelta(days=1),
        pytest.param(timedelta(hours=6), marks=pytest.mark.soak),
        # The interval in docs/cron.md.
        pytest.param(timedelta(minutes=15), marks=pytest.mark.soak),
    ],
)
def test_two_weeks_of_calls_create_all_classes_and_reminders(tick, settings, every):
    """At any interval each week is created and each class is announced."""
    settings.JOB_LOG_RETENTION_DAYS = 7
    start = datetime(2026, 11, 18, 2, 10, tzinfo=UTC)
    ana, marta = make.student("Ana Ruiz", email="ana@example.org"), make.teacher()
    make.schedule(ana, weekday=1)
    make.schedule(ana, weekday=5)
    make.slot(teacher=marta, student=ana, weekday=3)
    now = start
    while now < start + timedelta(days=14):
        answer = tick(now)
        assert (answer.status_code, answer.json()["errors"]) == (200, [])
        now += every
    fixed = ScheduledClass.objects.filter(fixed_schedule__isnull=False)
    assert sorted(str(day) for day in fixed.values_list("date", flat=True)) == [
        "2026-11-16",  # this week's, created on Wednesday
        "2026-11-20",
        "2026-11-23",
        "2026-11-27",
        "2026-11-30",
        "2026-12-04",
    ]
    slots = ScheduledClass.objects.filter(recurring_slot__isnull=False)
    assert slots.order_by("date").first().date.isoformat() == "2026-11-18"
    assert slots.order_by("-date").first().date.isoformat() == "2027-02-17"
    assert slots.count() == 14
    announced = [message for message in mail.outbox if message.to == ["ana@example.org"]]
    due_classes = ScheduledClass.objects.filter(
        starts_at__gt=start, starts_at__lte=now - every + timedelta(hours=24)
    )
    assert len(announced) == due_classes.count() >= 6
    assert JobRun.objects.filter(job=Job.PRUNE).count() in (7, 8, 9)
    assert not JobRun.objects.filter(created_at__lt=now - timedelta(days=9)).exists()


def test_recipes_of_the_docs_call_this_address():
    blocks = re.findall(r"^```\w+\n(.*?)^```", (DOCS / "cron.md").read_text(), re.S | re.M)
    called = [path for block in blocks for path in re.findall(r"/api/[\w/-]+", block)]
    assert len(called) >= 4
    assert set(called) == {TICK}


def test_mail_time_of_a_call_is_limited_and_next_call_continues(tick, settings, monkeypatch):
    monkeypatch.setattr("scheduling.jobs.workers.tick.MAIL_SECONDS", 0.0)
    settings.EMAIL_FROM = settings.DEFAULT_FROM_EMAIL = "studio@example.org"
    for n in range(3):
        later = NOW + timedelta(days=1)
        queue_alert(f"s{n}@example.org", "Subject", "Text", NOW, later)
    sent = []
    for n in range(4):
        answer = tick(NOW + n * timedelta(minutes=15))
        assert (answer.status_code, "watch" in jobs(answer)) == (200, True)
        sent.append(len(mail.outbox))
    assert sent == [1, 2, 3, 3]
