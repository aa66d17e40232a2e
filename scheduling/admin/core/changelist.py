"""Lists that stay quick, however many rows there are."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from .mixins import MixinBase

# Who looks for one row among more than that, filters; no page lies deeper.
MOST_COUNTED = 10_000


class CappedPaginator(Paginator):
    """Counts no further than it pages: a whole count reads every row of a large table."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return min(rows.order_by()[: MOST_COUNTED + 1].count(), MOST_COUNTED)


class PrefetchingChangeList(ChangeList):
    """Has its admin look up, for all rows of a page at once, what their columns show besides."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        self.model_admin.fill(rows)  # type: ignore[attr-defined]
        self.result_list = rows


class LargeTableMixin(MixinBase):
    """A table whose list is capped and filled; the look of its lists is in lists.css."""

    show_full_result_count = False
    # Counting what each filter would find reads the whole table, once for each of them.
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    list_per_page = 50

    class Media:
        css = {"all": ["scheduling/lists.css"]}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A row that is still to be added has no values to be only read."""
        names = super().get_fields(request, obj)
        if obj is not None:
            return names
        shown_only = self.get_readonly_fields(request)
        return [name for name in names if name not in shown_only]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(widget := getattr(field, "widget", None), RelatedFieldWidgetWrapper):
            # Whom a row is about is kept by it: to delete them would be refused.
            widget.can_delete_related = False
        return field

    def fill(self, rows: list[Any]) -> None:
        """Give the rows of a page what their columns show, in a constant number of queries."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PrefetchingChangeList
