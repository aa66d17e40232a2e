"""Pages by cursor: the millionth row costs no more than the first."""

from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.utils.urls import replace_query_param

SALT = "scheduling.api.cursor"


class KeysetPagination(CursorPagination):
    """``{"next", "previous", "results"}``, 50 a page, ``pageSize`` up to 500.

    In the order that ``ordering`` names, among those that the view allows.

    A cursor is the last row's value *and* key: DRF's own goes by the value alone, and loses rows
    where more than a thousand share it, as classes share their start. It is signed, so that
    nothing but what this server wrote reaches a query.
    """

    page_size = 50
    page_size_query_param = "pageSize"
    max_page_size = 500
    ordering_query_param = "ordering"

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        size = self.get_page_size(request)
        self.url = request.build_absolute_uri()
        self.named, self.column, descending = self._order(request, view)
        place = self._place(request)
        backwards = place is not None and place[2]
        if place is not None:
            queryset = queryset.filter(self._beyond(place[0], place[1], descending != backwards))
        rows = list(queryset.order_by(*self._columns(descending != backwards))[: size + 1])
        more = len(rows) > size
        page = rows[:size]
        if backwards:
            page.reverse()
        self.before = self._cursor(page[0], True) if page and (more if backwards else place) else ""
        self.after = self._cursor(page[-1], False) if page and (more or backwards) else ""
        return page

    def get_next_link(self) -> str | None:
        return self._link(self.after)

    def get_previous_link(self) -> str | None:
        return self._link(self.before)

    def get_schema_operation_parameters(self, view: Any) -> list[Any]:
        return []  # the view's own parameters have them

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }

    def _order(self, request: Any, view: Any) -> tuple[str, str, bool]:
        allowed: dict[str, str] = view.orderings
        named = request.query_params.get(self.ordering_query_param, "") or view.default_ordering
        column = allowed.get(named.removeprefix("-"))
        if column is None:
            text = _("Choose from: %(names)s.") % {"names": ", ".join(allowed)}
            raise ValidationError({"ordering": [text]})
        return named, column, named.startswith("-")

    def _columns(self, descending: bool) -> list[str]:
        """The key is always last: a cursor needs an order without ties."""
        sign = "-" if descending else ""
        return [f"{sign}{name}" for name in dict.fromkeys((self.column, "id"))]

    def _beyond(self, value: Any, key: int, descending: bool) -> Q:
        sign = "lt" if descending else "gt"
        if self.column == "id":
            return Q(**{f"id__{sign}": key})
        # The first condition is the index's, the second tells the rows of one value apart.
        return Q(**{f"{self.column}__{sign}e": value}) & (
            Q(**{f"{self.column}__{sign}": value}) | Q(**{f"id__{sign}": key})
        )

    def _cursor(self, row: Any, backwards: bool) -> str:
        value = None if self.column == "id" else row.serializable_value(self.column)
        text = None if value is None else row._meta.get_field(self.column).value_to_string(row)
        return signing.dumps([self.named, text, row.pk, backwards], salt=SALT)

    def _place(self, request: Any) -> tuple[Any, int, bool] | None:
        token = request.query_params.get(self.cursor_query_param)
        if not token:
            return None
        try:
            named, value, key, backwards = signing.loads(token, salt=SALT)
        except signing.BadSignature:
            raise ValidationError({"cursor": [_("This cursor is not valid.")]}) from None
        if named != self.named:
            text = _("This cursor belongs to the ordering “%(name)s”.") % {"name": named}
            raise ValidationError({"cursor": [text]})
        return value, key, backwards

    def _link(self, cursor: str) -> str | None:
        if not cursor:
            return None
        return replace_query_param(self.url, self.cursor_query_param, cursor)
