"""JSON for the calendar's script: stored classes, counts by day, planned occurrences, students.

The format is compact: rows are arrays, and each name is sent once. A year of fifty thousand classes
takes a constant, small number of queries.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from scheduling.admin.core.display.links import may_find_times
from scheduling.admin.core.permissions import visible_classes
from scheduling.domain.openings import Gap
from scheduling.domain.outcomes import Outcome
from scheduling.domain.wallclock import local_times
from scheduling.domain.windows import DAY
from scheduling.domain.working_hours import time_of
from scheduling.selectors.classes.calendar import (
    between,
    closures_between,
    day_counts,
    instants,
    on_dates,
    students_named,
    wall_clock,
)
from scheduling.selectors.people import student_names, teacher_names, teacher_zones
from scheduling.selectors.rooms import room_names
from scheduling.services.classes.occurrences import PlannedOccurrence, planned
from scheduling.services.openings import free_time

from .gaps import bounds_of, find_url, form_url, may_add_lessons
from .query import (
    CONFLICT,
    OWN,
    PLANNED,
    CalendarQuery,
    InvalidQueryError,
    TimeRange,
    read_filters,
    read_range,
    read_zone,
    refused,
)

MOST_DAYS = 371
MOST_DAYS_PLANNED = 62
MOST_NAMES = 20

View = Callable[..., HttpResponse]


def json_view(view: View) -> View:
    """Answer an InvalidQueryError with status 400 and a sentence, and disable caching."""

    @wraps(view)
    @never_cache
    @require_GET
    @gzip_page
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except InvalidQueryError as error:
            response = refused(str(error))
        return response

    return wrapper


@json_view
def events(request: HttpRequest) -> HttpResponse:
    """Return the stored classes of a range, by instants or, with ``zone=own``, by local times."""
    query, when = read_filters(request), read_range(request.GET, MOST_DAYS)
    own = read_zone(request.GET) == OWN
    rows: list[tuple[Any, ...]] = []
    if query.statuses:
        classes = query.stored.of(visible_classes(request.user))
        rows = (
            wall_clock(on_dates(classes, *when.dates))
            if own
            else instants(between(classes, when.start, when.end))
        )
    student, teacher = (4, 5) if own else (3, 4)
    return JsonResponse(
        {
            "classes": rows,
            "students": student_names({row[student] for row in rows}),
            "teachers": teacher_names({row[teacher] for row in rows} - {None}),
            **_rooms({row[-1] for row in rows} - {None}),
            "closures": _closures(query, when),
        },
        json_dumps_params={"separators": (",", ":"), "ensure_ascii": False},
    )


def _rooms(ids: set[int]) -> dict[str, Any]:
    return {"rooms": room_names(ids)} if ids else {}


@json_view
def days(request: HttpRequest) -> HttpResponse:
    """Return the number of classes of each status on each day."""
    query, when = read_filters(request), read_range(request.GET, MOST_DAYS)
    counts: defaultdict[date, dict[str, int]] = defaultdict(dict)
    if query.statuses:
        classes = query.stored.of(visible_classes(request.user))
        for day, status, count in day_counts(on_dates(classes, *when.dates)):
            counts[day][status] = count
    return JsonResponse(
        {
            "days": {day.isoformat(): numbers for day, numbers in counts.items()},
            "closures": _closures(query, when),
        }
    )


@json_view
def planned_occurrences(request: HttpRequest) -> HttpResponse:
    """Return the planned occurrences of a range that are not stored."""
    query, when = read_filters(request), read_range(request.GET, MOST_DAYS_PLANNED)
    found: list[PlannedOccurrence] = []
    if {PLANNED, CONFLICT} & set(query.shown):
        if read_zone(request.GET) == OWN:
            first, end = when.dates
            found = planned_for(query, first, end - DAY)
        else:
            found = planned_for(query, *when.widest, (when.start, when.end))
    return JsonResponse({"planned": [_planned_json(occurrence) for occurrence in found]})


@json_view
def free_times(request: HttpRequest) -> HttpResponse:
    """Return the free time of one teacher within the working hours, each with its pages."""
    query, when = read_filters(request), read_range(request.GET, MOST_DAYS_PLANNED)
    if query.teacher_id is None or not may_find_times(request.user):
        return JsonResponse({"free": []})
    first, last = when.widest
    try:
        free = free_time([query.teacher_id], first, last, timezone.now())
    except ValidationError:
        free = {}  # the teacher is not active
    gaps = free.get(query.teacher_id, [])
    zones, may_add = teacher_zones([query.teacher_id]), may_add_lessons(request.user)
    return JsonResponse(
        {"free": [_gap_json(gap, query, zones[query.teacher_id], may_add) for gap in gaps]},
    )


def _gap_json(gap: Gap, query: CalendarQuery, zone: str, may_add: bool) -> dict[str, Any]:
    assert query.teacher_id is not None
    starts_at, ends_at = bounds_of(gap, zone)
    hours = gap.start, gap.end
    return {
        "day": gap.day.isoformat(),
        "startTime": f"{time_of(gap.start):%H:%M}",
        "endTime": f"{time_of(gap.end):%H:%M}",
        "start": f"{starts_at:%Y-%m-%d %H:%M}",
        "end": f"{ends_at:%Y-%m-%d %H:%M}",
        "url": find_url(gap, query.teacher_id, query),
        "form": form_url(query, gap.day, hours=hours) if may_add else "",
    }


@json_view
def students(request: HttpRequest) -> HttpResponse:
    """Return the students whose names match ``q``, for the filter."""
    query = read_filters(request)
    whose = query.teacher_id if query.is_own_only else None
    words = request.GET.get("q", "").split()[:5]
    found = students_named(words, MOST_NAMES, teacher_id=whose)
    return JsonResponse({"students": unambiguous_names(found, emails=not query.is_own_only)})


def unambiguous_names(
    found: list[tuple[int, str, str, str]], *, emails: bool
) -> list[dict[str, Any]]:
    """Return IDs and names; equal names are followed by the e-mail address or the ID."""
    names = [f"{first} {last}".strip() for _pk, first, last, _email in found]
    return [
        {
            "id": pk,
            "name": f"{name} · {(emails and email) or pk}" if names.count(name) > 1 else name,
        }
        for name, (pk, _first, _last, email) in zip(names, found, strict=True)
    ]


def planned_for(
    query: CalendarQuery,
    first: date,
    last: date,
    between: tuple[datetime, datetime] | None = None,
) -> list[PlannedOccurrence]:
    """Return the planned occurrences from ``first`` to ``last`` that a run is due to create.

    ``between``: only those that take place between two instants.
    """
    found = planned(
        first,
        last,
        student_ids=[query.student_id] if query.student_id is not None else (),
        teacher_ids=[query.teacher_id] if query.teacher_id is not None else (),
        now=timezone.now(),
        between=between,
    )
    return [
        occurrence
        for occurrence in found
        if occurrence.is_expected
        and _kind(occurrence) in query.shown
        and query.room_id in (None, occurrence.room_id)
    ]


def _kind(occurrence: PlannedOccurrence) -> str:
    return CONFLICT if occurrence.outcome is Outcome.CONFLICT else PLANNED


def _planned_json(occurrence: PlannedOccurrence) -> dict[str, Any]:
    start, end = local_times(occurrence.starts_at, occurrence.ends_at, occurrence.zone)
    return {
        "kind": occurrence.key.kind.value,
        "series": occurrence.key.id,
        "day": occurrence.day.isoformat(),
        "start": f"{occurrence.starts_at:%Y-%m-%d %H:%M}",
        "end": f"{occurrence.ends_at:%Y-%m-%d %H:%M}",
        "startTime": f"{start:%H:%M}",
        "endTime": f"{end:%H:%M}",
        "student": occurrence.student,
        "teacher": occurrence.teacher,
        "teacherId": occurrence.teacher_id,
        "room": occurrence.room,
        "subject": occurrence.subject,
        "shared": occurrence.is_shared,
        "outcome": occurrence.outcome.value,
        "reason": occurrence.reason,
    }


def _closures(query: CalendarQuery, when: TimeRange) -> list[dict[str, Any]]:
    """Return the closures of the range; a teacher's account gets only its own and common ones."""
    rows = closures_between(*when.dates, teacher_id=query.teacher_id, student_id=query.student_id)
    return [
        {
            "id": pk,
            "name": name,
            "first": first.isoformat(),
            "end": (last + DAY).isoformat(),
            "who": teacher or f"{given or ''} {family or ''}".strip(),
            "everyone": teacher_id is None and student_id is None,
        }
        for pk, name, first, last, teacher_id, teacher, student_id, given, family in rows
    ]
