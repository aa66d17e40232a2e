"""Starts a run that goes on in the background, from a button of the admin."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from scheduling.jobs.request import Request
from scheduling.models import Job, Trigger
from scheduling.selectors.studio import studio_day


def request_of(http: HttpRequest, job: Job, now: datetime, plan: str = "") -> Request:
    """``job`` for the whole studio, as the person who asks for it wants it.

    ``plan``: the fingerprint of the one that they have seen, where they have.
    """
    return Request(
        job=job,
        today=studio_day(now),
        weeks=settings.HORIZON_WEEKS,
        trigger=Trigger.ADMIN,
        triggered_by=http.user.get_username(),
        plan=plan,
    )
