"""The base of the admin's mixins, and mixins for searches and for read-only tables."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

# mypy checks a mixin's calls of ``super()`` and ``self`` against ModelAdmin.
if TYPE_CHECKING:
    MixinBase = admin.ModelAdmin
else:
    MixinBase = object


class PlainSearchMixin(MixinBase):
    """Lists and pickers whose search ignores accents and case."""

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [f"{name}__contains_plain" for name in super().get_search_fields(request)]


class ReadOnlyMixin(MixinBase):
    """Forbids adding, changing and deleting rows; viewing needs the usual permission."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
