"""Roles: groups with what they may do in a sentence; and the names of permissions."""

from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from scheduling.admin.core.mixins import PlainSearchMixin
from scheduling.services.roles import ROLE_TEXTS

VERBS = {
    "add": pgettext_lazy("a permission", "add"),
    "change": pgettext_lazy("a permission", "change"),
    "delete": pgettext_lazy("a permission", "delete"),
    "view": pgettext_lazy("a permission", "view"),
}

admin.site.unregister(Group)


def _permission_name(permission: Permission) -> str:
    """Return “Students: change”, or the name of a custom permission."""
    model: Any = permission.content_type.model_class()
    verb, _separator, table = permission.codename.partition("_")
    if model is None:
        return permission.name
    if verb in VERBS and table == model._meta.model_name:
        return f"{capfirst(model._meta.verbose_name_plural)}: {VERBS[verb]}"
    return str(dict(model._meta.permissions).get(permission.codename, permission.name))


# Django names a permission by application and codename.
Permission.add_to_class("__str__", _permission_name)


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
