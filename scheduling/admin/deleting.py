"""Deleting a row that others keep: what keeps it is counted, not listed."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import PROTECT
from django.http import HttpRequest
from django.utils.translation import gettext as _

from scheduling.services.moments import number


class KeptAdmin(admin.ModelAdmin):
    """A thousand classes of a teacher are no list to read, and take a query each to name."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        keepers = list(_keepers(self.model, objs))
        if keepers:
            return [], {}, set(), keepers
        return super().get_deleted_objects(objs, request)


def _keepers(model: Any, rows: Iterable[Any]) -> Iterator[str]:
    """“1,204 classes”: what refers to any of ``rows`` and must not lose them."""
    for relation in model._meta.related_objects:
        if relation.on_delete is not PROTECT:
            continue
        other: Any = relation.related_model
        count = other._default_manager.filter(**{f"{relation.field.name}__in": rows}).count()
        if count:
            names = other._meta.verbose_name if count == 1 else other._meta.verbose_name_plural
            yield _("%(n)s %(what)s") % {"n": number(count), "what": names}
