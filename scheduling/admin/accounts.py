"""Accounts and API tokens, as an owner who is no superuser may handle them."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from knox.admin import AuthTokenAdmin
from knox.models import AuthToken

admin.site.unregister(User)
admin.site.unregister(AuthToken)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Accounts. Only a superuser makes one, and touches the account of one.

    Otherwise whoever may change accounts could give themselves, or the account of a superuser,
    whatever password and power they like.
    """

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        return (*fields, "is_superuser", "user_permissions", "last_login", "date_joined")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _not_above(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Without an object the list's action, which asks about no account by itself.
        if obj is None and not request.user.is_superuser:
            return False
        return super().has_delete_permission(request, obj) and _not_above(request, obj)


def _not_above(request: HttpRequest, account: Any) -> bool:
    return request.user.is_superuser or account is None or not account.is_superuser


@admin.register(AuthToken)
class ApiTokenAdmin(AuthTokenAdmin):
    """Tokens by their first letters; made, shown that once, and revoked; never changed."""

    list_display = ("token_key", "user", "created", "expiry")
    list_select_related = ("user",)
    search_fields = ("token_key", "user__username")
    raw_id_fields = ()
    autocomplete_fields = ("user",)
    ordering = ("-created",)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        # A token acts as its account: nobody makes one for an account above their own.
        if not request.user.is_superuser:
            kwargs["queryset"] = User.objects.filter(is_superuser=False)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.save()
        text = _("The token, shown only this once: %(token)s") % {"token": form.token}
        messages.success(request, text)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
