"""The log of runs of two months: by cron and by hand, some failed, some missed."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from scheduling.jobs.schedule.due_times import due_before
from scheduling.models import Job, JobRun, JobRunItem, RunState, Trigger

DAYS = 60
# Days ago on which a job did not run, failed, or ran with errors.
MISSED = {Job.HORIZON: (12, 13, 41), Job.WEEKLY: ()}
FAILED = {Job.HORIZON: (25,), Job.WEEKLY: ()}
PARTIAL = {Job.HORIZON: (7,), Job.WEEKLY: ()}
CRASHED_WEEK, MISSED_WEEK = 2, 3


def make_history(now: datetime, days: int = DAYS, person: str = "teresa", seed: int = 1) -> None:
    """Create runs of both jobs by their schedules up to ``now``, in order of time."""
    random = Random(seed)
    plan: list[tuple[datetime, Job, int]] = []
    for job in (Job.HORIZON, Job.WEEKLY):
        for number, due in enumerate(due_before(job, now)):
            if due < now - timedelta(days=days):
                break
            plan.append((due, job, number))
    for due, job, number in sorted(plan):
        if number in MISSED[job] or (job == Job.WEEKLY and number == MISSED_WEEK):
            continue
        values: dict[str, Any] = {}
        created = random.randrange(17, 26) if job == Job.HORIZON else random.randrange(144, 152)
        if number in FAILED[job]:
            created = 0
            values = {"state": RunState.FAILED, "error": "The database did not answer."}
        elif job == Job.WEEKLY and number == CRASHED_WEEK:
            created = 80
            values = {
                "state": RunState.CRASHED,
                "error": "The process ended before the run was over; "
                "the next run completes the work.",
            }
        elif number in PARTIAL[job]:
            values = {"state": RunState.PARTIAL, "counts": {"created": created, "invalid": 1}}
        elif job == Job.WEEKLY and number == MISSED_WEEK - 1 - 1:
            values = {"catch_up_from": due.date() - timedelta(days=7 + due.weekday())}
        run = add_run(job, due + timedelta(seconds=4), created=created, random=random, **values)
        if run.state == RunState.PARTIAL:
            _add_invalid_item(run)
    for days_ago, job, created in ((1.3, Job.HORIZON, 12), (5.1, Job.WEEKLY, 3)):
        add_run(
            job,
            now - timedelta(days=days_ago),
            created=created,
            random=random,
            trigger=Trigger.ADMIN,
            triggered_by=person,
        )


def add_run(
    job: Job,
    started: datetime,
    *,
    created: int = 0,
    random: Random | None = None,
    seconds: float | None = None,
    **values: Any,
) -> JobRun:
    """Create a finished run with the start time ``started``."""
    random = random or Random(1)
    if seconds is None:
        seconds = 0.25 + created / 220 + random.random() / 5
    day = started.date()
    monday = day - timedelta(days=day.weekday())
    window = (day, day + timedelta(weeks=12))
    if job == Job.WEEKLY:
        window = (monday, monday + timedelta(weeks=1))
    defaults: dict[str, Any] = {
        "trigger": Trigger.CRON,
        "state": RunState.SUCCEEDED,
        "window_start": window[0],
        "window_end": window[1],
        "counts": {"created": created, "exists": 1742} if created else {},
        "classes_created": created,
        "students_processed": 60,
        "teachers_processed": 10,
        "progress_done": 60,
        "progress_total": 60,
        "host": "studio-1",
        "started_at": started,
        "heartbeat": started + timedelta(seconds=seconds),
        "finished_at": started + timedelta(seconds=seconds),
    }
    run = JobRun.objects.create(job=job, **defaults | values)
    # The database's clock sets created_at.
    JobRun.objects.filter(pk=run.pk).update(created_at=started)
    run.refresh_from_db()
    return run


def _add_invalid_item(run: JobRun) -> None:
    JobRunItem.objects.create(
        run=run,
        outcome="invalid",
        student_name="Nora Díaz",
        code="unknown_zone",
        params={"zone": "Europe/Madird"},
    )
