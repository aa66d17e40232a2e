"""Limits of calls per caller and of refused credentials per address."""

import time
from datetime import UTC, datetime

from django.conf import settings
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from scheduling.models import RefusedCredentials


def address_of(request: Request) -> str:
    """Where the request comes from; a header that anyone may write is not believed."""
    return request.META.get("REMOTE_ADDR", "")


class CallerThrottle(UserRateThrottle):
    """``API_THROTTLE`` for each user, and for each address without one; counted by each process.

    Counting in the database would make every GET a write, which waits for SQLite's writer.
    """

    # A clock that is set back must not lock anyone out.
    timer = time.monotonic

    def get_rate(self) -> str:
        return settings.API_THROTTLE


def count_refusal(request: Request) -> None:
    """Count refused credentials. Raises Throttled beyond ``API_THROTTLE_FAILED``.

    Counted in the database, for all processes together: more workers must not make a password
    quicker to guess.
    """
    limit, seconds = CallerThrottle().parse_rate(settings.API_THROTTLE_FAILED)
    now = time.time()
    ends = (now // seconds + 1) * seconds
    window_end = datetime.fromtimestamp(ends, UTC)
    if RefusedCredentials.add(address_of(request), window_end) > limit:
        raise exceptions.Throttled(wait=ends - now)
