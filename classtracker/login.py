"""The admin's login with a lockout after too many wrong passwords.

django-axes counts failures per pair of username and address. Other users behind the same address
are not locked out, nor is the user from another address. A larger number of failures locks out
the address, whatever the usernames.
"""

from datetime import timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import User
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext


class LoginHandler(AxesDatabaseHandler):
    """Refuses a login also while its address is locked."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        return is_address_locked(request) or bool(super().is_locked(request, credentials))


def is_address_locked(request: Any) -> bool:
    """Return whether the address has too many wrong passwords for all usernames together.

    A right password removes the wrong ones for its username. Requests without an address, from a
    Unix socket, are not locked.
    """
    if request.axes_ip_address is None:
        return False
    failures = AccessAttempt.objects.filter(
        ip_address=request.axes_ip_address, attempt_time__gte=get_cool_off_threshold(request)
    )
    count = failures.aggregate(count=Sum("failures_since_start"))["count"] or 0
    return bool(count >= settings.ADDRESS_FAILURE_LIMIT)


class LoginForm(AdminAuthenticationForm):
    """The login form, with a message for lockouts."""

    def clean_username(self) -> str:
        """Refuse names longer than the column, which PostgreSQL could not store for counting."""
        name: str = self.cleaned_data["username"]
        max_length = User._meta.get_field("username").max_length
        if max_length is not None and len(name) > max_length:
            raise super().get_invalid_login_error()
        return name

    def get_invalid_login_error(self) -> forms.ValidationError:
        if not getattr(self.request, "axes_locked_out", False):
            return super().get_invalid_login_error()
        minutes = settings.AXES_COOLOFF_TIME // timedelta(minutes=1)
        if is_address_locked(self.request):
            text = ngettext(
                "Too many wrong passwords from your address. "
                "Wait %(minutes)d minute, then try again.",
                "Too many wrong passwords from your address. "
                "Wait %(minutes)d minutes, then try again.",
                minutes,
            )
        else:
            text = ngettext(
                "Too many wrong passwords for this username from your address. "
                "Wait %(minutes)d minute, then try again.",
                "Too many wrong passwords for this username from your address. "
                "Wait %(minutes)d minutes, then try again.",
                minutes,
            )
        return forms.ValidationError(text % {"minutes": minutes}, code="locked")


def lockout_response(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Return the login page with the status 429 and ``Retry-After``."""
    response.status_code = 429
    response["Retry-After"] = str(settings.AXES_COOLOFF_TIME // timedelta(seconds=1))
    return response
