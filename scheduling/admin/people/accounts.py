"""Accounts, roles and API tokens, manageable by an owner who is not a superuser."""

from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST
from knox.admin import AuthTokenAdmin, AuthTokenCreateForm
from knox.models import AuthToken

from scheduling.admin.core.formatting import badge
from scheduling.admin.core.mixins import PlainSearchMixin
from scheduling.jobs.notifications.outbox import can_send_mail
from scheduling.models import ApiTokenDetails, TokenScope
from scheduling.selectors.api_tokens import SOON, details_of, expiring, scope_of
from scheduling.services.accounts import is_invited, send_link
from scheduling.services.roles import ROLE_TEXTS

VERBS = {
    "add": pgettext_lazy("a permission", "add"),
    "change": pgettext_lazy("a permission", "change"),
    "delete": pgettext_lazy("a permission", "delete"),
    "view": pgettext_lazy("a permission", "view"),
}

for _model in (User, Group, AuthToken):
    admin.site.unregister(_model)
# knox's own names are untranslated class names.
apps.get_app_config("knox").verbose_name = gettext_lazy("API access")
AuthToken._meta.verbose_name = gettext_lazy("API token")
AuthToken._meta.verbose_name_plural = gettext_lazy("API tokens")


def _permission_name(permission: Permission) -> str:
    """Return “Students: change”, or the name of a custom permission."""
    model: Any = permission.content_type.model_class()
    verb, _separator, table = permission.codename.partition("_")
    if model is None:
        return permission.name
    if verb in VERBS and table == model._meta.model_name:
        return f"{capfirst(model._meta.verbose_name_plural)}: {VERBS[verb]}"
    return str(dict(model._meta.permissions).get(permission.codename, permission.name))


def _token_name(token: AuthToken) -> str:
    """Return the account and the first characters of the token."""
    return f"{token.user} · {token.token_key}…"


# Django names a permission by application and codename, knox a token by its hash.
Permission.add_to_class("__str__", _permission_name)
AuthToken.add_to_class("__str__", _token_name)


class PermissionsMixin(PlainSearchMixin):
    """Shared options of the admins of accounts, roles and tokens."""

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.remote_field.model is Permission:
            # Permissions for models without a page here have no effect.
            models = [*admin.site._registry, *apps.get_app_config("scheduling").get_models()]
            types = ContentType.objects.get_for_models(*models).values()
            kwargs["queryset"] = Permission.objects.filter(content_type__in=types)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Count the related rows instead of listing them; some have no page."""
        _objects, counts, needed, protected = super().get_deleted_objects(objs, request)
        options = [model._meta for model in admin.site._registry]
        names = {opts.verbose_name_plural for opts in options if opts.app_label != "auditlog"}
        counts = {name: count for name, count in counts.items() if name in names}
        return [str(row) for row in objs], counts, needed, protected


def role_title(role: Group) -> str:
    """Return the name of a role in the current language."""
    return str(ROLE_TEXTS[role.name][0]) if role.name in ROLE_TEXTS else role.name


def role_summary(role: Group) -> str:
    """Return what a role may do, in a sentence."""
    if role.name in ROLE_TEXTS:
        return str(ROLE_TEXTS[role.name][1])
    return _("A role of this studio's own: its page lists what it may do.")


class RolesField(forms.ModelMultipleChoiceField):
    """A choice of roles by name, each with what it may do."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> SafeString:
        html = '<strong>{}</strong> <span class="ct-quiet">{}</span>'
        return format_html(html, role_title(obj), role_summary(obj))


@admin.register(Group)
class RoleAdmin(PermissionsMixin, GroupAdmin):  # type: ignore[misc]  # the stubs' parameters differ
    """Roles."""

    list_display = ("title", "summary")

    @admin.display(description=gettext_lazy("role"), ordering="name")
    def title(self, role: Group) -> str:
        return role_title(role)

    @admin.display(description=gettext_lazy("may do"))
    def summary(self, role: Group) -> str:
        return role_summary(role)


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


def _not_above(request: HttpRequest, account: Any) -> bool:
    return request.user.is_superuser or account is None or not account.is_superuser


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
