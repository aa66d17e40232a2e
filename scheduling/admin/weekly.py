"""A person's weekly lessons on their page, with the way to each one's own."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from scheduling.models import CalendarFeed, LessonSettings, RecurringSlot, Student, Teacher
from scheduling.selectors.overview import current
from scheduling.selectors.studio import studio_today

from . import show
from .slots import state
from .timetable import hours

MOST = 30


def weekly(request: HttpRequest, person: Student | Teacher) -> dict[str, Any] | None:
    """The slots that have not ended, and, for a teacher, where settings and feed are."""
    if not _may(request, "recurringslot"):
        return None
    whose, other = ("teacher", "student") if isinstance(person, Teacher) else ("student", "teacher")
    slots = RecurringSlot.objects.filter(current(studio_today()), **{whose: person})
    rows = list(slots.select_related("student", "teacher").order_by("weekday", "start_time", "id"))
    add = f"{reverse('admin:scheduling_recurringslot_add')}?{whose}={person.pk}"
    return {
        "rows": [
            {
                "weekday": slot.get_weekday_display(),
                "page": reverse("admin:scheduling_recurringslot_change", args=[slot.pk]),
                "hours": hours(slot),
                "with": show.person_link(getattr(slot, other)),
                "subject": slot.subject,
                "state": state(slot),
            }
            for slot in rows[:MOST]
        ],
        "more": max(0, len(rows) - MOST),
        "add": add if request.user.has_perm("scheduling.add_recurringslot") else "",
        "links": _links(request, person) if isinstance(person, Teacher) else [],
    }


def _links(request: HttpRequest, teacher: Teacher) -> list[tuple[str, str]]:
    """Lesson settings and feed: those that there are, else where they are made."""
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
    return any(request.user.has_perm(f"scheduling.{may}_{model}") for may in ("view", "change"))
