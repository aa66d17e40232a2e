"""API tokens, and the notice of those that expire soon."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from knox.admin import AuthTokenAdmin, AuthTokenCreateForm
from knox.models import AuthToken

from scheduling.admin.core.display.formatting import badge
from scheduling.models import ApiTokenDetails, TokenScope
from scheduling.selectors.api_tokens import SOON, details_of, expiring, scope_of

from .roles import PermissionsMixin

admin.site.unregister(AuthToken)
# knox's own names are untranslated class names.
apps.get_app_config("knox").verbose_name = gettext_lazy("API access")
AuthToken._meta.verbose_name = gettext_lazy("API token")
AuthToken._meta.verbose_name_plural = gettext_lazy("API tokens")


def _token_name(token: AuthToken) -> str:
    """Return the account and the first characters of the token."""
    return f"{token.user} · {token.token_key}…"


# knox names a token by its hash.
AuthToken.add_to_class("__str__", _token_name)


def expiring_notice(request: HttpRequest) -> dict[str, str]:
    """Return the notice of expiring tokens for the first page; empty if there is none."""
    if not request.user.has_perm("knox.view_authtoken"):
        return {}
    n = expiring(timezone.now()).count()
    if not n:
        return {}
    text = ngettext(
        "%(n)d API token expires within %(days)d days, or has expired.",
        "%(n)d API tokens expire within %(days)d days, or have expired.",
        n,
    )
    lead = ngettext("%(n)d API token that expires", "%(n)d API tokens that expire", n)
    url = reverse("admin:knox_authtoken_changelist")
    values = {"n": n, "days": SOON.days}
    return {"lead": lead % values, "text": text % values, "url": f"{url}?o=5"}


class TokenForm(AuthTokenCreateForm):
    """The account, the name and the scope of a new token, and when it expires."""

    name = ApiTokenDetails._meta.get_field("name").formfield(
        help_text=gettext_lazy("What it is for, such as “Prometheus”.")
    )
    scope = ApiTokenDetails._meta.get_field("scope").formfield(required=False)

    class Meta(AuthTokenCreateForm.Meta):
        labels = {"user": gettext_lazy("Account"), "expiry": gettext_lazy("Expires")}
        help_texts = {"expiry": gettext_lazy("Without a date it never expires.")}


@admin.register(AuthToken)
class ApiTokenAdmin(PermissionsMixin, AuthTokenAdmin):
    """API tokens: created, shown once, revoked, never changed.

    A token that expires soon is marked.

    The primary key is the token's hash, which no page or URL may show. The list has no checkboxes,
    and a token is addressed by its first characters.
    """

    add_form = TokenForm
    list_display = ("beginning", "name", "account", "scope", "created_at", "expires")
    fields = ("user", "name", "scope", "expiry")
    list_select_related = ("user", "details")
    search_fields = ("token_key", "user__username", "details__name")
    list_display_links = None
    actions = None
    raw_id_fields = ()
    autocomplete_fields = ("user",)
    ordering = ("-created",)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> AuthToken | None:
        return self.get_queryset(request).filter(token_key=object_id).first()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the usual expiry; nothing from the address, as the input takes no text."""
        expiry = timezone.now() + settings.REST_KNOX["TOKEN_TTL"]
        return {"expiry": expiry.replace(second=0, microsecond=0)}

    def get_list_display(self, request: HttpRequest) -> Any:
        may_revoke = self.has_delete_permission(request)
        return (*self.list_display, "revoke") if may_revoke else self.list_display

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # The change page would show no more than the list.
        if request.method in ("GET", "HEAD") and self.has_view_permission(request):
            return HttpResponseRedirect(reverse("admin:knox_authtoken_changelist"))
        return super().change_view(request, object_id, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, *args: Any) -> HttpResponse:
        # The creation of a token is its only event.
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:knox_authtoken_changelist"))

    @admin.display(description=gettext_lazy("Revoke…"))
    def revoke(self, token: AuthToken) -> SafeString:
        page = reverse("admin:knox_authtoken_delete", args=[token.token_key])
        return format_html('<a href="{}">{}</a>', page, _("Revoke…"))

    @admin.display(description=gettext_lazy("begins with"), ordering="token_key")
    def beginning(self, token: AuthToken) -> str:
        return str(token.token_key)

    @admin.display(description=gettext_lazy("name"), ordering="details__name")
    def name(self, token: AuthToken) -> str:
        return details_of(token).name or "–"

    @admin.display(description=gettext_lazy("scope"), ordering="details__scope")
    def scope(self, token: AuthToken) -> str:
        return str(scope_of(token).label)

    @admin.display(description=gettext_lazy("account"), ordering="user__username")
    def account(self, token: AuthToken) -> str:
        return str(token.user)

    @admin.display(description=gettext_lazy("created"), ordering="created")
    def created_at(self, token: AuthToken) -> str:
        return date_format(localtime(token.created), "DATETIME_FORMAT")

    @admin.display(description=gettext_lazy("expires"), ordering=F("expiry").asc(nulls_last=True))
    def expires(self, token: AuthToken) -> str:
        if token.expiry is None:
            return _("never")
        text = date_format(localtime(token.expiry), "DATETIME_FORMAT")
        now = timezone.now()
        if token.expiry > now + SOON:
            return text
        mark = badge(_("expired"), "is-bad") if token.expiry <= now else badge(_("soon"), "is-warn")
        return format_html("{} {}", text, mark)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        # A token acts as its account: only a superuser may create one for a superuser.
        if not request.user.is_superuser:
            kwargs["queryset"] = User.objects.filter(is_superuser=False)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.save()
        ApiTokenDetails.objects.create(
            token=obj,
            name=form.cleaned_data["name"],
            scope=form.cleaned_data["scope"] or TokenScope.ALL,
        )
        text = _("The token, shown only once: %(token)s") % {"token": form.token}
        messages.success(request, text)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
