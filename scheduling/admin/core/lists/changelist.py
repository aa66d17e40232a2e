"""Change lists that stay fast on large tables."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from scheduling.admin.core.mixins import PlainSearchMixin
from scheduling.domain.typed_text import is_row_id

# Rows beyond this limit are reached by filters and search, not by paging.
MAX_COUNTED = 10_000


class CappedPaginator(Paginator):
    """Stop counting at the last page: a full count reads every row of a large table."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return min(rows.order_by()[: MAX_COUNTED + 1].count(), MAX_COUNTED)


class PrefetchingChangeList(ChangeList):
    """A change list whose admin loads the related data for all rows of a page at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.get_filters_params():
            # Nothing is left out: no count, and no link “Show all”, beside the search.
            self.full_result_count = self.result_count
        rows = list(self.result_list)
        self.model_admin.fill(rows)  # type: ignore[attr-defined]
        self.result_list = rows


class LargeTableMixin(PlainSearchMixin):
    """An admin of a large table: capped paging, related data in bulk, styles in lists.css."""

    show_full_result_count = False
    # Facet counts read the whole table once for each filter.
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    list_per_page = 50

    class Media:
        css = {"all": ["scheduling/lists.css"]}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # The add form omits the read-only fields: they have no values yet.
        names = super().get_fields(request, obj)
        if obj is not None:
            return names
        readonly = self.get_readonly_fields(request)
        return [name for name in names if name not in readonly]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        # The select of a related row would look up any value.
        related = {field.name for field in self.opts.fields if field.is_relation}
        return {
            name: value
            for name, value in initial.items()
            if name not in related or is_row_id(str(value))
        }

    def fill(self, rows: list[Any]) -> None:
        """Load the related data that the columns show, in a constant number of queries."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PrefetchingChangeList
