"""``/admin/calendar/``: the week as a grid, what is still planned, and what can be done with it."""

from django.utils.translation import gettext_lazy as _

from scheduling.admin.core.permissions import may_see_classes
from scheduling.admin.core.tool_page import Page

from .details import one_class, one_occurrence
from .json_views import days, events, ghosts, students
from .views import calendar

PAGES = (
    Page(
        route="calendar/",
        name="calendar",
        view=calendar,
        title=_("Calendar"),
        daily=True,
        shown=lambda request: may_see_classes(request.user),
    ),
    Page(route="calendar/events/", name="calendar_events", view=events),
    Page(route="calendar/days/", name="calendar_days", view=days),
    Page(route="calendar/planned/", name="calendar_planned", view=ghosts),
    Page(route="calendar/students/", name="calendar_students", view=students),
    Page(route="calendar/classes/<int:pk>/", name="calendar_class", view=one_class),
    Page(
        route="calendar/occurrences/<str:kind>/<int:series>/<str:day>/",
        name="calendar_occurrence",
        view=one_occurrence,
    ),
)
