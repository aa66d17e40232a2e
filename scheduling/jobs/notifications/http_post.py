"""HTTP POST to other hosts, with a total deadline that the mail server's connection uses too.

`requests` and smtplib only limit single steps: a name lookup, or an answer that arrives byte by
byte, has no limit. So the call is made in a thread, which is abandoned at the deadline.
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
# Total limit of a message, name lookup included; a run is blocked meanwhile.
SECONDS = 10.0
# No endpoint of ours sends a larger response.
MAX_BYTES = 50_000_000
PIECE = 65_536
# Interval for checking the deadline and ``stop``, in seconds.
POLL = 0.05


@dataclass(frozen=True, slots=True)
class Reply:
    """A response. ``location`` is the header of that name."""

    status: int
    body: bytes
    location: str


class NoReplyError(Exception):
    """No complete response arrived. The text is the reason; the cause is the innermost error."""


def with_deadline(
    work: Callable[[], T], seconds: float, stop: Callable[[], bool] | None = None
) -> T:
    """Call ``work`` in a thread and return its result.

    Raises TimeoutError after ``seconds``, or once ``stop`` returns True.
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
        if time.monotonic() > end or (stop is not None and stop()):
            raise TimeoutError
    return result.result()


def call(url: str, what: str, body: bytes = b"", kind: str = "text/plain") -> bool:
    """POST ``body`` to ``url``; return True on success. The log calls the host ``what``.

    The URL is not logged, because it may be a secret.
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
    """POST ``body`` and return the response, with at most ``max_bytes`` of its body.

    Redirects are returned, not followed. Raises NoReplyError if no response arrives within
    ``seconds``, or once ``stop`` returns True.
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
                # Credentials in the URL would replace the header with the secret.
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
    """Return a policy that retries only failed connections, ``connects`` attempts in all.

    Nothing has been sent by then. After 429, 5xx and lost connections the command, or the next
    watch, tries again later.
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
    # Imported here, because it would make every start a tenth of a second slower.
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry_policy(connects)))
    session.headers.update({"User-Agent": "Class-Tracker", "Accept-Encoding": "identity"})
    # Ignore proxies and .netrc of the environment: it is nearly empty under cron, so that a call
    # would behave differently from a shell, and the secret is only for the given host.
    session.trust_env = False
    # requests has its own list of certificate authorities; this machine may trust a private one.
    paths = ssl.get_default_verify_paths()
    session.verify = paths.cafile or paths.capath or True
    return session


def _innermost(error: BaseException) -> BaseException:
    """Return the original error, without the wrappers of requests, which quote the whole URL."""
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
