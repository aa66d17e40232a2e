"""Processes whose environments name different zones, on one database."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from scheduling.db.errors import StudioChangedError
from scheduling.jobs.workers.enqueue import enqueue_run
from scheduling.models import Job, JobRun, RunState, ScheduledClass, Studio
from scheduling.models.studio import first_values, one_reading, studio
from scheduling.selectors.studio import studio_today
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import request, weekly
from scheduling.tests.support.curl import curl
from scheduling.tests.support.servers.gunicorn import serving

NEW_YORK = {"STUDIO_TIME_ZONE": "America/New_York"}
AUCKLAND = {"STUDIO_TIME_ZONE": "Pacific/Auckland"}
NONE = {"STUDIO_TIME_ZONE": None}
WARNING = "STUDIO_TIME_ZONE=Pacific/Auckland has no effect: time zone is "
STORED = "“America/New_York” under Settings."
TASKS = {"TASKS_BACKEND": "database"}
SECRET = "of-the-test"


def calendar():
    fields = ("pk", "week", "date", "start_time", "time_zone", "starts_at", "updated_at")
    return list(ScheduledClass.objects.order_by("pk").values_list(*fields))


def make_jobs_late():
    ended = JobRun.objects.exclude(state=RunState.QUEUED)
    month_ago = timezone.now() - timedelta(days=30)
    ended.update(created_at=month_ago, started_at=month_ago, finished_at=month_ago)


# PostgreSQL has its own time zones, SQLite has none.
@pytest.mark.one_database(name="sqlite")
def test_process_in_other_zone_neither_moves_nor_creates_classes(manage):
    for weekday in range(1, 8):
        make.schedule(weekday=weekday, start="20:00", end="21:00")
        make.slot(make.teacher(zone="America/New_York"), weekday=weekday)
    made = manage("generate_classes", env=NEW_YORK)
    assert made.returncode == 0, made.stderr
    assert "has no effect" not in made.stderr
    before = calendar()
    assert len([row for row in before if row[4] == "America/New_York"]) >= 7 + 7 * 12

    silent = manage("generate_classes", env=NONE)
    assert (silent.returncode, calendar()) == (0, before), silent.stderr
    assert "has no effect" not in silent.stderr
    warned = manage("generate_classes", env=AUCKLAND)
    assert (warned.returncode, calendar()) == (0, before), warned.stderr
    assert warned.stderr.count(WARNING + STORED) == 1

    make_jobs_late()
    scheduler = manage("run_scheduler", "--once", env=AUCKLAND)
    assert (scheduler.returncode, calendar()) == (0, before), scheduler.stderr
    assert WARNING in scheduler.stderr
    assert JobRun.objects.filter(trigger="scheduler", state=RunState.SUCCEEDED).count() == 3

    enqueue_run(request(Job.WEEKLY, studio_today()))
    worker = manage("db_worker", "--batch", "--no-startup-delay", env=AUCKLAND | TASKS)
    assert (worker.returncode, calendar()) == (0, before), worker.stderr
    assert WARNING in worker.stderr
    assert not JobRun.objects.filter(state=RunState.QUEUED).exists()

    make_jobs_late()
    with serving(CRON_SECRET=SECRET, workers=1, **AUCKLAND) as server:
        for path in ("class-tracking/generate-weekly-classes", "cron/generate-lessons"):
            answer = curl(f"{server.url}/api/{path}", "-X", "POST", token=SECRET)
            assert answer.json["success"], answer
        assert sum(WARNING in line for line in server.lines()) == 1
    assert calendar() == before


# Sunday in New York, Monday in Auckland, where the next week has begun.
SUNDAY_EVENING = datetime(2026, 1, 12, 2, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("given", [["STUDIO_TIME_ZONE"], []])
def test_week_follows_stored_zone(settings, given):
    make.schedule(weekday=2)
    make.studio(time_zone="America/New_York", is_settled=True)
    settings.TIME_ZONE, settings.GIVEN_FIRST_VALUES = "Pacific/Auckland", given
    with time_machine.travel(SUNDAY_EVENING, tick=False):
        call_command("generate_classes", only="weekly")
    assert ScheduledClass.objects.get().date == date(2026, 1, 6)


def test_environment_zone_applies_until_first_class(manage):
    make.studio(time_zone="Europe/Madrid", language="es")
    # A run without classes does not settle the zone.
    assert manage("generate_classes", env=AUCKLAND).returncode == 0
    assert Studio.objects.get().time_zone == "Europe/Madrid"
    make.schedule()
    made = manage("generate_classes", env=NEW_YORK)
    assert made.returncode == 0, made.stderr
    assert {row.time_zone for row in ScheduledClass.objects.all()} == {"America/New_York"}
    row = Studio.objects.get()
    assert (row.time_zone, row.language, row.is_settled) == ("America/New_York", "es", True)


def test_saved_zone_applies_without_variable(manage):
    make.studio(time_zone="Europe/Madrid")
    make.schedule()
    assert manage("generate_classes", env=NONE).returncode == 0
    assert {row.time_zone for row in ScheduledClass.objects.all()} == {"Europe/Madrid"}


@pytest.mark.django_db
def test_later_first_run_in_other_zone_writes_nothing():
    """Its zone is read before the other process stores its classes."""
    make.schedule()
    with one_reading():
        assert studio().time_zone == "UTC"
        values = first_values() | {"time_zone": "America/New_York", "is_settled": True}
        Studio.objects.bulk_create([Studio(**values)])
        with pytest.raises(StudioChangedError):
            weekly()
        run = JobRun.objects.get()
        assert (run.state, ScheduledClass.objects.count()) == (RunState.FAILED, 0)
        assert run.error.startswith("The studio's time zone has changed since this began")
        # The next attempt uses the new zone.
        assert weekly().classes_created == 1
    assert ScheduledClass.objects.get().time_zone == "America/New_York"
