"""What a person's page says below the form: what is to come, what has no place, and why."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import DAY
from scheduling.jobs.reasons import sentence
from scheduling.models import FixedSchedule, Reader, RecurringSlot
from scheduling.selectors.messages import messages_to, undelivered
from scheduling.selectors.overview import active_slots, current
from scheduling.selectors.studio import studio_today
from scheduling.services.explain import explain
from scheduling.services.occurrences import planned

from . import show
from .access import visible_classes
from .messages import badge_of

UPCOMING = 10
# How far ahead a page looks for lessons that have no place.
AHEAD = timedelta(days=27)


def panel_of(request: HttpRequest, whose: str, person: Any) -> dict[str, Any]:
    """For the template of a student's or a teacher's (``whose``) page."""
    now, today = timezone.now(), studio_today()
    coming = visible_classes(request.user).filter(
        Q(**{whose: person}), ends_at__gt=now, starts_at__gt=now - timedelta(days=2)
    )
    rows = list(coming.select_related("student", "teacher").order_by("starts_at", "id")[:UPCOMING])
    ghosts = planned(today, today + AHEAD, now=now, **{f"{whose}_ids": [person.pk]})
    query = f"{whose}={person.pk}"
    return {
        "classes": [
            {
                "when": show.class_link(one),
                "with": one.teacher or "–" if whose == "student" else one.student,
                "subject": one.subject,
                "status": show.class_badge(one),
            }
            for one in rows
        ],
        "why": "" if rows else _why_none(whose, person, today, now),
        "conflicts": [one for one in ghosts if one.outcome is Outcome.CONFLICT][:UPCOMING],
        "explain": f"{reverse('admin:explain')}?{query}",
        "all": f"{reverse('admin:scheduling_scheduledclass_changelist')}?when=all&{query}",
        "weeks": 4,
        "messages": _undelivered(request, whose, person, now),
    }


def _undelivered(
    request: HttpRequest, whose: str, person: Any, now: datetime
) -> list[dict[str, Any]]:
    """E-mails to this person that are not known to have arrived."""
    if not request.user.has_perm("scheduling.view_message"):
        return []
    may_send = request.user.has_perm("scheduling.change_message")
    rows = messages_to(Reader(whose), person).filter(undelivered(now))[:UPCOMING]
    return [
        {
            "row": one,
            "url": reverse("admin:scheduling_message_change", args=[one.pk]),
            "state": badge_of(one),
            "again": may_send
            and one.expires_at > now
            and reverse("admin:scheduling_message_send_again", args=[one.pk]),
        }
        for one in rows
    ]


def _why_none(whose: str, person: Any, today: date, now: datetime) -> str:
    """What “Explain a date” says of the next date of the first of their weekly rules."""
    rule = _first_rule(whose, person, today)
    if rule is None:
        return sentence("no_schedule", {}) if whose == "student" else ""
    day = today + (rule.weekday - today.isoweekday()) % 7 * DAY
    told = explain(day=day, now=now, **{f"{whose}_id": person.pk})
    reasons = [each.reason for each in told.rules if each.series.key.id == rule.pk]
    return reasons[0] if reasons else ""


def _first_rule(whose: str, person: Any, today: date) -> FixedSchedule | RecurringSlot | None:
    fixed = FixedSchedule.objects.filter(current(today), **{whose: person}).order_by("id").first()
    return fixed or active_slots(today).filter(**{whose: person}).order_by("id").first()
