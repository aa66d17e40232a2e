"""What happens to every request before any view sees it."""

import io
from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError

from scheduling.models.audit import acting

from .errors import MOST_BYTES, error_response, too_large

Next = Callable[[HttpRequest], HttpResponse]

# Of a body that is too large; beyond it the connection breaks.
MOST_THROWN_AWAY = 32 * MOST_BYTES


class AuditActorMiddleware:
    """Tells the log of hand edits who acts: a session's user, or later the owner of a token."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = acting.set(lambda: getattr(request, "user", None))
        try:
            return self.get_response(request)
        finally:
            acting.reset(token)


class BodyLimitMiddleware:
    """Refuses bodies under ``/api`` that are too large, by their stated length.

    What comes of one is thrown away, within reason: most clients listen only when they have sent
    everything, and would see a broken connection instead of the answer.

    One that comes in chunks states no length. Django would take it for no body at all, and a dry
    run for a run: it is read here, up to the limit.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        error = _body_error(request) if request.path_info.startswith("/api") else None
        if error is not None:
            return error_response(
                request, str(error.get_codes()), str(error.detail), error.status_code
            )
        return self.get_response(request)


def _body_error(request: HttpRequest) -> APIException | None:
    length = request.META.get("CONTENT_LENGTH") or ""
    if length:
        if not length.isdigit() or int(length) <= MOST_BYTES:
            return None
        _discard(request, min(int(length), MOST_THROWN_AWAY))
        return too_large()
    if "HTTP_TRANSFER_ENCODING" not in request.META:
        return None
    if not request.META.get("wsgi.input_terminated"):
        # This server doesn't say where the body ends: reading might never return.
        return ParseError(_("Send the body with a Content-Length, not in chunks."))
    body = request.META["wsgi.input"].read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        _discard(request, MOST_THROWN_AWAY)
        return too_large()
    request.META["CONTENT_LENGTH"] = str(len(body))
    # As Django itself does once a body is read.
    request._stream = io.BytesIO(body)
    return None


def _discard(request: HttpRequest, left: int) -> None:
    """Read up to ``left`` bytes of the body, and keep none."""
    with suppress(OSError):  # the client is gone: then nobody waits for an answer
        while left > 0 and (part := request.META["wsgi.input"].read(min(left, MOST_BYTES))):
            left -= len(part)
