"""Accounts and API tokens, as an owner who is no superuser may handle them."""

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from knox.admin import AuthTokenAdmin, AuthTokenCreateForm
from knox.models import AuthToken

admin.site.unregister(User)
admin.site.unregister(AuthToken)
# knox names these by their code, in no language.
apps.get_app_config("knox").verbose_name = gettext_lazy("API access")
AuthToken._meta.verbose_name = gettext_lazy("API token")
AuthToken._meta.verbose_name_plural = gettext_lazy("API tokens")


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


class TokenForm(AuthTokenCreateForm):
    class Meta(AuthTokenCreateForm.Meta):
        labels = {"user": gettext_lazy("Account"), "expiry": gettext_lazy("Expires")}


@admin.register(AuthToken)
class ApiTokenAdmin(AuthTokenAdmin):
    """Tokens by their first letters; made, shown that once, and revoked; never changed."""

    add_form = TokenForm
    list_display = ("beginning", "account", "made", "expires")
    list_select_related = ("user",)
    search_fields = ("token_key", "user__username")
    raw_id_fields = ()
    autocomplete_fields = ("user",)
    ordering = ("-created",)

    @admin.display(description=gettext_lazy("begins with"), ordering="token_key")
    def beginning(self, token: AuthToken) -> str:
        return str(token.token_key)

    @admin.display(description=gettext_lazy("account"), ordering="user__username")
    def account(self, token: AuthToken) -> str:
        return str(token.user)

    @admin.display(description=gettext_lazy("created"), ordering="created")
    def made(self, token: AuthToken) -> Any:
        return token.created

    @admin.display(description=gettext_lazy("expires"), ordering="expiry")
    def expires(self, token: AuthToken) -> Any:
        return token.expiry

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
