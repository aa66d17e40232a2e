"""The columns of an export, with plain values."""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import DateTimeField, Model
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from scheduling.spreadsheets.cells import Cell

_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|dt|dd)>")
TYPED = (int, float, Decimal, date, time, timedelta)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list. ``zone`` is the time zone in the title of a timestamp column."""

    title: str
    name: str | Callable[[Any], Any]
    model_admin: ModelAdmin
    zone: str = ""

    def read(self, row: Model) -> Cell:
        """Return the displayed value, with its type; timestamps in the column's zone.

        Booleans become “yes” and “no”.
        """
        try:
            field, method, value = lookup_field(self.name, row, self.model_admin)
        except ObjectDoesNotExist:
            return ""
        choices = getattr(field, "flatchoices", None)
        if choices:
            value = dict(choices).get(value, value)
        return self._plain(value, is_yes_or_no=bool(getattr(method, "boolean", False)))

    def _plain(self, value: Any, is_yes_or_no: bool) -> Cell:
        if value is None or value == "":
            return ""
        if isinstance(value, bool) or is_yes_or_no:
            return _("yes") if value else _("no")
        if isinstance(value, datetime) and timezone.is_aware(value):
            local = timezone.localtime(value)
            # A computed column has no zone in its title, so each cell has one.
            return local if self.zone else f"{local:%Y-%m-%d %H:%M:%S} {local.tzinfo}"
        if isinstance(value, TYPED):
            return value
        if isinstance(value, (list, tuple, set, frozenset)):
            return ", ".join(str(item) for item in value)
        if hasattr(value, "__html__"):
            return html.unescape(strip_tags(_BREAK.sub(" ", value.__html__()))).strip()
        return str(localize(value))


def columns_of(model_admin: ModelAdmin, names: Iterable[Any]) -> list[Column]:
    """Return the columns ``names`` of a list, with the list's titles."""
    return [_column(model_admin, name) for name in names]


def _column(model_admin: ModelAdmin, name: Any) -> Column:
    title = capfirst(str(label_for_field(name, model_admin.model, model_admin)))
    fields = {field.name: field for field in model_admin.opts.get_fields()}
    if isinstance(name, str) and isinstance(fields.get(name), DateTimeField):
        zone = timezone.get_current_timezone_name()
        return Column(f"{title} ({zone})", name, model_admin, zone)
    return Column(title, name, model_admin)
