"""Starts a run that goes on in the background, from a button of the admin."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from scheduling.jobs.request import Request
from scheduling.models import Job, Trigger


def request_of(http: HttpRequest, job: Job, now: datetime) -> Request:
    """``job`` for the whole studio, as the person who asks for it wants it."""
    return Request(
        job=job,
        today=timezone.localdate(now, timezone.get_default_timezone()),
        weeks=settings.HORIZON_WEEKS,
        trigger=Trigger.ADMIN,
        triggered_by=http.user.get_username(),
    )
