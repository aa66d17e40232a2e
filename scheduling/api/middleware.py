"""What happens to every request before any view sees it."""

import contextvars
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .errors import MOST_BYTES, plain, too_large

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

Next = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """Gives each request an id, which its log lines and its answer carry."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        # What a proxy in front has chosen is kept, if it can't do harm in a log.
        own = given if given.isascii() and given.replace("-", "").isalnum() else ""
        token = request_id.set(own[:64] or uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class BodyLimit:
    """Refuses bodies under ``/api`` that are too large, by their stated length: unread."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.path.startswith("/api") and length.isdigit() and int(length) > MOST_BYTES:
            error = too_large()
            return plain(request, "too_large", str(error.detail), error.status_code)
        return self.get_response(request)
