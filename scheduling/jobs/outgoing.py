"""Calls to other hosts: short, and never the fault of a run."""

import logging
import urllib.error
import urllib.request
from http.client import HTTPException

logger = logging.getLogger(__name__)

# In all, even where a host sends one byte a second: who waits is a run.
SECONDS = 10.0


def call(url: str, what: str, body: bytes | None = None, kind: str = "text/plain") -> bool:
    """POST ``body`` to ``url``; whether it answered with success. ``what`` names it in the log.

    The address may be a secret: it is not logged.
    """
    headers = {"User-Agent": "Class-Tracker", "Content-Type": kind}
    request = urllib.request.Request(url, data=body or b"", headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):
            return True
    except (OSError, HTTPException, ValueError) as error:
        status = f" {error.code}" if isinstance(error, urllib.error.HTTPError) else ""
        logger.warning("%s did not take a message: %s%s", what, type(error).__name__, status)
        return False
