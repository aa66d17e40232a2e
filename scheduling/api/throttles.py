"""Throttles of requests per caller and of refused credentials per address."""

import time

from django.conf import settings
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from scheduling.services import refused_credentials


def address_of(request: Request) -> str:
    """Return the peer's address. Forwarding headers are ignored, as clients can forge them."""
    return request.META.get("REMOTE_ADDR", "")


class CallerThrottle(UserRateThrottle):
    """Applies ``API_THROTTLE`` per user, or per address without one, in each process.

    Counting in the database would make every GET a write, which has to wait for SQLite's lock.
    """

    # Monotonic, so that setting the system clock back locks nobody out.
    timer = time.monotonic

    def get_rate(self) -> str:
        return settings.API_THROTTLE


def count_refusal(request: Request) -> None:
    """Count refused credentials. Raises Throttled beyond ``API_THROTTLE_FAILED``."""
    wait = refused_credentials.count_refusal(address_of(request))
    if wait is not None:
        raise exceptions.Throttled(wait=wait)
