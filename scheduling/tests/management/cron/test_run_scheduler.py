"""``run_scheduler``: due entries when the clock changes, and the process."""

import signal
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling.jobs.schedule.cron_entries import CronEntry
from scheduling.management.cron.scheduler import DueEntries, run_forever
from scheduling.models import Job, JobRun, RunState, Trigger
from scheduling.tests import factories as make

pytestmark = pytest.mark.one_database(name="sqlite")
DAILY = CronEntry(cron="0 2 * * *", command=("generate_classes",), jobs=("horizon",))
OFTEN = CronEntry(cron="*/15 * * * *", command=("watch_jobs",), jobs=("watch",))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def create_entries(now, *crons, zone=lambda: ZoneInfo("UTC")):
    entries = DueEntries(zone, crons or (DAILY,))
    entries.begin(at(now))
    return entries


def test_no_entry_is_due_at_start():
    entries = create_entries("2026-11-18 02:00")
    assert entries.take(at("2026-11-18 02:00")) == []
    assert entries.take(at("2026-11-19 02:00")) == [DAILY]
    assert entries.take(at("2026-11-19 02:01")) == []


def test_job_missed_repeatedly_runs_once():
    entries = create_entries("2026-11-18 00:00", DAILY, OFTEN)
    assert entries.take(at("2026-11-22 12:00")) == [DAILY, OFTEN]
    assert entries.take(at("2026-11-22 12:00")) == []


def test_clock_set_back_an_hour_makes_nothing_due_twice():
    entries = create_entries("2026-11-18 01:59")
    assert entries.take(at("2026-11-18 02:01")) == [DAILY]
    for moment in ("2026-11-18 01:01", "2026-11-18 02:00", "2026-11-18 02:02"):
        assert entries.take(at(moment)) == []
    assert entries.take(at("2026-11-19 02:00")) == [DAILY]


def test_clock_set_back_a_year_does_not_delay_jobs():
    entries = create_entries("2027-11-18 12:00")
    assert entries.take(at("2026-11-18 12:00")) == []
    assert entries.take(at("2026-11-19 02:00")) == [DAILY]


def test_clock_ahead_for_one_run_does_not_delay_frequent_jobs():
    entries = create_entries("2026-11-18 12:01", DAILY, OFTEN)
    assert entries.take(at("2026-11-18 23:05")) == [OFTEN]
    assert entries.take(at("2026-11-18 12:05")) == []
    assert entries.take(at("2026-11-18 12:15")) == [OFTEN]
    assert entries.take(at("2026-11-19 02:00")) == [DAILY, OFTEN]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_entries_run_once_on_days_of_clock_changes(day):
    """02:00 is skipped on the first day and repeated on the second."""
    madrid = ZoneInfo("Europe/Madrid")
    moment = datetime.fromisoformat(day).replace(tzinfo=madrid).astimezone(UTC)
    entries = DueEntries(lambda: madrid, (DAILY,))
    entries.begin(moment)
    times = [moment + timedelta(minutes=n) for n in range(24 * 60)]
    assert sum(len(entries.take(time)) for time in times) == 1


def test_changed_zone_applies_to_entries_not_yet_due():
    zones = iter([ZoneInfo("UTC"), *[ZoneInfo("America/New_York")] * 9])
    entries = DueEntries(lambda: next(zones), (DAILY, OFTEN))
    entries.begin(at("2026-11-18 01:55"))
    assert entries.take(at("2026-11-18 02:00")) == [DAILY, OFTEN]
    assert entries.take(at("2026-11-18 06:59")) == [OFTEN]
    assert entries.take(at("2026-11-18 07:00")) == [DAILY, OFTEN]


def test_scheduler_waits_at_most_half_a_minute():
    entries = create_entries("2026-11-18 01:00")
    assert entries.wait(at("2026-11-18 01:00")) == 30
    assert entries.wait(at("2026-11-18 01:59:50")) == 10
    assert entries.wait(at("2026-11-18 03:00")) == 0


def test_scheduler_ends_between_two_entries():
    times = iter(at(f"2026-11-18 {text}") for text in ("01:00", "02:00", "02:00", "02:00"))
    done = []
    entries = DueEntries(lambda: ZoneInfo("UTC"), (DAILY, OFTEN))
    run_forever(entries, lambda: next(times), done.append, lambda: bool(done), print)
    assert done == [DAILY]


@pytest.mark.django_db(transaction=True)
def test_process_runs_late_jobs_and_ends_on_sigterm(spawn_manage):
    make.slot()
    long_ago = datetime.now(UTC) - timedelta(days=3)
    JobRun.objects.create(
        job=Job.HORIZON, state=RunState.SUCCEEDED, trigger=Trigger.CRON, started_at=long_ago
    )
    process = spawn_manage("run_scheduler")
    lines = []
    timer = threading.Timer(60, process.kill)
    timer.start()
    for line in process.stderr:
        lines.append(line)
        if "waiting for due jobs" in line:
            process.send_signal(signal.SIGTERM)
            break
    lines += process.communicate()[1].splitlines()
    timer.cancel()
    assert process.returncode == 143, lines
    runs = JobRun.objects.filter(trigger=Trigger.SCHEDULER)
    # The watch runs at once, so that pages show a caller.
    assert {run.job for run in runs} == {"weekly", "horizon", "watch"}
    assert {run.state for run in runs} == {RunState.SUCCEEDED}
