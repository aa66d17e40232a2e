"""Where the details of a class lead: pages of the admin that the reader may open."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from scheduling.models import ScheduledClass
from scheduling.services.occurrences import Planned

from ..access import may_see_everyone


def links_of(request: HttpRequest, one: ScheduledClass | Planned) -> dict[str, str]:
    """Addresses by what they are of; a name without one is shown as text."""
    user: Any = request.user
    links = {}
    if user.has_perm("scheduling.view_student"):
        links["student"] = reverse("admin:scheduling_student_change", args=[one.student_id])
    if one.teacher_id is not None and user.has_perm("scheduling.view_teacher"):
        links["teacher"] = reverse("admin:scheduling_teacher_change", args=[one.teacher_id])
    if isinstance(one, ScheduledClass):
        links["class"] = reverse("admin:scheduling_scheduledclass_change", args=[one.pk])
    if series := _series(one):
        kind, pk = series
        if user.has_perm(f"scheduling.view_{kind}"):
            links["series"] = reverse(f"admin:scheduling_{kind}_change", args=[pk])
    if explain := _explain(user, one):
        links["explain"] = explain
    return links


def _series(one: ScheduledClass | Planned) -> tuple[str, int] | None:
    if isinstance(one, Planned):
        return one.key.kind.value.replace("_", ""), one.key.id
    if one.fixed_schedule_id is not None:
        return "fixedschedule", one.fixed_schedule_id
    if one.recurring_slot_id is not None:
        return "recurringslot", one.recurring_slot_id
    return None


def _explain(user: Any, one: ScheduledClass | Planned) -> str:
    if not may_see_everyone(user):
        return ""
    day = one.date if isinstance(one, ScheduledClass) else one.day
    query = urlencode({"student": one.student_id, "date": day.isoformat()})
    return f"{reverse('admin:explain')}?{query}"
