"""How often a caller may call, and how often an address may fail to say who it is."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import caches
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from .tally import Tally

SECONDS = {"sec": 1, "min": 60, "hour": 3600, "day": 86_400}


def address_of(request: Request) -> str:
    """Where the request comes from; a header that anyone may write is not believed."""
    return request.META.get("REMOTE_ADDR", "")


def parse(rate: str) -> tuple[int, int]:
    """``600/min`` → (600, 60): so many in so many seconds."""
    number, _slash, period = rate.partition("/")
    return int(number), SECONDS[period]


# Where all workers of this machine count together.
calls = Tally("calls")


class PerCaller(BaseThrottle):
    """``API_THROTTLE`` for each person, and for each address of those who are none."""

    seconds_to_wait: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        user = request.user
        who = str(user.pk) if user and user.pk else address_of(request)
        self.seconds_to_wait = calls.count(who, *parse(settings.API_THROTTLE))
        return self.seconds_to_wait is None

    def wait(self) -> float | None:
        return self.seconds_to_wait


def count_failure(request: Request) -> None:
    """Note that credentials were refused. Raises Throttled beyond ``API_THROTTLE_FAILED``.

    Counted in the database, so that all workers count together: a password is not guessed faster
    because there are four of them.
    """
    most, seconds = parse(settings.API_THROTTLE_FAILED)
    now = time.time()
    window = int(now // seconds)
    key = f"failed-credentials:{address_of(request)}:{window}"
    cache = caches["shared"]
    count = cache.get(key, 0) + 1
    cache.set(key, count, seconds)
    if count > most:
        raise exceptions.Throttled(wait=(window + 1) * seconds - now)
