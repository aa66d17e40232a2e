"""The export buttons and actions of the admin's lists."""

import tempfile
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.text import capfirst, slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from scheduling.admin.core.mixins import MixinBase
from scheduling.db.bulk_insert import among, in_batches
from scheduling.selectors.studio import studio, studio_today
from scheduling.spreadsheets import xlsx_format
from scheduling.spreadsheets.csv_format import csv_chunks

from .columns import columns_of

_ROWS_PER_FETCH = 2_000
_BUTTONS = {"csv": gettext_lazy("Export as CSV"), "xlsx": gettext_lazy("Export as XLSX")}
_ACTIONS = {
    "csv": gettext_lazy("Export selected %(verbose_name_plural)s as CSV"),
    "xlsx": gettext_lazy("Export selected %(verbose_name_plural)s as XLSX"),
}
# Query parameters of the list that do not filter it.
_NON_FILTER_PARAMS = ("p", "all", "e")


class ExportMixin(MixinBase):
    """Adds export to a list: its filtered rows on all pages, and its columns.

    ``export_as`` maps a column of the list to columns of the file, such as a date, a start and a
    zone. ``export_extra`` are columns of the file that the list does not have.
    """

    export_as: dict[Any, tuple[Any, ...]] = {}
    export_extra: tuple[Any, ...] = ()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_safe(self.export_view))
        return [
            path("export/<str:kind>/", view, name=self._url_name("export")),
            *super().get_urls(),
        ]

    def export_view(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """Export the rows that the list shows with the same query."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if kind not in _BUTTONS:
            raise Http404
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            messages.error(request, _("The list has no such filter; choose one again, and export."))
            return HttpResponseRedirect(self._url("changelist"))
        return self._export(request, rows, kind)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if IS_POPUP_VAR in request.GET or not self.has_view_or_change_permission(request):
            return actions
        for kind, title in _ACTIONS.items():
            actions[f"export_{kind}"] = (_action(kind), f"export_{kind}", str(title))
        return actions

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        query = request.GET.copy()
        for name in _NON_FILTER_PARAMS:
            query.pop(name, None)
        exports = [
            {"title": title, "url": f"{self._url('export', kind)}?{query.urlencode()}"}
            for kind, title in _BUTTONS.items()
            if IS_POPUP_VAR not in request.GET
        ]
        return super().changelist_view(request, {"exports": exports, **(extra_context or {})})

    def _export(self, request: HttpRequest, rows: QuerySet[Any], kind: str) -> HttpResponseBase:
        columns = columns_of(self, self._export_names(request))
        title = str(capfirst(self.opts.verbose_name_plural))
        today = studio_today()
        name = f"{slugify(title, allow_unicode=True)}-{today}.{kind}"
        fetched = self._fetch(rows)
        if kind == "csv":
            response = StreamingHttpResponse(
                csv_chunks(columns, fetched, get_language() or studio().language),
                content_type="text/csv; charset=utf-8",
            )
            response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
            return response
        if rows.order_by()[xlsx_format.MAX_ROWS - 1 :].exists():
            message = _(
                "A sheet holds %(most)d rows and the list has more: export it as CSV, or filter it."
            )
            messages.error(request, message % {"most": xlsx_format.MAX_ROWS - 1})
            return HttpResponseRedirect(f"{self._url('changelist')}?{request.GET.urlencode()}")
        # A workbook can't be streamed while it is written. FileResponse closes the file.
        file = tempfile.TemporaryFile()  # noqa: SIM115
        xlsx_format.write(file, title, columns, fetched)
        file.seek(0)
        return FileResponse(
            file, as_attachment=True, filename=name, content_type=xlsx_format.MIME_TYPE
        )

    def _export_names(self, request: HttpRequest) -> list[Any]:
        names: list[Any] = []
        column: Any
        for column in self.get_list_display(request):
            names += self.export_as.get(column, (column,))
        names += self.export_extra
        return [name for name in dict.fromkeys(names) if name != "action_checkbox"]

    def _fetch(self, rows: QuerySet[Any]) -> Iterator[Any]:
        """Yield the rows in batches, with the data that the list's ``fill`` adds.

        The ids and their order are read first: a server-side cursor would keep a transaction open
        until the slowest client has read the response.
        """
        fill = getattr(self, "fill", None)
        fetched = among(rows, "pk", rows.values_list("pk", flat=True))
        for batch in in_batches(fetched, _ROWS_PER_FETCH):
            if fill is not None:
                fill(batch)
            yield from batch

    def _url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _url(self, page: str, *args: str) -> str:
        return reverse(f"{self.admin_site.name}:{self._url_name(page)}", args=args)


def _action(kind: str) -> Any:
    def export_selected(
        model_admin: ExportMixin, request: HttpRequest, rows: QuerySet[Any]
    ) -> HttpResponseBase:
        return model_admin._export(request, rows, kind)

    return export_selected
