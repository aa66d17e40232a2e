"""Keyset pagination: a page costs the same at any depth."""

from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.utils.urls import replace_query_param

SALT = "scheduling.api.cursor"


class KeysetPagination(CursorPagination):
    """``{"next", "previous", "results"}``: 50 rows a page, ``pageSize`` up to 500.

    The rows are in the order that ``ordering`` names, from the view's ``orderings``.

    A cursor contains the last row's value *and* primary key. DRF's own contains only the value
    and skips rows if more than a thousand share it, which happens with the start of classes.
    Cursors are signed, so that no client can inject values into a query.
    """

    page_size = 50
    page_size_query_param = "pageSize"
    max_page_size = 500
    ordering_query_param = "ordering"

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        size = self.get_page_size(request)
        self.url = request.build_absolute_uri()
        self.ordering_name, self.column, descending = self._order(request, view)
        position = self._position(request)
        backwards = position is not None and position[2]
        if position is not None:
            value, key, _backwards = position
            queryset = queryset.filter(self._beyond(value, key, descending != backwards))
        rows = list(queryset.order_by(*self._columns(descending != backwards))[: size + 1])
        more = len(rows) > size
        page = rows[:size]
        if backwards:
            page.reverse()
        has_previous = more if backwards else position is not None
        has_next = more or backwards
        self.previous_cursor = self._cursor(page[0], True) if page and has_previous else ""
        self.next_cursor = self._cursor(page[-1], False) if page and has_next else ""
        return page

    def get_next_link(self) -> str | None:
        return self._link(self.next_cursor)

    def get_previous_link(self) -> str | None:
        return self._link(self.previous_cursor)

    def get_schema_operation_parameters(self, view: Any) -> list[Any]:
        return []  # the view declares them itself

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }

    def _order(self, request: Any, view: Any) -> tuple[str, str, bool]:
        allowed: dict[str, str] = view.orderings
        name = request.query_params.get(self.ordering_query_param, "") or view.default_ordering
        column = allowed.get(name.removeprefix("-"))
        if column is None:
            text = _("Choose from: %(names)s.") % {"names": ", ".join(allowed)}
            raise ValidationError({"ordering": [text]})
        return name, column, name.startswith("-")

    def _columns(self, descending: bool) -> list[str]:
        """Return the columns to order by. The key is always last: a cursor needs a total order."""
        sign = "-" if descending else ""
        return [f"{sign}{name}" for name in dict.fromkeys((self.column, "id"))]

    def _beyond(self, value: Any, key: int, descending: bool) -> Q:
        sign = "lt" if descending else "gt"
        if self.column == "id":
            return Q(**{f"id__{sign}": key})
        # The first condition uses the index; the second separates rows with the same value.
        return Q(**{f"{self.column}__{sign}e": value}) & (
            Q(**{f"{self.column}__{sign}": value}) | Q(**{f"id__{sign}": key})
        )

    def _cursor(self, row: Any, backwards: bool) -> str:
        value = None if self.column == "id" else row.serializable_value(self.column)
        text = None if value is None else row._meta.get_field(self.column).value_to_string(row)
        return signing.dumps([self.ordering_name, text, row.pk, backwards], salt=SALT)

    def _position(self, request: Any) -> tuple[Any, int, bool] | None:
        token = request.query_params.get(self.cursor_query_param)
        if not token:
            return None
        try:
            name, value, key, backwards = signing.loads(token, salt=SALT)
        except signing.BadSignature:
            raise ValidationError({"cursor": [_("This cursor is not valid.")]}) from None
        if name != self.ordering_name:
            text = _("This cursor belongs to the ordering “%(name)s”.") % {"name": name}
            raise ValidationError({"cursor": [text]})
        return value, key, backwards

    def _link(self, cursor: str) -> str | None:
        if not cursor:
            return None
        return replace_query_param(self.url, self.cursor_query_param, cursor)
