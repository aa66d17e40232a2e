"""“Find a time”: when teachers are free for a weekly lesson, a one-off or a make-up."""

from django.utils.translation import gettext_lazy

from scheduling.admin.core.display.links import may_find_times
from scheduling.admin.core.tool_page import ToolPage

from .views import find_time

PAGES = (
    ToolPage(
        route="find/",
        name="find_time",
        view=find_time,
        title=gettext_lazy("Find a time"),
        daily=True,
        shown=lambda request: may_find_times(request.user),
    ),
)
