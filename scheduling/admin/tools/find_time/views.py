"""The page “Find a time”."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.admin.core.display.links import may_find_times
from scheduling.domain.typed_text import is_row_id
from scheduling.models import ScheduledClass, Student
from scheduling.models.studio import foreign_zone
from scheduling.selectors.studio import studio_today
from scheduling.services.classes import make_ups
from scheduling.services.openings import openings

from .answer import Answer
from .chosen import details, form_addresses
from .form import FindTimeForm, initial_values


def find_time(request: HttpRequest) -> HttpResponse:
    """Show the form, and below it the openings; ``chosen`` is the one with details."""
    if not may_find_times(request.user):
        raise PermissionDenied
    lost = _make_up_for(request)
    is_submitted = "who" in request.GET
    initial = initial_values(_student(request))
    if lost is not None:
        days = [str(day) for day in range(1, 8)]
        initial |= {"who": lost.teacher_id, "room": lost.room_id, "days": days}
    form = FindTimeForm(request.GET if is_submitted else None, lost, initial=initial)
    context = {
        **admin.site.each_context(request),
        "title": _("Find a time"),
        "form": form,
        "media": form.media,
        "lost": lost,
        "last_day": make_ups.last_day(lost) if lost else None,
    }
    if is_submitted and form.is_valid():
        try:
            context |= _answer(request, form)
        except ValidationError as error:
            form.add_error(None, error.messages)
    return TemplateResponse(request, "admin/tools/find_time.html", context)


def _answer(request: HttpRequest, form: FindTimeForm) -> dict[str, Any]:
    query, today = form.query(), studio_today()
    found = openings(query, timezone.now())
    answer = Answer(request, query, found, today, every_start=form.cleaned_data["every_start"])
    chosen = answer.chosen
    context: dict[str, Any] = {
        "answer": answer,
        "unknown": [
            {
                "name": teacher.name,
                "page": reverse("admin:scheduling_teacher_change", args=[teacher.pk]),
            }
            for teacher in found.without_hours
        ],
        "unknown_hours": [f"{minute // 60:02}:{minute % 60:02}" for minute in query.unknown_hours],
        "several_zones": any(foreign_zone(teacher.time_zone) for teacher in found.teachers),
        "may_enter_hours": request.user.has_perm("scheduling.change_workinghours"),
    }
    if chosen is not None:
        student = form.chosen_student
        context["chosen"] = {
            **details(chosen, query, student, found.rooms, today),
            "shown": chosen,
            "student": student,
            "subject": form.subject,
        }
        addresses = form_addresses(chosen, query, student, form.subject)
        if not answer.is_once and request.user.has_perm("scheduling.add_recurringslot"):
            context["weekly"] = addresses["weekly"]
        if form.make_up_for is None and request.user.has_perm("scheduling.add_scheduledclass"):
            context["once"] = addresses["once"]
        if form.make_up_for is not None and request.user.has_perm(
            "scheduling.change_scheduledclass"
        ):
            context["make_up"] = reverse("admin:scheduling_scheduledclass_changelist")
    return context


def _make_up_for(request: HttpRequest) -> ScheduledClass | None:
    """Return the class that is to be made up for, if the address names one that can be."""
    text = request.GET.get("make_up", "")
    if not is_row_id(text):
        return None
    rows = ScheduledClass.objects.select_related("student", "teacher")
    lost = rows.filter(pk=int(text)).first()
    if lost is None:
        return None
    try:
        make_ups.refuse_lost(lost, studio_today())
    except ValidationError:
        return None
    return lost


def _student(request: HttpRequest) -> Student | None:
    text = request.GET.get("student", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return Student.objects.filter(pk=int(text)).first()
