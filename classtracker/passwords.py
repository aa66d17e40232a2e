"""“Forgotten password?”: Django's views in the look of the admin, with the limits of the login.

A request for a link counts like a wrong password for the typed address: the same limits hold for
it. The answer does not tell whether an account has the address.
"""

from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.views import (
    PasswordResetCompleteView,
    PasswordResetConfirmView,
    PasswordResetDoneView,
    PasswordResetView,
)
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from scheduling.jobs.notifications.outbox import can_send_mail
from scheduling.services.accounts import send_forgotten


class _AdminPageMixin:
    """Adds the context of every page of the admin."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {
            **admin.site.each_context(self.request),
            **context,
            "can_send": can_send_mail(),
            "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
        }


class ForgottenView(_AdminPageMixin, PasswordResetView):
    """The form for the address."""

    template_name = "admin/passwords/forgotten.html"
    title = _("Forgotten password?")

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        email = form.cleaned_data["email"]
        credentials = {"username": email.casefold()[:150]}
        if not can_send_mail():
            return self.form_invalid(form)
        is_allowed = AxesProxyHandler.is_allowed(self.request, credentials)
        if is_allowed:
            AxesProxyHandler.user_login_failed(type(self), credentials, self.request)
            is_allowed = not getattr(self.request, "axes_locked_out", False)
        if not is_allowed:
            self.request.axes_locked_out = True  # type: ignore[attr-defined]
            minutes = settings.AXES_COOLOFF_TIME // timedelta(minutes=1)
            text = ngettext(
                "Too many attempts. Wait %(minutes)d minute, then try again.",
                "Too many attempts. Wait %(minutes)d minutes, then try again.",
                minutes,
            )
            form.add_error(None, text % {"minutes": minutes})
            return self.form_invalid(form)
        send_forgotten(email, self.request.build_absolute_uri, timezone.now())
        return super(PasswordResetView, self).form_valid(form)


class SentView(_AdminPageMixin, PasswordResetDoneView):
    """The answer, the same for every address."""

    template_name = "admin/passwords/sent.html"
    title = _("Look into your e-mail")


class ChooseView(_AdminPageMixin, PasswordResetConfirmView):
    """The form for the new password, for a person with a valid link."""

    template_name = "admin/passwords/choose.html"
    title = _("Choose a password")

    def get_user(self, uidb64: str) -> Any:
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None


class ChosenView(_AdminPageMixin, PasswordResetCompleteView):
    """The page after a new password."""

    template_name = "admin/passwords/chosen.html"
    title = _("Your password is set")


urlpatterns = [
    path("", ForgottenView.as_view(), name="password_reset"),
    path("sent/", SentView.as_view(), name="password_reset_done"),
    path("set/", ChosenView.as_view(), name="password_reset_complete"),
    path("<uidb64>/<token>/", ChooseView.as_view(), name="password_reset_confirm"),
]
