"""The page on which a teacher sees their working hours, and changes them if they may."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.core.permissions import teacher_of
from scheduling.admin.core.tool_page import ToolPage

from .working_hours import WorkingHoursFormSet

# Allows a teacher's account to change its own hours; other teachers' pages stay closed to it.
PERMISSION = "scheduling.change_workinghours"


def own_hours(request: HttpRequest) -> HttpResponse:
    """Show the hours of the teacher who is logged in; a POST stores them."""
    teacher = teacher_of(request.user)
    if teacher is None:
        raise PermissionDenied
    may_change = request.user.has_perm(PERMISSION)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    data = request.POST if request.method == "POST" else None
    formset = WorkingHoursFormSet(data, instance=teacher)
    if data is not None and formset.is_valid():
        formset.save()
        messages.success(request, _("Your working hours are saved."))
        return redirect("admin:own_hours")
    context = {
        **admin.site.each_context(request),
        "title": _("My working hours"),
        "formset": formset,
        "may_change": may_change,
        "teacher": teacher,
    }
    return TemplateResponse(request, "admin/scheduling/own_hours.html", context)


PAGES = (
    ToolPage(
        route="hours/",
        name="own_hours",
        view=own_hours,
        title=gettext_lazy("My working hours"),
        daily=True,
        shown=lambda request: teacher_of(request.user) is not None,
    ),
)
