"""Calls to other hosts: short, and never the fault of a run."""

import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException

logger = logging.getLogger(__name__)

# In all, even where a name is not resolved or a host sends one byte a second: who waits is a run.
SECONDS = 10.0


def within(send: Callable[[], bool], what: str) -> bool:
    """What ``send`` answers; False where it takes longer than it may.

    In a thread: the timeouts of sockets are for each step, and looking a name up has none. A send
    that is given up goes on by itself until its own timeouts end it.
    """
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(send()), name="outgoing", daemon=True)
    thread.start()
    thread.join(SECONDS)
    if not answers:
        logger.warning("%s did not take a message within %g seconds", what, SECONDS)
    return bool(answers and answers[0])


def call(url: str, what: str, body: bytes | None = None, kind: str = "text/plain") -> bool:
    """POST ``body`` to ``url``; whether it answered with success. ``what`` names it in the log.

    The address may be a secret: it is not logged.
    """
    return within(lambda: _post(url, what, body, kind), what)


def _post(url: str, what: str, body: bytes | None, kind: str) -> bool:
    headers = {"User-Agent": "Class-Tracker", "Content-Type": kind}
    request = urllib.request.Request(url, data=body or b"", headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):
            return True
    except (OSError, HTTPException, ValueError) as error:
        status = f" {error.code}" if isinstance(error, urllib.error.HTTPError) else ""
        logger.warning("%s did not take a message: %s%s", what, type(error).__name__, status)
        return False
