"""The panels of a person's page: upcoming classes, conflicts, weekly lessons."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.admin.core import formatting
from scheduling.admin.core.links import find_time_url, may_find_times
from scheduling.admin.core.permissions import visible_classes
from scheduling.admin.messages import badge_of
from scheduling.admin.schedules.fixed_schedules import hours
from scheduling.admin.schedules.recurring_slots import state
from scheduling.domain.outcomes import Outcome
from scheduling.domain.wallclock import minutes_between
from scheduling.domain.windows import DAY
from scheduling.models import (
    CalendarFeed,
    FixedSchedule,
    LessonSettings,
    Recipient,
    RecurringSlot,
    ScheduledClass,
    Student,
    Teacher,
)
from scheduling.selectors.messages import messages_to, undelivered
from scheduling.selectors.people_lists import active_slots, not_ended
from scheduling.selectors.studio import studio_today
from scheduling.services.classes.occurrences import planned
from scheduling.services.explain import explain
from scheduling.text.reasons import reason_text

MAX_SLOTS = 30
UPCOMING = 10
# The period that is checked for conflicts.
AHEAD = timedelta(days=27)


def upcoming_panel(request: HttpRequest, whose: str, person: Any) -> dict[str, Any]:
    """Return the context of the panel; ``whose`` is "student" or "teacher"."""
    now, today = timezone.now(), studio_today()
    upcoming = visible_classes(request.user).filter(
        Q(**{whose: person}), ends_at__gt=now, starts_at__gt=now - timedelta(days=2)
    )
    rows = list(
        upcoming.select_related("student", "teacher", "original_teacher", "room").order_by(
            "starts_at", "id"
        )[:UPCOMING]
    )
    occurrences = planned(today, today + AHEAD, now=now, **{f"{whose}_ids": [person.pk]})
    query = f"{whose}={person.pk}"
    return {
        "classes": [
            {
                "when": formatting.class_link(scheduled_class),
                "with": scheduled_class.given_by or "–"
                if whose == "student"
                else scheduled_class.student,
                "subject": _subject(scheduled_class),
                "status": formatting.class_badge(scheduled_class),
            }
            for scheduled_class in rows
        ],
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


def _subject(lesson: ScheduledClass | RecurringSlot) -> str:
    """Return the subject and the room: “Piano · Hall”."""
    return " · ".join(str(part) for part in (lesson.subject, lesson.room) if part)


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


def weekly_panel(request: HttpRequest, person: Student | Teacher) -> dict[str, Any] | None:
    """Return the current slots, and a teacher's links to lesson settings and calendar feed."""
    if not _may(request, "recurringslot"):
        return None
    whose, other = ("teacher", "student") if isinstance(person, Teacher) else ("student", "teacher")
    slots = RecurringSlot.objects.filter(not_ended(studio_today()), **{whose: person})
    rows = list(
        slots.select_related("student", "teacher", "room").order_by("weekday", "start_time", "id")
    )
    add = f"{reverse('admin:scheduling_recurringslot_add')}?{whose}={person.pk}"
    return {
        "rows": [
            {
                "weekday": slot.get_weekday_display(),
                "page": reverse("admin:scheduling_recurringslot_change", args=[slot.pk]),
                "hours": hours(slot),
                "with": formatting.person_link(getattr(slot, other)),
                "subject": _subject(slot),
                "state": state(slot),
            }
            for slot in rows[:MAX_SLOTS]
        ],
        "more": max(0, len(rows) - MAX_SLOTS),
        "add": add if request.user.has_perm("scheduling.add_recurringslot") else "",
        "links": _links(request, person) if isinstance(person, Teacher) else [],
    }


def _links(request: HttpRequest, teacher: Teacher) -> list[tuple[str, str]]:
    """Return links to the lesson settings and the feed, or to the forms that add them."""
    links = []
    titles = {LessonSettings: _("Lesson settings"), CalendarFeed: _("Calendar feed")}
    for model, title in titles.items():
        table = f"admin:scheduling_{model._meta.model_name}"
        rows: Any = model._default_manager.filter(teacher=teacher)
        if model is CalendarFeed:
            rows = rows.filter(revoked_at=None)
        found = rows.order_by("-pk").values_list("pk", flat=True).first()
        if found is not None and _may(request, model._meta.model_name):
            links.append((reverse(f"{table}_change", args=[found]), title))
        elif found is None and request.user.has_perm(f"scheduling.add_{model._meta.model_name}"):
            page = f"{reverse(f'{table}_add')}?teacher={teacher.pk}"
            links.append((page, _("%(what)s: none yet, add") % {"what": title}))
    return links


def _may(request: HttpRequest, model: str | None) -> bool:
    return any(
        request.user.has_perm(f"scheduling.{action}_{model}") for action in ("view", "change")
    )
