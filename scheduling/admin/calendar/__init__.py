"""The pages below ``/admin/calendar/``: the calendar, its data, and details with actions."""

from django.utils.translation import gettext_lazy as _

from scheduling.admin.core.permissions import may_see_classes
from scheduling.admin.core.tool_page import ToolPage

from .details import class_details, occurrence_details
from .json_views import days, events, free_times, planned_occurrences, students
from .views import calendar

PAGES = (
    ToolPage(
        route="calendar/",
        name="calendar",
        view=calendar,
        title=_("Calendar"),
        daily=True,
        shown=lambda request: may_see_classes(request.user),
    ),
    ToolPage(route="calendar/events/", name="calendar_events", view=events),
    ToolPage(route="calendar/days/", name="calendar_days", view=days),
    ToolPage(route="calendar/planned/", name="calendar_planned", view=planned_occurrences),
    ToolPage(route="calendar/free/", name="calendar_free", view=free_times),
    ToolPage(route="calendar/students/", name="calendar_students", view=students),
    ToolPage(route="calendar/classes/<int:pk>/", name="calendar_class", view=class_details),
    ToolPage(
        route="calendar/occurrences/<str:kind>/<int:series>/<str:day>/",
        name="calendar_occurrence",
        view=occurrence_details,
    ),
)
