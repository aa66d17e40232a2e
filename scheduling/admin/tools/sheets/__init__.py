"""Sheets to print: a teacher's or a room's day, week and register, and a family's month."""

from django.utils.translation import gettext_lazy

from scheduling.admin.core.permissions import may_see_classes
from scheduling.admin.core.tool_page import ToolPage

from .views import sheets

PAGES = (
    ToolPage(
        route="sheets/",
        name="sheets",
        view=sheets,
        title=gettext_lazy("Sheets to print"),
        shown=lambda request: may_see_classes(request.user),
    ),
)
