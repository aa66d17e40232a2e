"""Middleware: the client's address, static files, the studio's zone and language, request ids."""

import logging
import re
import uuid
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.signals import request_finished
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.defaults import page_not_found
from whitenoise.middleware import WhiteNoiseMiddleware

from scheduling.api.errors import bad_request, not_found
from scheduling.api.request_id import request_id
from scheduling.models.studio import begin_reading, end_reading
from scheduling.selectors.studio import ignored_variables, studio_or_first_values

Next = Callable[[HttpRequest], HttpResponse]

HEALTH = re.compile("/(healthz(/jobs)?|readyz)/?")
FORWARDED_FOR = "HTTP_X_FORWARDED_FOR"


class ClientAddressMiddleware:
    """Makes ``REMOTE_ADDR`` the client's: the last entry of ``X-Forwarded-For``.

    Only that one was written by the proxy; those before it are whatever the client sent. They are
    taken out, so that no code after this can believe them. Used with ``TRUSTED_PROXY`` alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        entry = request.META.get(FORWARDED_FOR, "").rpartition(",")[2].strip()
        try:
            address = ip_address(entry)
        except ValueError:
            pass  # no proxy of the kind that was promised: the connection's own address stands
        else:
            # A socket that listens on both families shows IPv4 callers as IPv6.
            address = getattr(address, "ipv4_mapped", None) or address
            request.META["REMOTE_ADDR"] = request.META[FORWARDED_FOR] = str(address)
        return self.get_response(request)


def address(request: HttpRequest) -> str | None:
    """The client's address for who counts by it; None on a Unix socket, which has none."""
    return request.META.get("REMOTE_ADDR") or None


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise, without its warning that nothing was collected yet.

    That is no fault: until ``collectstatic`` files are served from where they lie.
    """

    def add_files(self, root: Any, prefix: str | None = None) -> None:
        if Path(root).is_dir():
            super().add_files(root, prefix)


logger = logging.getLogger(__name__)

# Says that the process is alive, whatever the database does.
WITHOUT_DATABASE = "/healthz"


class StudioMiddleware(LocaleMiddleware):
    """The visitor's language, else the studio's; the studio's zone, and one reading of its values.

    They stay for an answer that is streamed, until ``request_finished``. The first request of a
    process warns of variables of the environment that have no effect.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._has_warned = False
        request_finished.connect(_leave, dispatch_uid="classtracker.middleware")

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.path_info.rstrip("/") == WITHOUT_DATABASE:
            return
        begin_reading()
        values = studio_or_first_values()
        timezone.activate(values.zone)
        if not _asks_for_a_language(request):
            translation.activate(values.language)
            request.LANGUAGE_CODE = translation.get_language()
        if values.is_stored and not self._has_warned:
            self._has_warned = True
            for sentence in ignored_variables():
                logger.warning(sentence)


def _asks_for_a_language(request: HttpRequest) -> bool:
    """Whether the cookie or the browser asks for a language that we speak."""
    asked = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    asked += [
        name for name, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    ]
    for name in asked:
        try:
            translation.get_supported_language_variant(name)
        except LookupError:
            continue
        return True
    return False


def _leave(**_kwargs: Any) -> None:
    end_reading()
    timezone.deactivate()


class RequestIdMiddleware:
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


class HealthHostMiddleware:
    """Lets health addresses answer whatever the ``Host`` header says.

    A balancer asks by the address of a machine, which is not in ``ALLOWED_HOSTS``. Their answers
    do not contain the host.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if HEALTH.fullmatch(request.path_info):
            request.META["HTTP_HOST"] = "localhost"
            request.get_host = lambda: "localhost"  # type: ignore[method-assign]
        return self.get_response(request)


class OddValuesMiddleware:
    """Refuses values in an address that no column can hold.

    400 for a null character, 404 for a number or date beyond the range of its column. Without it
    they are faults of the database in the middle of a page.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path_info:
            return bad_request(request, None)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.method not in ("GET", "HEAD") or not isinstance(
            error, (OverflowError, DataError)
        ):
            return None
        logger.warning("A value in %s is out of range: %s", request.path_info, error)
        if request.path_info.startswith("/api"):
            return not_found(request)
        return page_not_found(request, error)
