"""The calendar without JavaScript: a week as a list, and a day with a column for each room."""

from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.admin.core.permissions import visible_classes
from scheduling.domain.outcomes import Outcome
from scheduling.domain.wallclock import zone_of
from scheduling.domain.windows import DAY, WEEK, monday_of
from scheduling.models import ClassStatus
from scheduling.selectors.classes.calendar import between, closures_between, instants
from scheduling.selectors.people import student_names, teacher_names
from scheduling.selectors.rooms import room_names, rooms_to_choose
from scheduling.selectors.studio import studio

from .json_views import planned_for
from .query import BROWSER, CONFLICT, OWN, PLANNED, CalendarQuery


def week_of(
    request: HttpRequest, query: CalendarQuery, zone: str, day: date | None
) -> dict[str, Any]:
    """Return the context of the week of ``day`` or the current week, grouped by days.

    The zones “browser” and “own” are replaced by the studio's: the server doesn't know the former.
    """
    name = studio().time_zone if zone in (BROWSER, OWN, "studio") else zone
    zone_info = zone_of(name)
    today = timezone.now().astimezone(zone_info).date()
    monday = monday_of(day or today)
    start = datetime.combine(monday, time.min, zone_info)
    end = datetime.combine(monday + WEEK, time.min, zone_info)
    lines = _stored(request, query, start, end, zone_info) + _planned(query, start, end, zone_info)
    lines.sort(key=lambda line: (line["start"], line["student"]))
    closures = closures_between(
        monday, monday + WEEK, teacher_id=query.teacher_id, student_id=query.student_id
    )
    return {
        "monday": monday,
        "sunday": monday + WEEK - timedelta(days=1),
        "today": today,
        "zone_name": name,
        "days": [(day, list(group)) for day, group in groupby(lines, key=lambda line: line["day"])],
        "closures": [
            (name, first, last, teacher or f"{given or ''} {family or ''}".strip())
            for _pk, name, first, last, _teacher, teacher, _student, given, family in closures
        ],
        "earlier": _address(request, monday - WEEK),
        "later": _address(request, monday + WEEK),
        "current": _address(request, None),
        "query": [
            (key, value)
            for key, values in request.GET.lists()
            for value in values
            if key not in ("who", "student")
        ],
    }


def rooms_of_day(
    request: HttpRequest, query: CalendarQuery, zone: str, day: date | None
) -> dict[str, Any]:
    """Return the context of ``day``, today by default: each room with its classes in order.

    A room without classes is shown only if the user sees all of them: it is free.
    """
    name = studio().time_zone if zone in (BROWSER, OWN, "studio") else zone
    zone_info = zone_of(name)
    today = timezone.now().astimezone(zone_info).date()
    day = day or today
    start = datetime.combine(day, time.min, zone_info)
    end = datetime.combine(day + DAY, time.min, zone_info)
    lines = _stored(request, query, start, end, zone_info) + _planned(query, start, end, zone_info)
    lines = [line for line in lines if line["state"] != ClassStatus.CANCELLED]
    lines.sort(key=lambda line: (line["start"], line["student"]))
    in_use = {line["room"] for line in lines}
    sees_all = query == CalendarQuery()
    return {
        "day": day,
        "today": today,
        "zone_name": name,
        "columns": [
            (room, [line for line in lines if line["room"] == room])
            for _pk, room, is_active in rooms_to_choose()
            if room in in_use or (is_active and sees_all)
        ],
        "earlier": _address(request, day - DAY),
        "later": _address(request, day + DAY),
        "current": _address(request, None),
    }


def _address(request: HttpRequest, day: date | None) -> str:
    parameters = {key: values for key, values in request.GET.lists() if key != "date"}
    if day is not None:
        parameters["date"] = [day.isoformat()]
    return f"{reverse('admin:calendar')}?{urlencode(parameters, doseq=True)}"


def _stored(
    request: HttpRequest, query: CalendarQuery, start: datetime, end: datetime, zone_info: Any
) -> list[dict[str, Any]]:
    if not query.statuses:
        return []
    classes = query.stored.of(visible_classes(request.user))
    rows = instants(between(classes, start, end))
    students = student_names({row[3] for row in rows})
    teachers = teacher_names({row[4] for row in rows} - {None})
    room_ids = {row[-1] for row in rows} - {None}
    rooms = room_names(room_ids) if room_ids else {}
    labels = {status.value: status.label for status in ClassStatus}
    return [
        {
            **_times(_parsed(first), _parsed(last), zone_info),
            "student": students.get(student, ""),
            "teacher": teachers.get(teacher, ""),
            "room": rooms.get(rest[-1], ""),
            "subject": subject,
            "state": status,
            "label": labels[status],
            "url": reverse("admin:calendar_class", args=[pk]),
        }
        for pk, first, last, student, teacher, status, subject, *rest in rows
    ]


def _planned(
    query: CalendarQuery, start: datetime, end: datetime, zone_info: Any
) -> list[dict[str, Any]]:
    if not {PLANNED, CONFLICT} & set(query.shown):
        return []
    found = planned_for(query, start.date() - timedelta(days=1), end.date() + timedelta(days=1))
    labels = {
        Outcome.CREATED: _("not created yet"),
        Outcome.CONFLICT: _("clashes with another lesson"),
        Outcome.CLOSED: _("closed: not created"),
    }
    return [
        {
            **_times(occurrence.starts_at, occurrence.ends_at, zone_info),
            "student": occurrence.student,
            "teacher": occurrence.teacher,
            "room": occurrence.room,
            "subject": occurrence.subject,
            "state": occurrence.outcome.value,
            "label": labels[occurrence.outcome],
            "url": reverse(
                "admin:calendar_occurrence",
                args=[occurrence.key.kind.value, occurrence.key.id, occurrence.day.isoformat()],
            ),
        }
        for occurrence in found
        if occurrence.starts_at < end and occurrence.ends_at > start
    ]


def _parsed(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


def _times(start: datetime, end: datetime, zone_info: Any) -> dict[str, Any]:
    start, end = start.astimezone(zone_info), end.astimezone(zone_info)
    return {"day": start.date(), "start": start, "end": end}
