"""Conflicts as a place to work: what collides, since when, and the ways out of it."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from scheduling.admin.core.permissions import may_change_classes, may_see_everyone
from scheduling.admin.core.tool_page import ToolPage
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import CancelledBy
from scheduling.selectors.studio import studio_today
from scheduling.services.classes import occurrences
from scheduling.services.classes.conflicts import Collision, collisions, find_collision, share
from scheduling.services.schedules.apply_changes import apply_change
from scheduling.services.schedules.closures import closed_day_of
from scheduling.text.dates import with_dates_written_out

RULES = ("scheduling.change_fixedschedule", "scheduling.change_recurringslot")


class MoveOnceForm(forms.Form):
    """Where the lesson goes this once."""

    date = forms.DateField(
        label=gettext_lazy("Date"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    start_time = forms.TimeField(
        label=gettext_lazy("Start time"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )


@require_GET
def conflicts_page(request: HttpRequest) -> HttpResponse:
    """All that collide."""
    if not may_see_everyone(request.user):
        raise PermissionDenied
    context = {
        "title": _("Conflicts"),
        "rows": [_row(one) for one in collisions(timezone.now())],
        "may_act": may_change_classes(request.user),
    }
    return _page(request, "conflicts.html", context)


def conflict_page(request: HttpRequest, kind: str, series: int, day: str) -> HttpResponse:
    """One of them: both sides, and what each way out would do. A POST takes one of them."""
    may_act = may_change_classes(request.user)
    if not may_see_everyone(request.user) or (request.method == "POST" and not may_act):
        raise PermissionDenied
    one = _find(kind, series, day)
    if one is None:
        messages.info(request, _("This conflict is gone; the next run makes what was in its way."))
        return HttpResponseRedirect(reverse("admin:conflicts"))
    act = request.POST.get("act", "")
    form = MoveOnceForm(
        request.POST if act == "move" else None,
        initial={"date": one.day, "start_time": one.line.start_time},
    )
    if request.method == "POST" and (act != "move" or form.is_valid()):
        try:
            messages.success(request, _take(request, act, one, form))
            return HttpResponseRedirect(reverse("admin:conflicts"))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    may_share = may_act and all(request.user.has_perm(name) for name in RULES)
    context = {
        "title": _("Conflict"),
        "row": _row(one),
        "form": form,
        "may_act": may_act,
        "may_share": may_share and one.can_share,
    }
    return _page(request, "conflict.html", context)


def _take(request: HttpRequest, act: str, one: Collision, form: MoveOnceForm) -> str:
    """Do it, and say what was done. Raises ValidationError where it is refused."""
    now = timezone.now()
    if act == "move":
        to_date, start = form.cleaned_data["date"], form.cleaned_data["start_time"]
        end = (datetime.combine(to_date, start) + one.duration).time()
        moved = occurrences.move(
            one.key, one.day, to_date=to_date, start_time=start, end_time=end, now=now
        )
        if closed := closed_day_of(moved):
            messages.warning(request, closed)
        return _("Moved, this once: %(lesson)s.") % {"lesson": moved}
    if act == "cancel":
        reason = _("in conflict with another class")
        gone = occurrences.cancel(one.key, one.day, by=CancelledBy.STUDIO, reason=reason, now=now)
        return _("Cancelled, this once: %(lesson)s.") % {"lesson": gone}
    if act == "share":
        if not all(request.user.has_perm(name) for name in RULES):
            raise PermissionDenied
        students = share(one, now)
        applied = apply_change(
            student_ids=students,
            today=studio_today(),
            clock=timezone.now,
            triggered_by=request.user.get_username(),
        )
        for error in applied.errors[:5]:
            messages.warning(request, error)
        return _("Both are a group lesson from now on.")
    raise ValidationError(_("Choose one of the ways out."))


def _find(kind: str, series: int, day: str) -> Collision | None:
    try:
        key, wanted = SeriesKey(SeriesKind(kind), series), parse_date(day)
    except ValueError:
        return None
    if wanted is None:
        return None
    return find_collision(key, wanted, timezone.now())


def _row(one: Collision) -> dict[str, Any]:
    return {
        "one": one,
        "line": one.line,
        "reason": with_dates_written_out(one.line.reason),
        "page": reverse("admin:conflict", args=[one.key.kind.value, one.key.id, str(one.day)]),
        "rule_page": _rule_page(one.key),
        "rival_page": _rule_page(one.rival) if one.rival else "",
        "holder_page": _holder_page(one),
        "calendar": _calendar(one.day, one.line.teacher_id),
    }


def _rule_page(key: SeriesKey) -> str:
    model = key.kind.value.replace("_", "")
    return reverse(f"admin:scheduling_{model}_change", args=[key.id])


def _holder_page(one: Collision) -> str:
    if one.booking_id is None:
        return ""
    return reverse("admin:scheduling_scheduledclass_change", args=[one.booking_id])


def _calendar(day: date, teacher: int | None) -> str:
    query = {"date": day.isoformat()}
    if teacher is not None:
        query["teacher"] = str(teacher)
    return f"{reverse('admin:calendar')}?{urlencode(query)}"


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    context = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, f"admin/scheduling/{template}", context)


PAGES = (
    ToolPage(
        route="conflicts/",
        name="conflicts",
        view=conflicts_page,
        title=gettext_lazy("Conflicts"),
        shown=lambda request: may_see_everyone(request.user),
    ),
    ToolPage(
        route="conflicts/<str:kind>/<int:series>/<str:day>/",
        name="conflict",
        view=conflict_page,
    ),
)
