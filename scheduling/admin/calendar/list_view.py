"""A week of the calendar as a list that needs no script."""

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
from scheduling.domain.windows import WEEK, monday_of
from scheduling.models import ClassStatus
from scheduling.selectors.classes.calendar import between, closures_between, instants
from scheduling.selectors.people import student_names, teacher_names
from scheduling.selectors.studio import studio

from .json_views import planned_for
from .query import BROWSER, CONFLICT, OWN, PLANNED, CalendarQuery


def week_of(
    request: HttpRequest, asked: CalendarQuery, zone: str, day: date | None
) -> dict[str, Any]:
    """The week of ``day``, or the current one, by days; and the addresses of its neighbours.

    The server knows nothing of a browser's zone; that and each class's own become the studio's.
    """
    name = studio().time_zone if zone in (BROWSER, OWN, "studio") else zone
    info = zone_of(name)
    today = timezone.now().astimezone(info).date()
    monday = monday_of(day or today)
    start = datetime.combine(monday, time.min, info)
    end = datetime.combine(monday + WEEK, time.min, info)
    lines = _stored(request, asked, start, end, info) + _planned(asked, start, end, info)
    lines.sort(key=lambda line: (line["start"], line["student"]))
    closures = closures_between(
        monday, monday + WEEK, teacher_id=asked.teacher_id, student_id=asked.student_id
    )
    return {
        "monday": monday,
        "sunday": monday + WEEK - timedelta(days=1),
        "today": today,
        "zone_name": name,
        "days": [(day, list(each)) for day, each in groupby(lines, key=lambda line: line["day"])],
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


def _address(request: HttpRequest, monday: date | None) -> str:
    query = {key: values for key, values in request.GET.lists() if key != "date"}
    if monday is not None:
        query["date"] = [monday.isoformat()]
    return f"{reverse('admin:calendar')}?{urlencode(query, doseq=True)}"


def _stored(
    request: HttpRequest, asked: CalendarQuery, start: datetime, end: datetime, info: Any
) -> list[dict[str, Any]]:
    if not asked.statuses:
        return []
    classes = asked.stored.of(visible_classes(request.user))
    rows = instants(between(classes, start, end))
    students = student_names({row[3] for row in rows})
    teachers = teacher_names({row[4] for row in rows} - {None})
    labels = {status.value: status.label for status in ClassStatus}
    return [
        {
            **_times(_parsed(first), _parsed(last), info),
            "student": students.get(student, ""),
            "teacher": teachers.get(teacher, ""),
            "subject": subject,
            "state": status,
            "label": labels[status],
            "url": reverse("admin:calendar_class", args=[pk]),
        }
        for pk, first, last, student, teacher, status, subject, *_rest in rows
    ]


def _planned(
    asked: CalendarQuery, start: datetime, end: datetime, info: Any
) -> list[dict[str, Any]]:
    if not {PLANNED, CONFLICT} & set(asked.shown):
        return []
    found = planned_for(asked, start.date() - timedelta(days=1), end.date() + timedelta(days=1))
    labels = {
        Outcome.CREATED: _("not created yet"),
        Outcome.CONFLICT: _("clashes with another lesson"),
        Outcome.CLOSED: _("closed: not created"),
    }
    return [
        {
            **_times(one.starts_at, one.ends_at, info),
            "student": one.student,
            "teacher": one.teacher,
            "subject": one.subject,
            "state": one.outcome.value,
            "label": labels[one.outcome],
            "url": reverse(
                "admin:calendar_occurrence",
                args=[one.key.kind.value, one.key.id, one.day.isoformat()],
            ),
        }
        for one in found
        if one.starts_at < end and one.ends_at > start
    ]


def _parsed(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


def _times(start: datetime, end: datetime, info: Any) -> dict[str, Any]:
    start, end = start.astimezone(info), end.astimezone(info)
    return {"day": start.date(), "start": start, "end": end}
