"""The admin pages of the timetable import: upload, preview and approval."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from scheduling.admin.core.permissions import may_import
from scheduling.admin.core.tool_page import ToolPage

from .downloads import export, template
from .views import preview_page, upload_page


def _shown(request: HttpRequest) -> bool:
    return may_import(request.user)


PAGES = (
    ToolPage(
        route="import/",
        name="import_timetable",
        view=upload_page,
        title=_("Import"),
        shown=_shown,
    ),
    ToolPage(route="import/template.csv", name="import_timetable_template", view=template),
    ToolPage(route="import/timetable.xlsx", name="export_timetable", view=export),
    ToolPage(route="import/<uuid:upload_id>/", name="import_timetable_preview", view=preview_page),
)
