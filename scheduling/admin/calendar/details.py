"""The details of a class or a planned occurrence, with actions.

The same URL is a page and, for the calendar's script, the content of a dialog. A POST by the
script is answered with JSON: a sentence as ``done``, with a token to ``undo`` it, or as
``refused``, or the address of the ``next`` page.
"""

from contextlib import AbstractContextManager
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

from scheduling.admin.core.display.links import may_find_times, series_url
from scheduling.admin.core.notices import notified_texts
from scheduling.admin.core.permissions import (
    may_change_classes,
    may_see_classes,
    may_see_everyone,
    teacher_of,
    visible_classes,
)
from scheduling.admin.schedules.changes import substitute_url
from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import ClassStatus, ScheduledClass
from scheduling.models.studio import foreign_zone
from scheduling.selectors.schedules.series import load_by_key
from scheduling.services.classes.make_ups import make_up_of
from scheduling.services.classes.occurrences import PlannedOccurrence, planned
from scheduling.services.classes.undo import Edit, recording, recording_occurrence, undo
from scheduling.services.notices import author_of, is_wanted, notifying
from scheduling.services.substitutes import may_be_handed_over, reference_of

from .actions import Action, class_actions, occurrence_actions, when
from .following import ClassOrOccurrence, following_url, key_of, may_move_following
from .query import is_by_script, refused
from .undo_token import read_token, undo_token


def links_of(request: HttpRequest, occurrence: ClassOrOccurrence) -> dict[str, str]:
    """Return the URLs that the user may open, by name."""
    user: Any = request.user
    links = {}
    if user.has_perm("scheduling.view_student"):
        links["student"] = reverse("admin:scheduling_student_change", args=[occurrence.student_id])
    if occurrence.teacher_id is not None and user.has_perm("scheduling.view_teacher"):
        links["teacher"] = reverse("admin:scheduling_teacher_change", args=[occurrence.teacher_id])
    if occurrence.room_id is not None and user.has_perm("scheduling.view_room"):
        links["room"] = reverse("admin:scheduling_room_change", args=[occurrence.room_id])
    if isinstance(occurrence, ScheduledClass):
        links["class"] = reverse("admin:scheduling_scheduledclass_change", args=[occurrence.pk])
    if key := key_of(occurrence):
        kind = key.kind.value.replace("_", "")
        if user.has_perm(f"scheduling.view_{kind}"):
            links["series"] = series_url(key)
    if explain := _explain(user, occurrence):
        links["explain"] = explain
    if may_change_classes(user) and may_find_times(user) and (reference := _reference(occurrence)):
        links["substitute"] = substitute_url(reference)
    return links


def _reference(occurrence: ClassOrOccurrence) -> str:
    """Return the reference of a lesson that a substitute may give; else an empty string."""
    if isinstance(occurrence, ScheduledClass):
        return str(occurrence.pk) if may_be_handed_over(occurrence) else ""
    takes_place = occurrence.outcome is Outcome.CREATED and not occurrence.begun
    if occurrence.teacher_id is None or not takes_place:
        return ""
    return reference_of(occurrence.key, occurrence.day)


def _explain(user: Any, occurrence: ClassOrOccurrence) -> str:
    if not may_see_everyone(user):
        return ""
    day = occurrence.date if isinstance(occurrence, ScheduledClass) else occurrence.day
    query = urlencode({"student": occurrence.student_id, "date": day.isoformat()})
    return f"{reverse('admin:explain')}?{query}"


