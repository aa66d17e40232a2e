"""Pages by cursor: the millionth row costs no more than the first."""

from collections.abc import Sequence
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination


class ById(CursorPagination):
    """``{"next", "previous", "results"}``, 50 a page, ``pageSize`` up to 500."""

    page_size = 50
    page_size_query_param = "pageSize"
    max_page_size = 500
    ordering: Any = ("id",)


class Ordered(ById):
    """The same in the order that ``ordering`` names, among those that the view allows.

    The key is always last: a cursor needs an order without ties.
    """

    ordering_query_param = "ordering"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Sequence[str]:
        allowed: dict[str, str] = view.orderings
        named = request.query_params.get(self.ordering_query_param, "") or view.default_ordering
        descending = named.startswith("-")
        column = allowed.get(named.lstrip("-"))
        if column is None:
            raise ValidationError({"ordering": [f"Choose from: {', '.join(allowed)}."]})
        sign = "-" if descending else ""
        return (f"{sign}{column}",) if column == "id" else (f"{sign}{column}", f"{sign}id")
