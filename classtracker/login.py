"""The admin's login, which is closed for a while after too many wrong passwords.

django-axes counts them, by name and address together: a whole school behind one address is not
shut out by one of its pupils, and nobody is shut out of their own account from elsewhere.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext


class LoginForm(AdminAuthenticationForm):
    """Says when it is closed, and for how long."""

    def clean_username(self) -> str:
        """Nobody has a name that is longer than the column, and PostgreSQL would not count it."""
        name: str = self.cleaned_data["username"]
        longest = User._meta.get_field("username").max_length
        if longest is not None and len(name) > longest:
            raise super().get_invalid_login_error()
        return name

    def get_invalid_login_error(self) -> forms.ValidationError:
        if not getattr(self.request, "axes_locked_out", False):
            return super().get_invalid_login_error()
        minutes = settings.AXES_COOLOFF_TIME // timedelta(minutes=1)
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
    """The login page as it is, with the status that tells programs to wait."""
    response.status_code = 429
    response["Retry-After"] = str(settings.AXES_COOLOFF_TIME // timedelta(seconds=1))
    return response
