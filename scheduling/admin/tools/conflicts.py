"""The conflict pages: the list by rule, and one date with the actions that resolve it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from scheduling.admin.core.notices import NotifyField, show_notified
from scheduling.admin.core.permissions import may_change_classes, may_see_everyone
from scheduling.admin.core.room_field import given_room, offer_rooms
from scheduling.admin.core.tool_page import ToolPage
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.jobs.notifications.notices import Notices
from scheduling.models import CancelledBy, Room
from scheduling.selectors.studio import studio_today
from scheduling.services.classes import occurrences
from scheduling.services.classes.conflicts import (
    Collision,
    find_collision,
    rule_conflicts,
    share,
)
from scheduling.services.notices import author_of, is_offered, is_wanted
from scheduling.services.openings import openings_near
from scheduling.services.schedules.apply_changes import apply_change
from scheduling.services.schedules.closures import closed_day_of
from scheduling.text.dates import short_day

from .rule_conflicts import (
    date_row,
    may_share,
    rule_page,
    rule_page_url,
    rule_row,
    tool_page,
)


class MoveOnceForm(forms.Form):
    """The new time, and the room, of a single lesson."""

    date = forms.DateField(
        label=gettext_lazy("Date"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    start_time = forms.TimeField(
        label=gettext_lazy("Start time"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    room = forms.ModelChoiceField(
        Room.objects.none(),
        label=gettext_lazy("Room"),
        required=False,
        empty_label=gettext_lazy("no room"),
    )

    def __init__(self, data: Any, conflict: Collision, reach: Notices | None) -> None:
        initial = {
            "date": conflict.day,
            "start_time": conflict.line.start_time,
            "room": conflict.room_id,
        }
        super().__init__(data, initial=initial)
        offer_rooms(self, conflict.room_id)
        if reach is not None:
            self.fields["notify"] = NotifyField(reach)


def _notify_form(name: str, reach: Notices | None) -> forms.Form:
    """Return a form with “Tell the families” only; ``name`` makes its ID unique on the page."""
    form = forms.Form(auto_id=f"{name}_%s")
    if reach is not None:
        form.fields["notify"] = NotifyField(reach)
    return form


@require_GET
def conflicts_page(request: HttpRequest) -> HttpResponse:
    """List all conflicts."""
    if not may_see_everyone(request.user):
        raise PermissionDenied
    rules = rule_conflicts(timezone.now())
    context = {
        "title": _("Conflicts"),
        "rows": [rule_row(rule) for rule in rules],
        "count": sum(len(rule.collisions) for rule in rules),
        "may_change": may_change_classes(request.user),
    }
    return tool_page(request, "conflicts.html", context)


def conflict_page(request: HttpRequest, kind: str, series: int, day: str) -> HttpResponse:
    """Show one conflict and the actions that resolve it; a POST performs one."""
    may_change = may_change_classes(request.user)
    if not may_see_everyone(request.user) or (request.method == "POST" and not may_change):
        raise PermissionDenied
    conflict = _find(kind, series, day)
    if conflict is None:
        messages.info(request, _("This conflict no longer exists; the next run creates the class."))
        return HttpResponseRedirect(reverse("admin:conflicts"))
    action = request.POST.get("action", "")
    reach = _reach(request, conflict) if may_change else None
    form = MoveOnceForm(_moved_to(request.POST) if action == "move" else None, conflict, reach)
    if request.method == "POST" and (action != "move" or form.is_valid()):
        try:
            _resolve(request, action, conflict, form)
            return HttpResponseRedirect(reverse("admin:conflicts"))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    context = {
        "title": _("Conflict"),
        "row": date_row(conflict),
        "rule_page": rule_page_url(conflict.key),
        "near": _near(conflict) if may_change else [],
        "form": form,
        "near_form": _notify_form("near", reach),
        "skip_form": _notify_form("skip", reach),
        "may_change": may_change,
        "may_share": may_change and may_share(request.user) and conflict.can_share,
    }
    return tool_page(request, "conflict.html", context)


def _near(conflict: Collision) -> list[dict[str, Any]]:
    """Return up to three free times near the conflict, with the values of their buttons."""
    line = conflict.line
    if line.teacher_id is None or line.student_id is None or line.start_time is None:
        return []
    minutes = conflict.duration // timedelta(minutes=1)
    moving = conflict.key, conflict.day
    wanted = line.teacher_id, line.student_id, conflict.room_id
    try:
        found = openings_near(moving, line.start_time, minutes, *wanted, timezone.now())
    except ValidationError:
        return []  # someone is not active any more
    return [
        {
            "date": each.opening.dates[0].isoformat(),
            "start_time": f"{each.opening.start_time:%H:%M}",
            "text": f"{short_day(each.opening.dates[0])} {each.opening.start_time:%H:%M}",
        }
        for each in found
    ]


def _moved_to(data: QueryDict) -> QueryDict:
    """Return the values of the form; the button of a free time sends both of its own at once."""
    if near := data.get("near"):
        data = data.copy()
        data["date"], _space, data["start_time"] = near.partition(" ")
    return data


def _reach(request: HttpRequest, conflict: Collision) -> Notices | None:
    """Return who would be notified; None if nobody, or if the studio never notifies."""
    if not is_offered():
        return None
    author_id = author_of(request.user)
    found = occurrences.reach_of_occurrence(conflict.key, conflict.day, timezone.now(), author_id)
    return found if found.notices or found.without_address else None


def _resolve(request: HttpRequest, action: str, conflict: Collision, form: MoveOnceForm) -> None:
    """Perform the action, and show the result. Raises ValidationError if it is refused."""
    now = timezone.now()
    # Sharing a lesson changes neither its time nor its teacher, and begins runs of its own.
    wanted = action != "share" and is_wanted("notify" in request.POST)
    watching = occurrences.notifying_occurrence(
        conflict.key, conflict.day, wanted, now, author_of(request.user)
    )
    with watching as notified:
        text = _perform(request, action, conflict, form, now)
    messages.success(request, text)
    show_notified(request, notified)


def _perform(
    request: HttpRequest, action: str, conflict: Collision, form: MoveOnceForm, now: datetime
) -> str:
    """Perform the action, and return the message."""
    if action == "move":
        to_date, start = form.cleaned_data["date"], form.cleaned_data["start_time"]
        end = (datetime.combine(to_date, start) + conflict.duration).time()
        moved = occurrences.move(
            conflict.key,
            conflict.day,
            to_date=to_date,
            start_time=start,
            end_time=end,
            **given_room(form),
            now=now,
        )
        if closed := closed_day_of(moved):
            messages.warning(request, closed)
        return _("Only this lesson was moved: %(lesson)s.") % {"lesson": moved}
    if action == "cancel":
        reason = _("in conflict with another class")
        cancelled = occurrences.cancel(
            conflict.key, conflict.day, by=CancelledBy.STUDIO, reason=reason, now=now
        )
        return _("Only this lesson was cancelled: %(lesson)s.") % {"lesson": cancelled}
    if action == "share":
        if not may_share(request.user):
            raise PermissionDenied
        students = share(conflict, now)
        applied = apply_change(
            student_ids=students,
            today=studio_today(),
            clock=timezone.now,
            triggered_by=request.user.get_username(),
        )
        for error in applied.errors[:5]:
            messages.warning(request, error)
        return _("Both are a group lesson from now on.")
    raise ValidationError(_("Choose one of the solutions."))


def _find(kind: str, series: int, day: str) -> Collision | None:
    try:
        key, parsed_day = SeriesKey(SeriesKind(kind), series), parse_date(day)
    except ValueError:
        return None
    if parsed_day is None:
        return None
    return find_collision(key, parsed_day, timezone.now())


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
    ToolPage(route="conflicts/<str:kind>/<int:series>/", name="rule_conflict", view=rule_page),
)
