"""Middleware: the user for the audit log, and the limit of request bodies."""

import io
from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError

from scheduling.models.audit import acting

from .errors import MAX_BODY_BYTES, error_response, is_api, too_large

Next = Callable[[HttpRequest], HttpResponse]

# Bytes of a body over the limit that are read and discarded; a longer one breaks the connection.
MAX_DISCARDED_BYTES = 32 * MAX_BODY_BYTES


class AuditActorMiddleware:
    """Makes the request's user available to the audit log.

    The user is read lazily: a token is authenticated only in the view.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = acting.set(lambda: getattr(request, "user", None))
        try:
            return self.get_response(request)
        finally:
            acting.reset(token)


class BodyLimitMiddleware:
    """Answers 413 to request bodies over the limit under ``/api``.

    Up to ``MAX_DISCARDED_BYTES`` of such a body are read first: most clients read the response
    only after sending everything, and would otherwise see a broken connection.

    A chunked body has no Content-Length. Django would treat it as empty, and a dry run would
    become a real run, so it is read here, up to the limit.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        error = _body_error(request) if is_api(request) else None
        if error is not None:
            return error_response(
                request, str(error.get_codes()), str(error.detail), error.status_code
            )
        return self.get_response(request)


def _body_error(request: HttpRequest) -> APIException | None:
    length = request.META.get("CONTENT_LENGTH") or ""
    if length:
        if not length.isdigit() or int(length) <= MAX_BODY_BYTES:
            return None
        _discard(request, min(int(length), MAX_DISCARDED_BYTES))
        return too_large()
    if "HTTP_TRANSFER_ENCODING" not in request.META:
        return None
    if not request.META.get("wsgi.input_terminated"):
        # The server does not mark the end of the body, so reading might block forever.
        return ParseError(_("Send the body with a Content-Length, not in chunks."))
    body = request.META["wsgi.input"].read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        _discard(request, MAX_DISCARDED_BYTES)
        return too_large()
    request.META["CONTENT_LENGTH"] = str(len(body))
    # Django replaces the stream in the same way once it has read the body.
    request._stream = io.BytesIO(body)
    return None


def _discard(request: HttpRequest, left: int) -> None:
    """Read and discard up to ``left`` bytes of the body."""
    with suppress(OSError):  # the client has disconnected
        while left > 0 and (part := request.META["wsgi.input"].read(min(left, MAX_BODY_BYTES))):
            left -= len(part)
