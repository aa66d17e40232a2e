"""The panels of a person's page: lessons, conflicts, absences, make-ups owed."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from scheduling.admin.core.display.class_marks import student_line
from scheduling.admin.core.display.links import class_url, find_time_url, listed, may_find_times
from scheduling.admin.core.permissions import (
    may_change_classes,
    may_see_everyone,
    visible_classes,
)
from scheduling.admin.messages import badge_of
from scheduling.domain.outcomes import Outcome
from scheduling.domain.wallclock import minutes_between
from scheduling.domain.windows import DAY
from scheduling.models import (
    CANCELLED_BY_PEOPLE,
    Closure,
    FixedSchedule,
    Recipient,
    RecurringSlot,
    ScheduledClass,
)
from scheduling.selectors.messages import messages_to, undelivered
from scheduling.selectors.people_lists import active_slots, not_ended
from scheduling.selectors.studio import studio_today
from scheduling.services.classes.make_ups import last_day, make_ups_owed
from scheduling.services.classes.occurrences import PlannedOccurrence, planned
from scheduling.services.explain import explain
from scheduling.services.notices import is_default
from scheduling.text.dates import days_text, full_day, in_zone
from scheduling.text.reasons import reason_text

from .weekly_panel import may_open, subject_and_room

UPCOMING = 10
# Lessons that are over are shown, to be marked.
RECENT = 6
BEFORE = timedelta(days=14)
# The period that is checked for conflicts.
AHEAD = timedelta(days=27)


def upcoming_panel(request: HttpRequest, whose: str, person: Any) -> dict[str, Any]:
    """Return the context of the panel; ``whose`` is "student" or "teacher"."""
    now, today = timezone.now(), studio_today()
    own = visible_classes(request.user).filter(Q(**{whose: person}))
    own = own.select_related("student", "teacher", "original_teacher", "room")
    recent = own.filter(ends_at__lte=now, starts_at__gt=now - BEFORE)
    coming = own.filter(ends_at__gt=now, starts_at__gt=now - timedelta(days=2))
    rows = list(coming.order_by("starts_at", "id")[:UPCOMING])
    of_person: dict[str, Any] = {f"{whose}_ids": [person.pk]}
    occurrences = planned(today, today + AHEAD, now=now, **of_person)
    query = f"{whose}={person.pk}"
    classes = [_stored(request, whose, row, now) for row in rows]
    if may_see_everyone(request.user):
        until = rows[-1].starts_at if len(rows) == UPCOMING else None
        classes += [
            _planned(whose, occurrence)
            for occurrence in occurrences
            if occurrence.outcome is Outcome.CREATED
            and not occurrence.begun
            and (until is None or occurrence.starts_at < until)
        ]
    classes.sort(key=lambda row: row["starts_at"])
    return {
        "cancelled_by": CANCELLED_BY_PEOPLE,
        "notifies": is_default(),
        "recent": [
            _stored(request, whose, row, now)
            for row in reversed(recent.order_by("-starts_at", "-id")[:RECENT])
        ],
        "classes": classes[:UPCOMING],
        "why": "" if rows else _why_none(whose, person, today, now),
        "conflicts": [
            occurrence for occurrence in occurrences if occurrence.outcome is Outcome.CONFLICT
        ][:UPCOMING],
        "explain": f"{reverse('admin:explain')}?{query}",
        "find": _find_url(whose, person, today) if may_find_times(request.user) else "",
        "all": f"{reverse('admin:scheduling_scheduledclass_changelist')}?when=all&{query}",
        "weeks": 4,
        "messages": _undelivered(request, whose, person, now),
    }


def _stored(
    request: HttpRequest, whose: str, scheduled_class: ScheduledClass, now: datetime
) -> dict[str, Any]:
    """Return the line of a class, with the marks that the user may set."""
    other = scheduled_class.given_by if whose == "student" else scheduled_class.student
    return {
        "starts_at": scheduled_class.starts_at,
        "when": format_html(
            '<a href="{}">{}</a>',
            class_url(scheduled_class.pk),
            _when(scheduled_class.date, scheduled_class.hours, scheduled_class.time_zone),
        ),
        "with": other or _("no teacher"),
        "subject": subject_and_room(scheduled_class),
        "line": student_line(request, scheduled_class, now),
        "is_over": scheduled_class.ends_at <= now,
    }


def _planned(whose: str, occurrence: PlannedOccurrence) -> dict[str, Any]:
    other = occurrence.teacher if whose == "student" else occurrence.student
    return {
        "starts_at": occurrence.starts_at,
        "when": _when(occurrence.day, occurrence.hours, occurrence.zone),
        "with": other or _("no teacher"),
        "subject": " · ".join(filter(None, (occurrence.subject, occurrence.room))),
        "line": None,
    }


def _when(day: date, hours: str, zone: str) -> SafeString:
    """Return date and times; the zone only if it is not the studio's."""
    hours = in_zone(hours, zone)
    return format_html('{} <span class="ct-quiet">{}</span>', full_day(day), hours)


