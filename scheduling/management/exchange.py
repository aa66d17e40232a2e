"""One request over HTTP with a limit on all of it: to connect, to wait, and every byte that comes.

It goes on in a thread that is left to itself when the time is up or a person wants an end: nothing
else ends a wait for a name server, or for an answer that comes drop by drop.
"""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

from django.utils.translation import gettext as _

# An answer larger than this is not one of ours.
MOST_BYTES = 50_000_000
PIECE = 65_536
# How soon a signal is noticed.
LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Reply:
    """What came: ``status`` 0 where there is no whole answer, and ``fault`` says why."""

    status: int = 0
    raw: bytes = b""
    location: str = ""
    fault: str = ""


def post(
    url: str, body: bytes, headers: dict[str, str], timeout: float, stop: Callable[[], bool]
) -> Reply | None:
    """Send ``body``; the answer within ``timeout`` seconds. None where a person wants an end."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    exchange = _Exchange(request, timeout)
    end = time.monotonic() + timeout
    exchange.start()
    while exchange.is_alive() and (left := end - time.monotonic()) > 0 and not stop():
        exchange.join(min(left, LOOK))
    exchange.is_left = True
    if exchange.reply is not None:
        return exchange.reply
    if stop():
        return None
    error = exchange.error
    reason = getattr(error, "reason", None) or error
    if reason is None or isinstance(reason, TimeoutError):
        reason = _("no whole answer within %(seconds)g seconds") % {"seconds": timeout}
    text = _("%(url)s can't be reached: %(error)s")
    return Reply(fault=text % {"url": url, "error": reason})


class _Exchange(threading.Thread):
    """Either a ``reply`` or an ``error`` is there when it is over."""

    def __init__(self, request: urllib.request.Request, timeout: float) -> None:
        super().__init__(daemon=True)
        self._request = request
        self._timeout = timeout
        self.is_left = False
        self.reply: Reply | None = None
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            with self._open() as response:
                raw = self._read(response)
                location = response.headers.get("Location", "")
                self.reply = Reply(response.status, raw, location)
        except Exception as error:  # whatever it is: there is no answer
            self.error = error

    def _open(self) -> Any:
        try:
            return _opener().open(self._request, timeout=self._timeout)
        except urllib.error.HTTPError as error:
            return error  # an answer as well

    def _read(self, response: Any) -> bytes:
        told = response.headers.get("Content-Length", "")
        length = int(told) if told.isascii() and told.isdigit() else None
        raw = b""
        most = MOST_BYTES if length is None else min(length, MOST_BYTES)
        while len(raw) < most and not self.is_left:
            piece = response.read1(min(PIECE, most - len(raw)))
            if not piece:
                break
            raw += piece
        if length is not None and len(raw) < most:
            raise HTTPException(f"{len(raw)} bytes of {length}")
        return raw


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other: the secret goes to the named host alone."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect)
