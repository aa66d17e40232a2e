"""One class, and one occurrence that is only planned: everything about it, and what can be done.

The same address is a page of its own and, for the calendar's script, the content of its dialog.
A script gets JSON for what it posts: ``done`` or ``refused``, a sentence each.
"""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from scheduling.admin.core.permissions import (
    may_change_classes,
    may_see_classes,
    may_see_everyone,
    teacher_of,
    visible_classes,
)
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import ClassStatus, ScheduledClass
from scheduling.selectors.schedules.series import load_by_key
from scheduling.services.classes.make_ups import make_up_of
from scheduling.services.classes.occurrences import PlannedOccurrence, planned

from .actions import Action, class_actions, occurrence_actions
from .query import refused


def links_of(request: HttpRequest, one: ScheduledClass | PlannedOccurrence) -> dict[str, str]:
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


def _series(one: ScheduledClass | PlannedOccurrence) -> tuple[str, int] | None:
    if isinstance(one, PlannedOccurrence):
        return one.key.kind.value.replace("_", ""), one.key.id
    if one.fixed_schedule_id is not None:
        return "fixedschedule", one.fixed_schedule_id
    if one.recurring_slot_id is not None:
        return "recurringslot", one.recurring_slot_id
    return None


def _explain(user: Any, one: ScheduledClass | PlannedOccurrence) -> str:
    if not may_see_everyone(user):
        return ""
    day = one.date if isinstance(one, ScheduledClass) else one.day
    query = urlencode({"student": one.student_id, "date": day.isoformat()})
    return f"{reverse('admin:explain')}?{query}"


Subject = ScheduledClass | PlannedOccurrence


@never_cache
@require_http_methods(["GET", "POST"])
def class_details(request: HttpRequest, pk: int) -> HttpResponse:
    """A stored class."""
    user: Any = request.user
    _let_in(request, may_change_classes(user) or teacher_of(user) is not None)
    classes = visible_classes(request.user)
    rows = classes.select_related(
        "student", "teacher", "closure", "fixed_schedule__student", "recurring_slot__student"
    )
    one = rows.filter(pk=pk).first()
    if one is None:
        return _missing(request, _("There is no such class any more."))
    actions = class_actions(request.user, one, timezone.now())
    if request.method == "POST":
        return _act(request, one, actions)
    return _show(request, one, actions)


@never_cache
@require_http_methods(["GET", "POST"])
def occurrence_details(request: HttpRequest, kind: str, series: int, day: str) -> HttpResponse:
    """An occurrence that is not stored; once it is, its class."""
    _let_in(request, may_change_classes(request.user))
    try:
        key, on = SeriesKey(SeriesKind(kind), series), date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    stored = visible_classes(request.user).filter(
        **{f"{key.kind.value}_id": key.id}, occurrence_date=on
    )
    if request.method == "GET" and (pk := stored.values_list("pk", flat=True).first()):
        return class_details(request, pk)
    one = _planned(request, key, on)
    if one is None:
        return _missing(request, _("This schedule has no class on that day any more."))
    actions = occurrence_actions(request.user, one)
    if request.method == "POST":
        return _act(request, one, actions)
    return _show(request, one, actions)


def _let_in(request: HttpRequest, acts: bool) -> None:
    """Who sees no class, and who posts without acting on any, gets no further."""
    if not may_see_classes(request.user) or (request.method == "POST" and not acts):
        raise PermissionDenied


def _planned(request: HttpRequest, key: SeriesKey, day: date) -> PlannedOccurrence | None:
    """What the rules ask for on that day, if the reader may see it."""
    series = next(iter(load_by_key([key])), None)
    if series is None:
        return None
    if not may_see_everyone(request.user):
        teacher = teacher_of(request.user)
        if teacher is None:
            raise PermissionDenied
        if teacher.pk != series.teacher_id:
            return None
    teachers = [series.teacher_id] if series.teacher_id is not None else []
    found = planned(
        day, day, student_ids=[series.student_id], teacher_ids=teachers, now=timezone.now()
    )
    return next((one for one in found if one.key == key and one.day == day), None)


def _act(request: HttpRequest, one: Subject, actions: list[Action]) -> HttpResponse:
    """Do what is asked, if it is among what may be done; say what was done, or why not."""
    name = request.POST.get("action", "")
    action = next((each for each in actions if each.name == name), None)
    if action is None:
        return _refuse(request, one, actions, _("This can't be done with this class now."))
    form = action.bound(request.POST)
    if not form.is_valid():
        return _refuse(request, one, actions, _first_fault(form), form, 400)
    try:
        done = action.do(form.cleaned_data, timezone.now())
    except ValidationError as error:
        return _refuse(request, one, actions, error.messages[0], form)
    except ScheduledClass.DoesNotExist:
        return _missing(request, _("There is no such class any more."))
    if _by_script(request):
        return JsonResponse({"done": done})
    messages.success(request, done)
    return HttpResponseRedirect(request.path)


def _show(
    request: HttpRequest,
    one: Subject,
    actions: list[Action],
    refusal: str = "",
    bound: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "one": one,
        "stored": isinstance(one, ScheduledClass),
        "make_up": _make_up(one),
        "actions": actions,
        "links": links_of(request, one),
        "refusal": refusal,
        "bound": bound,
    }
    if _by_script(request):
        return render(request, "admin/calendar/_details.html", context, status=status)
    context |= admin.site.each_context(request) | {"title": _("Class")}
    return render(request, "admin/calendar/details.html", context, status=status)


def _make_up(one: Subject) -> ScheduledClass | None:
    """What makes good for a cancelled class: where that is restored, both take place."""
    if isinstance(one, ScheduledClass) and one.status == ClassStatus.CANCELLED:
        return make_up_of(one)
    return None


def _refuse(
    request: HttpRequest,
    one: Subject,
    actions: list[Action],
    sentence: str,
    form: Form | None = None,
    status: int = 409,
) -> HttpResponse:
    if _by_script(request):
        return refused(sentence, status)
    return _show(request, one, actions, sentence, form, status)


def _missing(request: HttpRequest, sentence: str) -> HttpResponse:
    if _by_script(request):
        return refused(sentence, 404)
    raise Http404(sentence)


def _first_fault(form: Form) -> str:
    for name, faults in form.errors.items():
        field: Any = form.fields.get(name)
        return f"{field.label}: {faults[0]}" if field else str(faults[0])
    return ""


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"
