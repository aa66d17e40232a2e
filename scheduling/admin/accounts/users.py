"""Accounts, manageable by an owner who is not a superuser."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from scheduling.jobs.notifications.outbox import can_send_mail
from scheduling.services.accounts import is_invited, send_link

from .roles import PermissionsMixin, RolesField

admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(PermissionsMixin, UserAdmin):
    """Accounts. Only a superuser may create a superuser or change a superuser's account.

    Otherwise anyone who may change accounts could make themselves a superuser or set a
    superuser's password.
    """

    change_form_template = "admin/scheduling/account_change_form.html"
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "email")}),
        (gettext_lazy("Role"), {"fields": ("groups", "is_active", "is_staff")}),
        (
            gettext_lazy("More permissions"),
            {"fields": ("is_superuser", "user_permissions"), "classes": ("collapse",)},
        ),
        (gettext_lazy("Important dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    *("username", "email", "groups", "is_staff"),
                    *("usable_password", "password1", "password2"),
                )
            },
        ),
    )
    filter_horizontal = ("user_permissions",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs |= {"form_class": RolesField, "widget": forms.CheckboxSelectMultiple}
            kwargs |= {"label": _("Role"), "help_text": _("Choose at least one.")}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.send_link_view))
        return [
            path("<int:object_id>/send-link/", view, name="auth_user_send_link"),
            *super().get_urls(),
        ]

    def send_link_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """E-mail a link to set a password; return to the page with the button."""
        account = get_object_or_404(User, pk=object_id)
        if not self.has_change_permission(request, account):
            raise PermissionDenied
        if not can_send_link(account):
            messages.error(request, _("This account is not active, or has no e-mail address."))
        else:
            send_link(
                account, request.build_absolute_uri, timezone.now(), invites=is_invited(account)
            )
            text = _("A link to set a password is on its way to %(email)s.")
            messages.success(request, text % {"email": account.email})
        back = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
            back = reverse("admin:auth_user_change", args=[account.pk])
        return HttpResponseRedirect(back)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        account = context.get("original")
        if account is not None and self.has_change_permission(request, account):
            context["link"] = can_send_link(account) and send_link_url(account)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        # The password field shows whether a password is set, and links to its form.
        (title, first), *rest = fieldsets
        fields = tuple(name for name in first["fields"] if name != "password")
        return ((title, {**first, "fields": fields}), *rest)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        return (*fields, "is_superuser", "user_permissions", "last_login", "date_joined")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _not_above(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Without an object this is the list's action, which checks no single accounts.
        if obj is None and not request.user.is_superuser:
            return False
        return super().has_delete_permission(request, obj) and _not_above(request, obj)


def can_send_link(account: User) -> bool:
    """Return whether a link to set a password can be sent to ``account``."""
    return account.is_active and bool(account.email) and can_send_mail()


def send_link_url(account: User) -> str:
    """Return the address that sends a link to set a password."""
    return reverse("admin:auth_user_send_link", args=[account.pk])


def _not_above(request: HttpRequest, account: Any) -> bool:
    return request.user.is_superuser or account is None or not account.is_superuser
