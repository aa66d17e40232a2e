"""Middleware: URL prefix, client's address, static files, the studio's zone and language, ids."""

import logging
import re
import uuid
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
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

from scheduling.api.errors import bad_request, is_api, not_found
from scheduling.api.request_id import request_id
from scheduling.models.studio import begin_reading, end_reading
from scheduling.selectors.studio import ignored_variables, studio_or_first_values

logger = logging.getLogger(__name__)

Next = Callable[[HttpRequest], HttpResponse]

FORWARDED_FOR = "HTTP_X_FORWARDED_FOR"
REQUEST_ID = "HTTP_X_REQUEST_ID"
# Responds even if the database is down.
WITHOUT_DATABASE = "/healthz"
HEALTH = re.compile("/(healthz(/jobs)?|readyz)/?")


class UrlPrefixMiddleware:
    """Removes ``URL_PREFIX`` from ``path_info``, unless the proxy has removed it already.

    ``path``, which redirects and links are made of, always begins with it. Used only with
    ``URL_PREFIX``, which is Django's ``FORCE_SCRIPT_NAME``.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.prefix = settings.URL_PREFIX

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if f"{path}/".startswith(f"{self.prefix}/"):
            path = path.removeprefix(self.prefix)
        request.path_info = path or "/"
        request.path = self.prefix + request.path_info
        return self.get_response(request)


class ClientAddressMiddleware:
    """Sets ``REMOTE_ADDR`` to the client's address, the last entry of ``X-Forwarded-For``.

    The proxy wrote the last entry; the client may have forged the others, so they are removed.
    Used only with ``TRUSTED_PROXY``.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        entry = request.META.get(FORWARDED_FOR, "").rpartition(",")[2].strip()
        try:
            address = ip_address(entry)
        except ValueError:
            pass  # without a valid header, the address of the connection remains
        else:
            # Dual-stack sockets report IPv4 clients as IPv6.
            address = getattr(address, "ipv4_mapped", None) or address
            request.META["REMOTE_ADDR"] = request.META[FORWARDED_FOR] = str(address)
        return self.get_response(request)


def address(request: HttpRequest) -> str | None:
    """Return the client's address for django-axes, or None on a Unix socket.

    For IPv6 it is the /64 network, as every client has all addresses of one.
    """
    try:
        client = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return None
    if isinstance(client, IPv6Address):
        client = client.ipv4_mapped or IPv6Address(int(client) >> 64 << 64)
    return str(client)


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise without its warning about a missing ``STATIC_ROOT``.

    Before ``collectstatic``, files are served from their sources.
    """

    def add_files(self, root: Any, prefix: str | None = None) -> None:
        if Path(root).is_dir():
            super().add_files(root, prefix)


class StudioMiddleware(LocaleMiddleware):
    """Activates the visitor's or the studio's language, the studio's zone and its cached values.

    They stay active until ``request_finished``, for streamed responses. The first request of a
    process logs a warning about environment variables that have no effect.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._has_warned = False
        request_finished.connect(_deactivate, dispatch_uid="classtracker.middleware")

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.path_info.rstrip("/") == WITHOUT_DATABASE:
            return
        begin_reading()
        values = studio_or_first_values()
        timezone.activate(values.zone)
        if not _has_supported_language(request):
            translation.activate(values.language)
            request.LANGUAGE_CODE = translation.get_language()
        if values.is_stored and not self._has_warned:
            self._has_warned = True
            for sentence in ignored_variables():
                logger.warning(sentence)


def _has_supported_language(request: HttpRequest) -> bool:
    """Return whether the cookie or the ``Accept-Language`` header names a supported language."""
    requested = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    requested += [
        name for name, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    ]
    for name in requested:
        try:
            translation.get_supported_language_variant(name)
        except LookupError:
            continue
        return True
    return False


def _deactivate(**_kwargs: Any) -> None:
    end_reading()
    timezone.deactivate()


class RequestIdMiddleware:
    """Assigns an id to each request, for its log lines and the ``X-Request-Id`` header."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        header = request.META.get(REQUEST_ID, "")
        # An id from a proxy is kept if it is safe in log lines.
        is_safe = header.isascii() and header.replace("-", "").isalnum()
        token = request_id.set(header[:64] if is_safe else uuid.uuid4().hex)
        # For log lines that Django writes after all middleware.
        request.META[REQUEST_ID] = request_id.get()
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class HealthHostMiddleware:
    """Accepts any ``Host`` header for the health URLs, whose responses do not contain the host.

    A balancer uses the IP address of a server, which is not in ``ALLOWED_HOSTS``.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if HEALTH.fullmatch(request.path_info):
            request.META["HTTP_HOST"] = "localhost"
            request.get_host = lambda: "localhost"  # type: ignore[method-assign]
        return self.get_response(request)


class OddValuesMiddleware:
    """Refuses values in a URL that no column can store.

    A null character is a 400, except in the API, which names its field; a number or date beyond
    the range of its column is a 404. Otherwise they would be errors of the database and a 500.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        has_null = "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path_info
        if has_null and not is_api(request):
            return bad_request(request, None)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.method not in ("GET", "HEAD") or not _is_out_of_range(error):
            return None
        logger.warning(
            "A value in %s is out of range: %s", request.path_info, error, exc_info=error
        )
        if is_api(request):
            return not_found(request)
        return page_not_found(request, error)


def _is_out_of_range(error: Exception) -> bool:
    """Return whether a value is beyond its type; of a year: “year -1 is out of range”."""
    is_year = isinstance(error, ValueError) and str(error).startswith("year ")
    return is_year or isinstance(error, (OverflowError, DataError))
