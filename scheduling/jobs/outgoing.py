"""HTTP calls to other hosts, and one deadline for all of a call, to a mail server too.

`requests` and smtplib limit each step alone: looking a name up has no limit there, nor has an
answer that comes byte by byte. So a call is made in a thread, which is abandoned at the deadline.
"""

import logging
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from requests import Session
    from urllib3.util import Retry

logger = logging.getLogger(__name__)

T = TypeVar("T")
# Limit of a message, name lookup included; a run is blocked meanwhile.
SECONDS = 10.0
# An answer larger than this is not one of ours.
MAX_BYTES = 50_000_000
PIECE = 65_536
# How soon a signal is noticed.
POLL = 0.05


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its body, and its header ``Location``."""

    status: int
    body: bytes
    location: str


class NoReplyError(Exception):
    """There is no whole answer. The text says why; the cause is the innermost error."""


def never() -> bool:
    """For who has no reason to stop early."""
    return False


def with_deadline(work: Callable[[], T], seconds: float, stop: Callable[[], bool] = never) -> T:
    """What ``work`` returns or raises. Raises TimeoutError after ``seconds``, or when to ``stop``.

    It then goes on in its thread, which does not keep the process alive, until its own limits.
    """
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, name="outgoing", daemon=True).start()
    end = time.monotonic() + seconds
    while not wait([result], POLL).done:
        if stop() or time.monotonic() > end:
            raise TimeoutError
    return result.result()


def within(send: Callable[[], bool], what: str) -> bool:
    """What ``send`` answers; False where it fails or takes longer than ``SECONDS``."""
    try:
        return with_deadline(send, SECONDS)
    except TimeoutError:
        logger.warning("%s did not take a message within %g seconds", what, SECONDS)
    except Exception as error:
        logger.warning("%s did not take a message: %s", what, type(error).__name__)
    return False


def call(url: str, what: str, body: bytes = b"", kind: str = "text/plain") -> bool:
    """POST ``body`` to ``url``; whether it answered with success. ``what`` names it in the log.

    The address may be a secret: it is not logged.
    """
    try:
        reply = post(url, body, {"Content-Type": kind}, SECONDS, connects=3, max_bytes=0)
    except NoReplyError as error:
        logger.warning("%s did not take a message: %s", what, type(error.__cause__).__name__)
        return False
    if not 200 <= reply.status < 300:
        logger.warning("%s did not take a message: HTTP %d", what, reply.status)
        return False
    return True


def post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    seconds: float,
    *,
    stop: Callable[[], bool] = never,
    connects: int = 1,
    max_bytes: int = MAX_BYTES,
) -> Reply:
    """POST ``body``; the answer, a redirect too, with at most ``max_bytes`` of its body.

    Raises NoReplyError where there is none within ``seconds``, or when to ``stop``.
    """
    session = _session(connects)

    def exchange() -> Reply:
        end = time.monotonic() + seconds
        with (
            session,
            session.post(
                url,
                data=body,
                headers=headers,
                # What a URL says of a user would take the place of the secret.
                auth=(lambda request: request) if "Authorization" in headers else None,
                timeout=seconds,
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            read = bytearray()
            while piece := response.raw.read1(min(PIECE, max_bytes - len(read))):
                read += piece
                if time.monotonic() > end:
                    raise TimeoutError
            location = response.headers.get("Location", "")
            return Reply(response.status_code, bytes(read), location)

    try:
        return with_deadline(exchange, seconds, stop)
    except Exception as error:
        innermost = _innermost(error)
        raise NoReplyError(_reason(innermost, seconds)) from innermost


def retry_policy(connects: int = 1) -> "Retry":
    """Our policy for HTTP: no answer, 429 and 5xx pass by themselves.

    Only a connection is tried again at once, up to ``connects`` times: nothing has been sent then.
    All else is left to the next attempt of a command, or to the next watch: to what a host has
    heard it may have reacted.
    """
    from urllib3.util import Retry

    return Retry(
        total=connects - 1,
        read=0,
        status=0,
        other=0,
        backoff_factor=0.25,
        allowed_methods=None,
        status_forcelist=(429, *range(500, 600)),
        raise_on_status=False,
        respect_retry_after_header=False,
    )


def _session(connects: int) -> "Session":
    # Loaded by the first call: to start without it is a tenth of a second quicker.
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    adapter = HTTPAdapter(max_retries=retry_policy(connects))
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers.update({"User-Agent": "Class-Tracker", "Accept-Encoding": "identity"})
    # Neither a proxy nor a .netrc of the environment: cron has almost none, so that a call would go
    # another way from there than from a shell; and the secret is for the named host alone.
    session.trust_env = False
    # requests has a list of authorities of its own; this machine may trust a private one.
    paths = ssl.get_default_verify_paths()
    session.verify = paths.cafile or paths.capath or True
    return session


def _innermost(error: BaseException) -> BaseException:
    """What requests and urllib3 have wrapped into errors that quote the whole address."""
    while inner := error.__context__ or error.__cause__:
        error = inner
    return error


def _reason(error: BaseException, seconds: float) -> str:
    from urllib3.exceptions import IncompleteRead

    if isinstance(error, TimeoutError):
        return _("no whole answer within %(seconds)g seconds") % {"seconds": seconds}
    if isinstance(error, IncompleteRead):
        return f"{error.partial} bytes of {error.partial + error.expected}"
    return str(error) or type(error).__name__
