"""Who calls: a logged-in administrator's cookie, an API token, or the cron secret."""

import hmac
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from .exceptions import ServiceUnavailable
from .throttles import count_refusal

REALM = 'Bearer realm="class-tracker"'


class CronService(AnonymousUser):
    """The caller that holds the cron secret: no person, and good for nothing else."""

    def __str__(self) -> str:
        return "cron service"


def bearer(request: Request) -> str | None:
    """What follows ``Bearer`` in the Authorization header; None without one."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    scheme, _space, value = header.partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


class ApiTokenAuthentication(TokenAuthentication):
    """``Authorization: Bearer <API token>``, stored as a hash, revocable, with an expiry."""

    def authenticate(self, request: Request) -> Any:
        token = bearer(request)
        if token is None:
            return None
        # Knox would raise on what no token can be: other bytes, blanks, nothing at all.
        if not token.isascii() or not token.isalnum():
            raise refused(request, _("The token is not valid."))
        try:
            return self.authenticate_credentials(token.encode())
        except exceptions.AuthenticationFailed:
            raise refused(request, _("The token is not valid.")) from None

    def authenticate_header(self, request: Request) -> str:
        return REALM


class CookieAuthentication(SessionAuthentication):
    """A logged-in person's session; changes need the CSRF token."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            # The framework says it in English alone.
            text = _(
                "The CSRF token is missing or wrong. With a cookie, send it as X-CSRFToken, from "
                "a page of this site."
            )
            raise exceptions.PermissionDenied(text) from error

    def authenticate_header(self, request: Request) -> str:
        return REALM


def holds_cron_secret(request: Request) -> bool:
    """Whether the request carries the cron secret; compared in constant time."""
    given = bearer(request)
    secret = settings.CRON_SECRET
    if given is None or not secret:
        return False
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode())


class CronSecretAuthentication(BaseAuthentication):
    """``Authorization: Bearer <CRON_SECRET>``, and nothing else.

    Unset: 503, except under DEBUG, where the endpoint is open.
    """

    def authenticate(self, request: Request) -> Any:
        if holds_cron_secret(request):
            return CronService(), "cron"
        if not settings.CRON_SECRET:
            if settings.DEBUG:
                return CronService(), "cron"
            raise unset_secret()
        raise refused(request, _("The cron secret is missing or wrong."))

    def authenticate_header(self, request: Request) -> str:
        return REALM


class CronSecretOrUserAuthentication(BaseAuthentication):
    """The cron secret, or an API token, or a cookie."""

    def authenticate(self, request: Request) -> Any:
        if holds_cron_secret(request):
            return CronService(), "cron"
        try:
            known = ApiTokenAuthentication().authenticate(
                request
            ) or CookieAuthentication().authenticate(request)
        except exceptions.AuthenticationFailed:
            if settings.CRON_SECRET:
                raise
            known = None
        if known is None and not settings.CRON_SECRET:
            if settings.DEBUG:
                return CronService(), "cron"
            raise unset_secret()
        return known

    def authenticate_header(self, request: Request) -> str:
        return REALM


def refused(request: Request, text: str) -> exceptions.APIException:
    """401; 429 for an address that has failed too often."""
    if bearer(request) is not None:
        count_refusal(request)
    return exceptions.AuthenticationFailed(text)


def unset_secret() -> ServiceUnavailable:
    """503: nobody could prove to be the cron service."""
    text = _("CRON_SECRET is not set on the server, so this endpoint is closed.")
    return ServiceUnavailable(text, "cron_secret_unset")
