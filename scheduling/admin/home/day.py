"""The classes of a day by hour, on the first page, each with its marks and its cancellation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scheduling.admin.core.display.class_marks import StudentLine
from scheduling.admin.core.display.links import listed
from scheduling.admin.core.notices import show_notified
from scheduling.admin.core.permissions import (
    may_change_classes,
    may_mark_class,
    may_see_everyone,
    teacher_of,
    visible_classes,
)
from scheduling.admin.core.tool_page import ToolPage
from scheduling.domain.windows import DAY, FIRST_DATE, LAST_DATE
from scheduling.models import (
    CANCELLED_BY_PEOPLE,
    Attendance,
    CancelledBy,
    ScheduledClass,
)
from scheduling.models.studio import foreign_zone
from scheduling.selectors.classes.day_summary import day_summary
from scheduling.selectors.studio import studio, studio_day, studio_zone
from scheduling.services.classes import edit
from scheduling.services.classes.make_ups import made_up_of
from scheduling.services.notices import author_of, is_default, is_wanted, notifying
from scheduling.text.dates import coming_day, number_text, relative, when

from .remarks import remarked_line, with_remarks

# The most lines of a day; a link leads to the others.
MAX_LINES = 60
# How many classes before the current one a longer day begins with.
LINES_BEFORE = 10


@dataclass(frozen=True, slots=True)
class HourLine:
    """A class, or a group lesson with several students, in the studio's time."""

    start: str
    end: str
    details: str
    students: list[StudentLine]
    is_now: bool


def today(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Return the context of the day: its title, numbers, lines and the next class.

    It is the studio's day, or the one in the parameter ``day``.
    """
    current = studio_day(now)
    day = _asked_day(request) or current
    start, end = (datetime.combine(date, time(), studio_zone()) for date in (day, day + DAY))
    visible = visible_classes(request.user)
    summary = day_summary(visible, start, end, now)
    rows = visible.filter(starts_at__gte=start, starts_at__lt=end)
    total, first = summary.classes + summary.cancelled, 0
    if total > MAX_LINES:
        first = max(0, rows.filter(ends_at__lte=now).order_by().count() - LINES_BEFORE)
    shown = list(
        with_remarks(rows, now)
        .select_related("student", "teacher", "original_teacher", "room")
        .order_by("starts_at", "teacher_id", "ends_at", "room_id", "id")[first : first + MAX_LINES]
    )
    coming = summary.coming
    return {
        "day": coming_day(day, current),
        "date": day,
        "is_today": day == current,
        "before": _address(day - DAY, current),
        "after": _address(day + DAY, current),
        "all_url": listed("scheduledclass", on=day),
        "cancelled_by": CANCELLED_BY_PEOPLE,
        "notifies": is_default(),
        "today": {
            "count": summary.classes,
            "over": number_text(summary.over),
            "unmarked": number_text(summary.unmarked if studio().unmarked_days else 0),
            "cancelled": number_text(summary.cancelled),
        },
        "hours": list(_lines(request, shown, now)),
        "more": total - len(shown),
        "zone": str(studio_zone()) if any(foreign_zone(row.time_zone) for row in shown) else "",
        "coming": coming
        and {
            "pk": coming.pk,
            "when": when(coming.starts_at, now),
            "relative": relative(coming.starts_at, now),
            "student": coming.student.full_name,
            "teacher": coming.teacher.name if coming.teacher else "",
            "room": coming.room.name if coming.room else "",
        },
    }


def _lines(
    request: HttpRequest, classes: list[ScheduledClass], now: datetime
) -> Iterator[HourLine]:
    names_teacher, zone = may_see_everyone(request.user), str(studio_zone())
    for _place, group in groupby(classes, _place_of):
        rows = list(group)
        first = rows[0]
        starts, ends = first.local_times(zone)
        teacher = first.given_by if names_teacher else ""
        if first.original_teacher and not names_teacher:
            teacher = _("for %(original)s") % {"original": first.original_teacher}
        parts = [first.subject, teacher, str(first.room or "")]
        yield HourLine(
            f"{starts:%H:%M}",
            f"{ends:%H:%M}",
            " · ".join(filter(None, parts)),
            [remarked_line(request, row, classes, now) for row in rows],
            first.starts_at <= now < first.ends_at,
        )


def _place_of(row: ScheduledClass) -> tuple[object, ...]:
    """Return a key that the students of a group lesson in one room share."""
    return (
        row.starts_at,
        row.ends_at,
        row.teacher_id,
        row.room_id,
        (row.is_shared and row.teacher_id is not None) or row.pk,
    )


@require_POST
def mark(request: HttpRequest, class_id: int) -> HttpResponse:
    """Set the attendance of a class, or remove it if empty; return to its line."""
    if teacher_of(request.user) is None and not may_change_classes(request.user):
        raise PermissionDenied
    row = get_object_or_404(visible_classes(request.user), pk=class_id)
    if not may_mark_class(request.user, row):
        raise PermissionDenied
    attendance = request.POST.get("attendance", "")
    if attendance not in ("", *Attendance.values):
        raise Http404
    try:
        marked = edit.mark_attendance(row.pk, attendance, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        text = _("%(student)s: %(mark)s.") % {
            "student": marked.student,
            "mark": marked.get_attendance_display() or _("not marked"),
        }
        messages.success(request, text)
    return _back(request, row.pk)


@require_POST
def cancel(request: HttpRequest, class_id: int) -> HttpResponse:
    """Cancel a class for the person in ``by``, or restore it if empty; return to its line.

    With ``notify`` the families and the teacher are told.
    """
    if not may_change_classes(request.user):
        raise PermissionDenied
    row = get_object_or_404(ScheduledClass, pk=class_id)
    by = request.POST.get("by", "")
    if by and by not in dict(CANCELLED_BY_PEOPLE):
        raise Http404
    now = timezone.now()
    wanted = row.starts_at > now and is_wanted("notify" in request.POST)
    try:
        with notifying([row.pk], wanted, now, author_of(request.user)) as notified:
            if by:
                edit.cancel(row.pk, by=CancelledBy(by), now=now)
            else:
                restored = edit.restore(row.pk, now=now)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _back(request, row.pk)
    text = _("%(student)s: cancelled.") if by else _("%(student)s: takes place.")
    messages.success(request, text % {"student": row.student})
    show_notified(request, notified)
    if not by and (made_up := made_up_of(restored)):
        messages.warning(request, made_up)
    return _back(request, row.pk)


def _asked_day(request: HttpRequest) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if FIRST_DATE <= day <= LAST_DATE else None


def _address(day: date, current: date) -> str:
    """Return the address of ``day``; empty if the studio has no such day."""
    if not FIRST_DATE <= day <= LAST_DATE:
        return ""
    return reverse("admin:index") + ("" if day == current else f"?day={day}")


def _back(request: HttpRequest, class_id: int) -> HttpResponse:
    """Redirect to the line of the class, on the page or the day with the button."""
    page = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(f"{page}#class-{class_id}")
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        day = studio_day(timezone.now())
    address = _address(day, studio_day(timezone.now())) or reverse("admin:index")
    return HttpResponseRedirect(f"{address}#class-{class_id}")


PAGES = (
    ToolPage(route="today/<int:class_id>/mark/", name="mark_today", view=mark),
    ToolPage(route="today/<int:class_id>/cancel/", name="cancel_today", view=cancel),
)
