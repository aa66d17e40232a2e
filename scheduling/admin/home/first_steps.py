"""The checklist of a new studio, in order, with links; completed steps are detected."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from scheduling.admin.core.permissions import may_import, may_run_jobs
from scheduling.admin.jobs.preview import PREVIEWED
from scheduling.jobs.monitoring.callers import Callers
from scheduling.models import (
    FixedSchedule,
    Job,
    RecurringSlot,
    ScheduledClass,
    Teacher,
    WorkingHours,
)
from scheduling.models.studio import is_given
from scheduling.selectors.studio import studio


@dataclass(frozen=True, slots=True)
class SetupStep:
    """A step with its options as text and URL; the first option is the usual one."""

    options: list[tuple[str, str]]
    is_done: bool


def first_steps(request: HttpRequest, callers: Callers) -> list[SetupStep]:
    """Return the steps that the user may take; none once the studio has a class."""
    if ScheduledClass.objects.exists():
        return []
    user, rules = request.user, has_rules()
    settings, teachers, hours, students = [], [], [], []
    preview, generate, automate = [], [], []
    if may_import(user):
        teachers.append((_("Import a timetable"), reverse("admin:import_timetable")))
    if user.has_perm("scheduling.add_teacher"):
        teachers.append((_("Add a teacher"), reverse("admin:scheduling_teacher_add")))
    if user.has_perm("scheduling.change_teacher"):
        hours.append((_("Enter when the teachers work"), _page_for_hours()))
    if user.has_perm("scheduling.add_student"):
        text = _("Add a student with a weekly schedule")
        students.append((text, reverse("admin:scheduling_student_add")))
    if not teachers and not students:
        return []
    if may_run_jobs(user):
        job = Job.WEEKLY if FixedSchedule.objects.exists() else Job.HORIZON
        page = reverse("admin:background_jobs_preview", args=[job.value])
        preview.append((_("Preview the first classes"), page))
        generate.append((_("Generate them"), page))
        page = reverse("admin:background_jobs") + "#by-itself"
        automate.append((_("Make it run by itself"), page))
    if user.has_perm("scheduling.change_studio"):
        page = reverse("admin:scheduling_studio_change", args=[1])
        settings.append((_("Set the studio's time zone and language"), page))
    steps = (
        SetupStep(settings, studio().is_stored or (is_given("time_zone") and is_given("language"))),
        SetupStep(teachers, rules or Teacher.objects.exists()),
        SetupStep(hours, WorkingHours.objects.exists()),
        SetupStep(students, rules),
        SetupStep(preview, request.session.get(PREVIEWED, False)),
        SetupStep(generate, False),  # the first class ends the list
        SetupStep(automate, callers.last_call is not None),
    )
    return [step for step in steps if step.options]


def _page_for_hours() -> str:
    """Return the page of the first teacher without working hours, or that to add a teacher."""
    first = Teacher.objects.filter(is_active=True, working_hours=None).order_by("id").first()
    if first is None:
        return reverse("admin:scheduling_teacher_add")
    return reverse("admin:scheduling_teacher_change", args=[first.pk]) + "#working_hours-group"


def has_rules() -> bool:
    """Return True if the studio has a weekly lesson."""
    return any(model._default_manager.exists() for model in (FixedSchedule, RecurringSlot))
