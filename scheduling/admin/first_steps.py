"""What a studio without a schedule needs first, in order, each with the way there."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from scheduling.models import FixedSchedule, RecurringSlot, ScheduledClass

from .access import may_import, may_run_jobs


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done: ways to do it, each with its address; the first is the usual one."""

    ways: list[tuple[str, str]]


def first_steps(request: HttpRequest) -> list[Step]:
    """The steps that this person may take; none once the studio has anything to generate."""
    if any(model._default_manager.exists() for model in (FixedSchedule, RecurringSlot)):
        return []
    if ScheduledClass.objects.exists():
        return []
    user = request.user
    begin, people, go = [], [], []
    if may_import(user):
        begin.append((_("Import a timetable"), reverse("admin:import_timetable")))
    if user.has_perm("scheduling.add_teacher"):
        begin.append((_("Add a teacher"), reverse("admin:scheduling_teacher_add")))
    if user.has_perm("scheduling.add_student"):
        text = _("Add a student with a weekly schedule")
        people.append((text, reverse("admin:scheduling_student_add")))
    if may_run_jobs(user):
        page = reverse("admin:background_jobs_preview", args=["weekly"])
        go.append((_("Preview this week’s classes, then generate them"), page))
    if not begin and not people:
        return []
    return [Step(ways) for ways in (begin, people, go) if ways]
