"""What a new studio needs first, in order, each with the way there; each ticks itself."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from scheduling.admin.core.permissions import may_import, may_run_jobs
from scheduling.jobs.monitoring.callers import Callers
from scheduling.models import FixedSchedule, Job, RecurringSlot, ScheduledClass, Teacher
from scheduling.models.studio import is_given
from scheduling.selectors.studio import studio


@dataclass(frozen=True, slots=True)
class SetupStep:
    """What is to be done: ways to do it, each with its address; the first is the usual one."""

    ways: list[tuple[str, str]]
    is_done: bool


def first_steps(request: HttpRequest, callers: Callers) -> list[SetupStep]:
    """The steps that this person may take; none once there is a class."""
    if ScheduledClass.objects.exists():
        return []
    user, rules = request.user, has_rules()
    settings, begin, people, go, by_itself = [], [], [], [], []
    if may_import(user):
        begin.append((_("Import a timetable"), reverse("admin:import_timetable")))
    if user.has_perm("scheduling.add_teacher"):
        begin.append((_("Add a teacher"), reverse("admin:scheduling_teacher_add")))
    if user.has_perm("scheduling.add_student"):
        text = _("Add a student with a weekly schedule")
        people.append((text, reverse("admin:scheduling_student_add")))
    if not begin and not people:
        return []
    if may_run_jobs(user):
        job = Job.WEEKLY if FixedSchedule.objects.exists() else Job.HORIZON
        page = reverse("admin:background_jobs_preview", args=[job.value])
        go.append((_("Preview the first classes, then generate them"), page))
        page = reverse("admin:background_jobs") + "#by-itself"
        by_itself.append((_("Make it run by itself"), page))
    if user.has_perm("scheduling.change_studio"):
        page = reverse("admin:scheduling_studio_change", args=[1])
        settings.append((_("Set the studio's time zone and language"), page))
    steps = (
        SetupStep(settings, studio().is_stored or (is_given("time_zone") and is_given("language"))),
        SetupStep(begin, rules or Teacher.objects.exists()),
        SetupStep(people, rules),
        SetupStep(go, False),
        SetupStep(by_itself, callers.last_call is not None),
    )
    return [step for step in steps if step.ways]


def has_rules() -> bool:
    """Whether the studio has any weekly lesson."""
    return any(model._default_manager.exists() for model in (FixedSchedule, RecurringSlot))