@never_cache
@require_http_methods(["GET", "POST"])
def class_details(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a stored class or perform an action on it."""
    user: Any = request.user
    _check_access(request, may_change_classes(user) or teacher_of(user) is not None)
    classes = visible_classes(request.user)
    rows = classes.select_related(
        *("student", "teacher", "original_teacher", "room", "closure"),
        *("fixed_schedule__student", "recurring_slot__student"),
    )
    scheduled_class = rows.filter(pk=pk).first()
    if scheduled_class is None:
        return _missing(request, _("There is no such class any more."))
    actions = class_actions(request.user, scheduled_class, timezone.now())
    if request.method == "POST" and request.POST.get("action") == "undo":
        return _undo(request, scheduled_class, actions)
    if request.method == "POST":
        return _perform(request, scheduled_class, actions)
    return _show(request, scheduled_class, actions)


@never_cache
@require_http_methods(["GET", "POST"])
def occurrence_details(request: HttpRequest, kind: str, series: int, day: str) -> HttpResponse:
    """Show a planned occurrence, or its class once stored, or perform an action on it."""
    _check_access(request, may_change_classes(request.user))
    try:
        key, on = SeriesKey(SeriesKind(kind), series), date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    stored = visible_classes(request.user).filter(
        **{f"{key.kind.value}_id": key.id}, occurrence_date=on
    )
    is_undo = request.POST.get("action") == "undo"
    if (request.method == "GET" or is_undo) and (pk := stored.values_list("pk", flat=True).first()):
        return class_details(request, pk)
    occurrence = _planned(request, key, on)
    if occurrence is None:
        return _missing(request, _("This schedule has no class on that day any more."))
    actions = occurrence_actions(request.user, occurrence, timezone.now())
    if request.method == "POST":
        return _perform(request, occurrence, actions)
    return _show(request, occurrence, actions)


def _check_access(request: HttpRequest, may_act: bool) -> None:
    """Raise PermissionDenied if the user may see no classes, or posts and may not act."""
    if not may_see_classes(request.user) or (request.method == "POST" and not may_act):
        raise PermissionDenied


def _planned(request: HttpRequest, key: SeriesKey, day: date) -> PlannedOccurrence | None:
    """Return the planned occurrence of a series on ``day``, if the user may see it."""
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
    return next(
        (occurrence for occurrence in found if occurrence.key == key and occurrence.day == day),
        None,
    )


def _perform(
    request: HttpRequest, occurrence: ClassOrOccurrence, actions: list[Action]
) -> HttpResponse:
    """Perform the posted action if it is allowed, and answer with the result."""
    name = request.POST.get("action", "")
    action = next((action for action in actions if action.name == name), None)
    if action is None:
        return _refuse(request, occurrence, actions, _("This can't be done with this class now."))
    form = action.bound(request.POST)
    if not form.is_valid():
        return _refuse(request, occurrence, actions, _first_error(form), form, 400)
    if name == "move" and "following" in request.POST:
        return _move_following(request, occurrence, actions, form)
    notified = is_wanted(form.cleaned_data.get("notify", False))
    try:
        with _recording(occurrence, notified) as edit:
            done = action.perform(form.cleaned_data, timezone.now(), author_of(request.user))
    except ValidationError as error:
        return _refuse(request, occurrence, actions, error.messages[0], form)
    except ScheduledClass.DoesNotExist:
        return _missing(request, _("There is no such class any more."))
    if is_by_script(request):
        return JsonResponse({"done": done, "undo": undo_token(edit, notified, request.user)})
    messages.success(request, done)
    return HttpResponseRedirect(request.path)


def _recording(occurrence: ClassOrOccurrence, notified: bool) -> AbstractContextManager[Edit]:
    """Record an edit for its undo; ``notified``: families and teachers are notified."""
    if isinstance(occurrence, ScheduledClass):
        return recording(occurrence.pk)
    keeps_row = notified and occurrence.outcome is Outcome.CREATED
    return recording_occurrence(occurrence.key, occurrence.day, keeps_row)


def _undo(
    request: HttpRequest, scheduled_class: ScheduledClass, actions: list[Action]
) -> HttpResponse:
    """Take back the edit in the posted token, which its author got."""
    try:
        token = request.POST.get("undo", "")
        edit, notified = read_token(token, scheduled_class.pk, request.user)
        now, author = timezone.now(), author_of(request.user)
        with notifying([scheduled_class.pk], notified, now, author) as told:
            undone = undo(edit, now)
    except ValidationError as error:
        return _refuse(request, scheduled_class, actions, error.messages[0])
    text = _("Undone: %(student)s, %(when)s.") % {"student": undone.student, "when": when(undone)}
    return JsonResponse(
        {"done": " ".join([text, *(sentence for _level, sentence in notified_texts(told))])}
    )


def _move_following(
    request: HttpRequest, occurrence: ClassOrOccurrence, actions: list[Action], form: Form
) -> HttpResponse:
    """Answer with the address of the plan that moves this lesson and all that follow."""
    if not may_move_following(request.user, occurrence):
        return _refuse(request, occurrence, actions, _("This can't be done with this class now."))
    url = following_url(occurrence, form.cleaned_data)
    return JsonResponse({"next": url}) if is_by_script(request) else HttpResponseRedirect(url)


def _zone(occurrence: ClassOrOccurrence) -> str:
    if isinstance(occurrence, PlannedOccurrence):
        return occurrence.zone
    return occurrence.time_zone


def _show(
    request: HttpRequest,
    occurrence: ClassOrOccurrence,
    actions: list[Action],
    refusal: str = "",
    bound: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "occurrence": occurrence,
        "stored": isinstance(occurrence, ScheduledClass),
        "zone": foreign_zone(_zone(occurrence)),
        "make_up": _make_up(occurrence),
        "actions": actions,
        "moves_following": may_move_following(request.user, occurrence),
        "links": links_of(request, occurrence),
        "refusal": refusal,
        "bound": bound,
    }
    if is_by_script(request):
        return render(request, "admin/calendar/_details.html", context, status=status)
    context |= admin.site.each_context(request) | {"title": _("Class")}
    return render(request, "admin/calendar/details.html", context, status=status)


def _make_up(occurrence: ClassOrOccurrence) -> ScheduledClass | None:
    """Return the make-up of a cancelled class, if any."""
    if isinstance(occurrence, ScheduledClass) and occurrence.status == ClassStatus.CANCELLED:
        return make_up_of(occurrence)
    return None


def _refuse(
    request: HttpRequest,
    occurrence: ClassOrOccurrence,
    actions: list[Action],
    sentence: str,
    form: Form | None = None,
    status: int = 409,
) -> HttpResponse:
    if is_by_script(request):
        return refused(sentence, status)
    return _show(request, occurrence, actions, sentence, form, status)


def _missing(request: HttpRequest, sentence: str) -> HttpResponse:
    if is_by_script(request):
        return refused(sentence, 404)
    raise Http404(sentence)


def _first_error(form: Form) -> str:
    for name, errors in form.errors.items():
        field: Any = form.fields.get(name)
        return f"{field.label}: {errors[0]}" if field else str(errors[0])
    return ""
