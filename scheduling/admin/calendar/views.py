"""The calendar page; without JavaScript the same week as a list, or the same day in columns."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from scheduling.admin.calendar.day.day_view import day_of
from scheduling.admin.core.display.links import find_time_url, may_find_times
from scheduling.admin.core.permissions import may_change_classes, may_see_classes
from scheduling.domain.wallclock import zone_names
from scheduling.models import ClassStatus
from scheduling.selectors.classes.calendar import active_zones, students_named, teachers_to_choose
from scheduling.selectors.people import student_names
from scheduling.selectors.rooms import rooms_to_choose
from scheduling.selectors.studio import shown_zone, studio

from .js_texts import js_texts
from .list_view import week_of
from .query import (
    BROWSER,
    CONFLICT,
    OWN,
    PLANNED,
    STUDIO,
    TEACHER,
    CalendarQuery,
    InvalidQueryError,
    is_by_script,
    read_columns,
    read_filters,
    read_zone,
)

VIEWS = {
    "week": "timeGridWeek",
    "day": "day",
    "month": "dayGridMonth",
    "list": "listWeek",
    "year": "year",
}


@never_cache
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """Render ``/admin/calendar/``. View, date, filters and zone are query parameters."""
    if not may_see_classes(request.user):
        raise PermissionDenied
    problem = ""
    try:
        filters, zone = read_filters(request), read_zone(request.GET)
        day, by = _day(request), read_columns(request.GET)
    except InvalidQueryError as error:
        problem = str(error)
        request = _without_query(request)
        filters, zone, day, by = read_filters(request), STUDIO, None, TEACHER
    if "plain" in request.GET and request.GET.get("view") == "day":
        return _day_page(request, day_of(request, filters, zone, day, by) | {"problem": problem})
    context = admin.site.each_context(request) | {
        "title": _("Calendar"),
        # Seven days need the width; the header links to the tables.
        "is_nav_sidebar_enabled": False,
        "filters": filters,
        "zone": zone,
        "problem": problem,
        "teachers": [] if filters.is_own_only else teachers_to_choose(),
        "rooms": rooms_to_choose(),
        "student": _student(filters),
        "kinds": _kinds(filters),
        "zones": _zones(zone),
        "may_change": may_change_classes(request.user),
    }
    if "plain" in request.GET:
        words = request.GET.get("who", "").split()
        context |= week_of(request, filters, zone, day)
        teacher_id = filters.teacher_id if filters.is_own_only else None
        context["found"] = students_named(words[:5], 20, teacher_id=teacher_id) if words else []
        context["who"] = " ".join(words)
        return render(request, "admin/calendar/plain.html", context)
    context["view_names"] = [
        ("day", _("Day")),
        ("week", _("Week")),
        ("month", _("Month")),
        ("list", _("List")),
        ("year", _("Year")),
    ]
    if may_find_times(request.user):
        context["find_time"] = find_time_url(filters.teacher_id)
    query_string = request.GET.urlencode()
    context["plain_address"] = f"?{query_string}&plain=1" if query_string else "?plain=1"
    context["config"] = {
        # “en” would format dates as in the United States, month first.
        "language": "en-GB" if get_language() == "en" else get_language(),
        "studioZone": studio().time_zone,
        "severalZones": bool(shown_zone()),
        "zone": zone,
        "studentName": context["student"],
        "mayChange": context["may_change"],
        "views": VIEWS,
        # The week of one person or room is a grid of hours; that of everyone is a list by days.
        "isOne": filters.is_own_only or len(context["teachers"]) < 2,
        "by": request.GET.get("by", ""),
        "shown": list(filters.shown),
        "urls": {
            "calendar": reverse("admin:calendar"),
            "events": reverse("admin:calendar_events"),
            "days": reverse("admin:calendar_days"),
            "planned": reverse("admin:calendar_planned"),
            "free": reverse("admin:calendar_free"),
            "students": reverse("admin:calendar_students"),
            "classes": reverse("admin:calendar_class", args=[0]),
            "occurrences": reverse(
                "admin:calendar_occurrence", args=["fixed_schedule", 0, "2000-01-01"]
            ),
            "closures": _closure_address(request),
        },
        "texts": js_texts(),
    }
    return render(request, "admin/calendar/page.html", context)


def _day_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Render a day: for the script the part that it shows, else a page."""
    context["may_change"] = may_change_classes(request.user)
    if is_by_script(request):
        return render(request, "admin/calendar/_day.html", context)
    context |= admin.site.each_context(request)
    context |= {"title": _("Calendar"), "is_nav_sidebar_enabled": False}
    return render(request, "admin/calendar/day.html", context)


def _day(request: HttpRequest) -> date | None:
    text = request.GET.get("date", "")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day is not None and not 1900 <= day.year <= 9000:
        raise InvalidQueryError(_("“%(text)s” is not a valid date.") % {"text": text[:20]})
    return day


def _without_query(request: HttpRequest) -> HttpRequest:
    """Remove all parameters but ``plain`` from ``request``."""
    request.GET = QueryDict("plain=1" if "plain" in request.GET else "")
    return request


def _student(filters: CalendarQuery) -> str:
    if filters.student_id is None:
        return ""
    return student_names([filters.student_id]).get(filters.student_id, str(filters.student_id))


def _kinds(filters: CalendarQuery) -> list[tuple[str, str, bool]]:
    """Return value, label and visibility of each filter; they are also the legend."""
    labels = {
        **{status.value: str(status.label) for status in ClassStatus},
        PLANNED: _("not created yet"),
        CONFLICT: _("clashes with another lesson"),
    }
    return [(value, label, value in filters.shown) for value, label in labels.items()]


def _zones(chosen: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return the choices of the zone in groups, each with value, label and whether it is chosen."""
    special = [
        (STUDIO, _("The studio's: %(zone)s") % {"zone": studio().time_zone}),
        (OWN, _("Each class's own")),
        (BROWSER, _("This browser's")),
    ]
    used = [(name, name) for name in active_zones()]
    rest = [(name, name) for name in sorted(zone_names()) if "/" in name or name == "UTC"]
    rest = [choice for choice in rest if choice not in used]
    if chosen not in {name for name, _label in special + used + rest}:
        rest.append((chosen, chosen))
    groups: list[tuple[str, list[tuple[str, str]]]] = [
        (_("Most used"), special),
        (_("Zones of the teachers"), used),
        (_("All zones"), rest),
    ]
    return [
        (name, [(value, label, value == chosen) for value, label in choices])
        for name, choices in groups
        if choices
    ]


def _closure_address(request: HttpRequest) -> str:
    user: Any = request.user
    if not user.has_perm("scheduling.view_closure"):
        return ""
    return reverse("admin:scheduling_closure_change", args=[0])
