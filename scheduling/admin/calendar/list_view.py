"""The calendar without JavaScript: a week as a list."""

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from scheduling.domain.wallclock import zone_of
from scheduling.domain.windows import WEEK, monday_of
from scheduling.selectors.classes.calendar import closures_between
from scheduling.selectors.studio import studio

from .lines import lines_of
from .query import BROWSER, OWN, STUDIO, CalendarQuery


def zone_shown(choice: str) -> tuple[str, ZoneInfo]:
    """Return the zone of a page without a script, which doesn't know the browser's."""
    name = studio().time_zone if choice in (BROWSER, OWN, STUDIO) else choice
    return name, zone_of(name)


def week_of(
    request: HttpRequest, query: CalendarQuery, zone: str, day: date | None
) -> dict[str, Any]:
    """Return the context of the week of ``day`` or the current week, grouped by days."""
    name, zone_info = zone_shown(zone)
    today = today_in(zone_info)
    monday = monday_of(day or today)
    lines = lines_of(request, query, monday, monday + WEEK, zone_info)
    closures = closures_between(
        monday, monday + WEEK, teacher_id=query.teacher_id, student_id=query.student_id
    )
    return {
        "monday": monday,
        "sunday": monday + WEEK - timedelta(days=1),
        "today": today,
        "zone_name": name,
        "days": [(day, list(group)) for day, group in groupby(lines, key=lambda line: line.day)],
        "closures": [
            (name, first, last, teacher or f"{given or ''} {family or ''}".strip())
            for _pk, name, first, last, _teacher, teacher, _student, given, family in closures
        ],
        "earlier": address_of(request, monday - WEEK),
        "later": address_of(request, monday + WEEK),
        "current": address_of(request, None),
        "query": [
            (key, value)
            for key, values in request.GET.lists()
            for value in values
            if key not in ("who", "student")
        ],
    }


def today_in(zone: ZoneInfo) -> date:
    """Return the current date in ``zone``."""
    now: datetime = timezone.now()
    return now.astimezone(zone).date()


def address_of(request: HttpRequest, day: date | None) -> str:
    """Return the address of the same page on another ``day``, or on today."""
    parameters = {key: values for key, values in request.GET.lists() if key != "date"}
    if day is not None:
        parameters["date"] = [day.isoformat()]
    return f"{reverse('admin:calendar')}?{urlencode(parameters, doseq=True)}"
