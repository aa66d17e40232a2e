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


def with_deadline(
    work: Callable[[], T], seconds: float, stop: Callable[[], bool] | None = None
) -> T:
    """What ``work`` returns or raises; TimeoutError after ``seconds``, or when to ``stop``."""
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, name="outgoing", daemon=True).start()
    end = time.monotonic() + seconds
    while not wait([result], POLL).done:
        if time.monotonic() > end or (stop is not None and stop()):
            raise TimeoutError
    return result.result()


def call(url: str, what: str, body: bytes = b"", kind: str = "text/plain") -> bool:
    """POST ``body`` to ``url``; whether it answered with success. ``what`` names it in the log.

    The address may be a secret: it is not logged.
    """
    try:
        status = post(url, body, {"Content-Type": kind}, SECONDS, connects=3, max_bytes=0).status
        if 200 <= status < 300:
            return True
        reason = f"HTTP {status}"
    except NoReplyError as error:
        reason = type(error.__cause__).__name__
    logger.warning("%s did not take a message: %s", what, reason)
    return False


def post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    seconds: float,
    *,
    stop: Callable[[], bool] | None = None,
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
    """429, 5xx and lost connections pass: another attempt of a command, or the next watch, follows.

    At once only a connection is tried again, ``connects`` times in all: nothing has been sent then.
    """
    from urllib3.util import Retry

    return Retry(
        total=connects - 1,
        read=0,
        status=0,
        status_forcelist=(429, *range(500, 600)),
        allowed_methods=None,
        raise_on_status=False,
        backoff_factor=0.25,
    )


def _session(connects: int) -> "Session":
    # Loaded by the first call: to start without it is a tenth of a second quicker.
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry_policy(connects)))
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
