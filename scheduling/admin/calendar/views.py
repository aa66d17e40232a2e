"""The calendar itself, and the same week as a plain list for where no script runs."""

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

from scheduling.admin.core.permissions import may_change_classes, may_see_classes
from scheduling.domain.wallclock import zone_names
from scheduling.models import ClassStatus
from scheduling.selectors.classes.calendar import active_zones, students_named, teachers_to_choose
from scheduling.selectors.people import student_names
from scheduling.selectors.studio import studio

from .js_texts import js_texts
from .list_view import week_of
from .query import (
    BROWSER,
    CONFLICT,
    OWN,
    PLANNED,
    STUDIO,
    CalendarQuery,
    InvalidQueryError,
    read_filters,
    read_zone,
)

VIEWS = {
    "week": "timeGridWeek",
    "day": "timeGridDay",
    "month": "dayGridMonth",
    "list": "listWeek",
    "year": "year",
}


@never_cache
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """``/admin/calendar/``. View, date, filters and zone are in its address."""
    if not may_see_classes(request.user):
        raise PermissionDenied
    problem = ""
    try:
        asked, zone = read_filters(request), read_zone(request.GET)
        day = _day(request)
    except InvalidQueryError as error:
        problem = str(error)
        request = _without_query(request)
        asked, zone, day = read_filters(request), STUDIO, None
    context = admin.site.each_context(request) | {
        "title": _("Calendar"),
        # Seven days need the width; the tables are a click on the name of the product away.
        "is_nav_sidebar_enabled": False,
        "asked": asked,
        "zone": zone,
        "problem": problem,
        "teachers": [] if asked.confined else teachers_to_choose(),
        "student": _student(asked),
        "kinds": _kinds(asked),
        "zones": _zones(zone),
        "may_change": may_change_classes(request.user),
    }
    if "plain" in request.GET:
        who = request.GET.get("who", "").split()
        context |= week_of(request, asked, zone, day)
        whose = asked.teacher_id if asked.confined else None
        context["found"] = students_named(who[:5], 20, teacher_id=whose) if who else []
        context["who"] = " ".join(who)
        return render(request, "admin/calendar/plain.html", context)
    rest = request.GET.urlencode()
    context["plain_address"] = f"?{rest}&plain=1" if rest else "?plain=1"
    context["config"] = {
        # That of the United States would put the month first.
        "language": "en-GB" if get_language() == "en" else get_language(),
        "studioZone": studio().time_zone,
        "zone": zone,
        "studentName": context["student"],
        "mayChange": context["may_change"],
        "views": VIEWS,
        "shown": list(asked.shown),
        "urls": {
            "calendar": reverse("admin:calendar"),
            "events": reverse("admin:calendar_events"),
            "days": reverse("admin:calendar_days"),
            "planned": reverse("admin:calendar_planned"),
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
    """The same request without what can't be read."""
    request.GET = QueryDict("plain=1" if "plain" in request.GET else "")
    return request


def _student(asked: CalendarQuery) -> str:
    if asked.student_id is None:
        return ""
    return student_names([asked.student_id]).get(asked.student_id, str(asked.student_id))


def _kinds(asked: CalendarQuery) -> list[tuple[str, str, bool]]:
    """What can be shown and hidden: value, label, whether it is shown. The legend as well."""
    labels = {
        **{status.value: str(status.label) for status in ClassStatus},
        PLANNED: _("not created yet"),
        CONFLICT: _("clashes with another lesson"),
    }
    return [(value, label, value in asked.shown) for value, label in labels.items()]


def _zones(chosen: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """The choices of zone in groups: value, label, whether it is the one."""
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
