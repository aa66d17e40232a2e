"""The limit of refused credentials of an address, ``API_THROTTLE_FAILED``."""

import time
from datetime import UTC, datetime

from django.conf import settings

from scheduling.models import RefusedCredentials

SECONDS = {"sec": 1, "min": 60, "hour": 3600, "day": 86400}


def count_refusal(address: str) -> float | None:
    """Count refused credentials; return the seconds to wait if there were too many, else None.

    The count is in the database, shared by all processes, so that more workers don't allow more
    guesses.
    """
    limit, period = settings.API_THROTTLE_FAILED.split("/")
    seconds, now = SECONDS[period], time.time()
    ends = (now // seconds + 1) * seconds
    count = RefusedCredentials.add(address, datetime.fromtimestamp(ends, UTC))
    return ends - now if count > int(limit) else None
