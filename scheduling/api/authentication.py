"""Authentication by session cookie, API token or cron secret."""

import hmac
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from scheduling.models import TokenScope
from scheduling.selectors.api_tokens import scope_of

from .exceptions import ServiceUnavailable
from .throttles import count_refusal

REALM = 'Bearer realm="class-tracker"'


class CronService(AnonymousUser):
    """The cron service: authenticated by secret, not a user."""

    def __str__(self) -> str:
        return "cron service"


def bearer(request: Request) -> str | None:
    """Return the value after ``Bearer`` in the Authorization header, or None."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    scheme, _space, value = header.partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


class ApiTokenAuthentication(TokenAuthentication):
    """``Authorization: Bearer <API token>``. Tokens are stored as hashes and expire.

    A token with another scope than ``scopes`` is refused with 403.
    """

    scopes = frozenset({TokenScope.ALL})

    def authenticate(self, request: Request) -> Any:
        token = bearer(request)
        if token is None:
            return None
        # Knox raises other errors on empty values, blanks and non-ASCII characters.
        if not token.isascii() or not token.isalnum():
            raise refuse(request, _("The token is not valid."))
        try:
            user, row = self.authenticate_credentials(token.encode())
        except exceptions.AuthenticationFailed:
            raise refuse(request, _("The token is not valid.")) from None
        if scope_of(row) not in self.scopes:
            raise exceptions.PermissionDenied(_("This token may only read /metrics."))
        return user, row

    def authenticate_header(self, request: Request) -> str:
        return REALM


class MetricsTokenAuthentication(ApiTokenAuthentication):
    """As `ApiTokenAuthentication`, also for tokens that may only read ``/metrics``."""

    scopes = frozenset(TokenScope)


class CookieAuthentication(SessionAuthentication):
    """The session of a logged-in user; unsafe methods need the CSRF token."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            # DRF's own message is not translated.
            text = _(
                "The CSRF token is missing or wrong. With a cookie, send it as X-CSRFToken, from "
                "a page of this site."
            )
            raise exceptions.PermissionDenied(text) from error

    def authenticate_header(self, request: Request) -> str:
        return REALM


def has_cron_secret(request: Request) -> bool:
    """Return whether the request carries the cron secret. The comparison takes constant time."""
    given = bearer(request)
    secret = settings.CRON_SECRET
    if given is None or not secret:
        return False
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode())


class CronSecretAuthentication(BaseAuthentication):
    """``Authorization: Bearer <CRON_SECRET>`` only.

    If the secret is unset, the endpoint answers 503; under DEBUG it is open.
    """

    def authenticate(self, request: Request) -> Any:
        if has_cron_secret(request):
            return CronService(), "cron"
        if not settings.CRON_SECRET:
            if settings.DEBUG:
                return CronService(), "cron"
            raise secret_unset_error()
        raise refuse(request, _("The cron secret is missing or wrong."))

    def authenticate_header(self, request: Request) -> str:
        return REALM


class CronSecretOrUserAuthentication(BaseAuthentication):
    """The cron secret, an API token or a session cookie."""

    def authenticate(self, request: Request) -> Any:
        if has_cron_secret(request):
            return CronService(), "cron"
        try:
            credentials = ApiTokenAuthentication().authenticate(
                request
            ) or CookieAuthentication().authenticate(request)
        except exceptions.AuthenticationFailed:
            if settings.CRON_SECRET:
                raise
            credentials = None
        if credentials is None and not settings.CRON_SECRET:
            if settings.DEBUG:
                return CronService(), "cron"
            raise secret_unset_error()
        return credentials

    def authenticate_header(self, request: Request) -> str:
        return REALM


def refuse(request: Request, text: str) -> exceptions.APIException:
    """Count the refusal and return a 401. Raises Throttled for an address over its limit."""
    if bearer(request) is not None:
        count_refusal(request)
    return exceptions.AuthenticationFailed(text)


def secret_unset_error() -> ServiceUnavailable:
    """Return a 503: without a secret no caller can be authenticated."""
    text = _("CRON_SECRET is not set on the server, so this endpoint is closed.")
    return ServiceUnavailable(text, "cron_secret_unset")
