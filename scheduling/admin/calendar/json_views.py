"""What the calendar's script asks for: stored classes, days in numbers, occurrences still planned.

Compact: names once, rows as arrays. A year of fifty thousand classes is one query and a few more.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from scheduling.admin.core.permissions import visible_classes
from scheduling.domain.outcomes import Outcome
from scheduling.domain.wallclock import local_times
from scheduling.domain.windows import DAY
from scheduling.models import Job
from scheduling.selectors.classes.calendar import (
    between,
    closures_between,
    day_counts,
    instants,
    on_dates,
    students_named,
    wall_clock,
)
from scheduling.selectors.people import student_names, teacher_names
from scheduling.services.classes.occurrences import PlannedOccurrence, planned

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
    """What can't be read is answered with 400 and a sentence; no answer is kept by the browser."""

    @wraps(view)
    @never_cache
    @require_GET
    @gzip_page
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except InvalidQueryError as error:
            response = refused(str(error))
        return response

    return answer


@json_view
def events(request: HttpRequest) -> HttpResponse:
    """The stored classes of a range, by instants; with ``zone=own`` by their wall clocks."""
    asked, when = read_filters(request), read_range(request.GET, MOST_DAYS)
    own = read_zone(request.GET) == OWN
    rows: list[tuple[Any, ...]] = []
    if asked.statuses:
        classes = asked.stored.of(visible_classes(request.user))
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
            "closures": _closures(asked, when),
        },
        json_dumps_params={"separators": (",", ":"), "ensure_ascii": False},
    )


@json_view
def days(request: HttpRequest) -> HttpResponse:
    """How many classes of each status on each day: a year at a glance."""
    asked, when = read_filters(request), read_range(request.GET, MOST_DAYS)
    counts: defaultdict[date, dict[str, int]] = defaultdict(dict)
    if asked.statuses:
        classes = asked.stored.of(visible_classes(request.user))
        for day, status, count in day_counts(on_dates(classes, *when.dates)):
            counts[day][status] = count
    return JsonResponse(
        {
            "days": {day.isoformat(): numbers for day, numbers in counts.items()},
            "closures": _closures(asked, when),
        }
    )


@json_view
def planned_occurrences(request: HttpRequest) -> HttpResponse:
    """The occurrences of a range that the schedules ask for and that are not stored."""
    asked, when = read_filters(request), read_range(request.GET, MOST_DAYS_PLANNED)
    found: list[PlannedOccurrence] = []
    if {PLANNED, CONFLICT} & set(asked.shown):
        if read_zone(request.GET) == OWN:
            first, end = when.dates
            found = planned_for(asked, first, end - DAY)
        else:
            wide = planned_for(asked, *when.widest)
            found = [one for one in wide if one.starts_at < when.end and one.ends_at > when.start]
    return JsonResponse({"planned": [_planned_json(one) for one in found]})


@json_view
def students(request: HttpRequest) -> HttpResponse:
    """Students by a part of their name, for the filter."""
    asked = read_filters(request)
    whose = asked.teacher_id if asked.confined else None
    words = request.GET.get("q", "").split()[:5]
    found = students_named(words, MOST_NAMES, teacher_id=whose)
    return JsonResponse({"students": names_apart(found, emails=not asked.confined)})


def names_apart(found: list[tuple[int, str, str, str]], *, emails: bool) -> list[dict[str, Any]]:
    """Names, and whom they mean; namesakes with what tells them apart."""
    names = [f"{first} {last}".strip() for _pk, first, last, _email in found]
    return [
        {
            "id": pk,
            "name": f"{name} · {(emails and email) or pk}" if names.count(name) > 1 else name,
        }
        for name, (pk, _first, _last, email) in zip(names, found, strict=True)
    ]


def planned_for(asked: CalendarQuery, first: date, last: date) -> list[PlannedOccurrence]:
    """The occurrences not stored that anybody may still wait for, from first to last day."""
    found = planned(
        first,
        last,
        student_ids=[asked.student_id] if asked.student_id is not None else (),
        teacher_ids=[asked.teacher_id] if asked.teacher_id is not None else (),
        now=timezone.now(),
    )
    return [one for one in found if _awaited(one) and _kind(one) in asked.shown]


def _awaited(one: PlannedOccurrence) -> bool:
    """What is past and no scheduled run would make is history, not a plan."""
    return one.due.job in (Job.WEEKLY, Job.HORIZON)


def _kind(one: PlannedOccurrence) -> str:
    return CONFLICT if one.outcome is Outcome.CONFLICT else PLANNED


def _planned_json(one: PlannedOccurrence) -> dict[str, Any]:
    start, end = local_times(one.starts_at, one.ends_at, one.zone)
    return {
        "kind": one.key.kind.value,
        "series": one.key.id,
        "day": one.day.isoformat(),
        "start": f"{one.starts_at:%Y-%m-%d %H:%M}",
        "end": f"{one.ends_at:%Y-%m-%d %H:%M}",
        "startTime": f"{start:%H:%M}",
        "endTime": f"{end:%H:%M}",
        "student": one.student,
        "teacher": one.teacher,
        "subject": one.subject,
        "shared": one.is_shared,
        "outcome": one.outcome.value,
        "reason": one.reason,
    }


def _closures(asked: CalendarQuery, when: TimeRange) -> list[dict[str, Any]]:
    """The closures of the range; a teacher's account is told nobody else's."""
    rows = closures_between(*when.dates, teacher_id=asked.teacher_id, student_id=asked.student_id)
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