def away_panel(request: HttpRequest, whose: str, person: Any) -> list[dict[str, Any]]:
    """Return the current and coming closures of a person, of one weekly lesson included."""
    if not may_open(request, "closure"):
        return []
    rows = Closure.objects.filter(**{whose: person}, last_date__gte=studio_today())
    return [
        {
            "text": f"{closure.name}, {days_text(closure.first_date, closure.last_date)}",
            "is_pause": closure.is_pause,
            "url": reverse("admin:scheduling_closure_change", args=[closure.pk]),
        }
        for closure in rows.order_by("first_date", "id")[:UPCOMING]
    ]


def owed_panel(request: HttpRequest, whose: str, person: Any) -> dict[str, Any] | None:
    """Return the classes for which a make-up is owed; None if there are none."""
    if not may_see_everyone(request.user):
        return None
    owed = ScheduledClass.objects.filter(make_ups_owed(studio_today()), **{whose: person})
    owed = owed.select_related("student", "teacher").order_by("starts_at", "id")
    rows = list(owed[: UPCOMING + 1])
    if not rows:
        return None
    is_student = whose == "student"
    return {
        "rows": [
            {
                "lost": format_html(
                    '<a href="{}">{}</a>',
                    class_url(row.pk),
                    _when(row.date, row.hours, row.time_zone),
                ),
                "with": (row.teacher if is_student else row.student) or _("no teacher"),
                "by": full_day(last_day(row)),
                "find": find_time_url(row.teacher_id, make_up=row.pk)
                if may_change_classes(request.user) and may_find_times(request.user)
                else "",
            }
            for row in rows[:UPCOMING]
        ],
        "is_more": len(rows) > UPCOMING,
        "all": listed("scheduledclass", when="all", make_up="owed", **{whose: person.pk}),
    }


def _find_url(whose: str, person: Any, today: date) -> str:
    """Return “Find a time” for a teacher, or for a student with the teacher of a weekly lesson."""
    if not person.is_active:
        return ""
    if whose == "teacher":
        return find_time_url(person.pk)
    rule = _first_rule(whose, person, today)
    teacher = rule.teacher if rule else None
    if rule is None or teacher is None or not teacher.is_active:
        return find_time_url(student=person.pk)
    if isinstance(rule, RecurringSlot):
        minutes = rule.duration_minutes
    else:
        minutes = minutes_between(rule.start_time, rule.end_time)
    return find_time_url(teacher.pk, minutes, student=person.pk)


def _undelivered(
    request: HttpRequest, whose: str, person: Any, now: datetime
) -> list[dict[str, Any]]:
    """Return the e-mails to this person that may not have arrived."""
    if not request.user.has_perm("scheduling.view_message"):
        return []
    may_send = request.user.has_perm("scheduling.change_message")
    rows = messages_to(Recipient(whose), person).filter(undelivered(now))[:UPCOMING]
    return [
        {
            "message": message,
            "url": reverse("admin:scheduling_message_change", args=[message.pk]),
            "state": badge_of(message),
            "again": may_send
            and message.expires_at > now
            and reverse("admin:scheduling_message_send_again", args=[message.pk]),
        }
        for message in rows
    ]


def _why_none(whose: str, person: Any, today: date, now: datetime) -> str:
    """Return the reason that “Explain a date” gives for the next date of the first weekly rule."""
    rule = _first_rule(whose, person, today)
    if rule is None:
        return reason_text("no_schedule", {}) if whose == "student" else ""
    day = today + (rule.weekday - today.isoweekday()) % 7 * DAY
    explanation = explain(day=day, now=now, **{f"{whose}_id": person.pk})
    reasons = [
        explained.reason for explained in explanation.rules if explained.series.key.id == rule.pk
    ]
    return reasons[0] if reasons else ""


def _first_rule(whose: str, person: Any, today: date) -> FixedSchedule | RecurringSlot | None:
    fixed = FixedSchedule.objects.filter(not_ended(today), **{whose: person}).order_by("id").first()
    return fixed or active_slots(today).filter(**{whose: person}).order_by("id").first()
