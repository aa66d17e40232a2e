"""Builds run requests from HTTP requests."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from rest_framework.request import Request

from scheduling.api.authentication import CronService
from scheduling.jobs.runs.request import RunRequest as JobRequest
from scheduling.models import Job, Trigger
from scheduling.selectors.studio import studio_today


def run_request(
    request: Request,
    job: Job,
    *,
    today: date | None = None,
    weeks: int | None = None,
    students: Iterable[int] = (),
) -> JobRequest:
    """Return a run request for ``job``. ``today`` replaces the current date."""
    return JobRequest(
        job=job,
        today=today or studio_today(),
        dated=today is not None,
        weeks=weeks or settings.HORIZON_WEEKS,
        student_ids=tuple(students),
        trigger=_trigger(request),
        triggered_by=str(request.user),
    )


def _trigger(request: Request) -> Trigger:
    if isinstance(request.user, CronService):
        return Trigger.HTTP
    return Trigger.API if request.auth is not None else Trigger.ADMIN
