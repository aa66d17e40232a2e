"""Recurring slots."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduling.admin.audit import AuditHistoryMixin
from scheduling.admin.core.apply_after_save import apply_after_commit, warn_outside_hours
from scheduling.admin.core.display import formatting
from scheduling.admin.core.display.links import calendar_of, find_time_url
from scheduling.admin.core.display.room_column import RoomColumnMixin
from scheduling.admin.core.lists.bulk_actions import apply_to_each, selected_rows
from scheduling.admin.core.lists.changelist import LargeTableMixin
from scheduling.admin.core.lists.filters import (
    ChoiceFilter,
    RoomFilter,
    TeacherFilter,
    ValidityFilter,
)
from scheduling.admin.core.protected_delete import ProtectedDeleteMixin
from scheduling.admin.export import ExportMixin
from scheduling.domain.wallclock import add_minutes
from scheduling.models import RecurringSlot, SlotStatus
from scheduling.selectors.data_quality import old_slots, orphaned_slots
from scheduling.selectors.studio import studio_today
from scheduling.services.notices import is_default, is_offered, is_wanted, known_lessons
from scheduling.services.schedules.status import set_slot_status
from scheduling.text.dates import full_day

from .changes import SeriesChangesMixin
from .fixed_schedule_inline import warn_overfull
from .fixed_schedules import hours, zone
from .notify import NOTIFY, NotifyingMixin, RuleForm

_BADGES = {SlotStatus.ACTIVE: "is-ok", SlotStatus.PAUSED: "is-warn"}


class SlotConditionFilter(ChoiceFilter):
    """The slots that the health findings of the same names count."""

    title = gettext_lazy("condition")
    parameter_name = "condition"

    def options(self) -> dict[str, tuple[Any, Q]]:
        now = timezone.now()
        return {
            "orphaned": (_("orphaned: someone is gone"), Q(pk__in=orphaned_slots(now))),
            "old": (_("older than six months"), Q(pk__in=old_slots(now))),
        }


def state(slot: RecurringSlot) -> SafeString:
    """Return the status of a slot as a badge."""
    kind = _BADGES.get(SlotStatus(slot.status), "is-absent")
    return formatting.badge(slot.get_status_display(), kind)


@admin.register(RecurringSlot)
class RecurringSlotAdmin(
    NotifyingMixin,
    SeriesChangesMixin,
    RoomColumnMixin,
    ExportMixin,
    ProtectedDeleteMixin,
    AuditHistoryMixin,
    LargeTableMixin,
    admin.ModelAdmin,
):
    form = RuleForm
    list_display = (
        "teacher",
        "student",
        "weekday",
        hours,
        "room",
        "subject",
        "state",
        "valid_from",
        "valid_until",
    )
    export_as = {hours: ("start_time", zone, "duration_minutes")}
    list_select_related = ("student", "teacher", "room")
    list_filter = (
        TeacherFilter,
        RoomFilter,
        "status",
        "weekday",
        ValidityFilter,
        SlotConditionFilter,
        "is_shared",
    )
    search_fields = (
        "student__first_name",
        "student__last_name",
        "teacher__name",
        "room__name",
        "subject",
    )
    autocomplete_fields = ("student", "teacher", "room")
    readonly_fields = ("booked_at",)
    fields = (
        "student",
        "teacher",
        "weekday",
        "start_time",
        "duration_minutes",
        "room",
        "subject",
        "interval_weeks",
        "valid_from",
        "valid_until",
        "is_shared",
        "status",
        "booked_at",
    )
    actions = (
        *("pause", "pause_and_notify", "resume", "resume_and_notify"),
        *("end", "end_and_notify"),
    )

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, slot: RecurringSlot) -> SafeString:
        return state(slot)

    @admin.action(permissions=["change"], description=gettext_lazy("Pause"))
    def pause(self, request: HttpRequest, rows: QuerySet[RecurringSlot]) -> None:
        self._set(request, rows, SlotStatus.PAUSED, _paused)

    @admin.action(permissions=["change"], description=gettext_lazy("Pause and tell the families"))
    def pause_and_notify(self, request: HttpRequest, rows: QuerySet[RecurringSlot]) -> None:
        self._set(request, rows, SlotStatus.PAUSED, _paused, notify=True)

    @admin.action(permissions=["change"], description=gettext_lazy("Resume"))
    def resume(self, request: HttpRequest, rows: QuerySet[RecurringSlot]) -> None:
        self._set(request, rows, SlotStatus.ACTIVE, _resumed)

    @admin.action(permissions=["change"], description=gettext_lazy("Resume and tell the families"))
    def resume_and_notify(self, request: HttpRequest, rows: QuerySet[RecurringSlot]) -> None:
        self._set(request, rows, SlotStatus.ACTIVE, _resumed, notify=True)

    @admin.action(
        permissions=["change"], description=gettext_lazy("End: future lessons are removed")
    )
    def end(self, request: HttpRequest, rows: QuerySet[RecurringSlot]) -> None:
        self._set(request, rows, SlotStatus.CANCELLED, _ended)

    @admin.action(permissions=["change"], description=gettext_lazy("End and tell the families"))
    def end_and_notify(self, request: HttpRequest, rows: QuerySet[RecurringSlot]) -> None:
        self._set(request, rows, SlotStatus.CANCELLED, _ended, notify=True)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if not is_offered() or is_default():
            for name in ("pause_and_notify", "resume_and_notify", "end_and_notify"):
                actions.pop(name, None)
        return actions

    def _set(
        self,
        request: HttpRequest,
        rows: QuerySet[RecurringSlot],
        status: SlotStatus,
        success_text: Callable[[int], str],
        notify: bool | None = None,
    ) -> None:
        if (found := selected_rows(request, rows.select_related("student", "teacher"))) is not None:
            students = sorted({slot.student_id for slot in found})
            known = known_lessons(students, timezone.now()) if is_wanted(notify) else None
            changed = apply_to_each(
                request, found, lambda slot: set_slot_status(slot.pk, status), success_text
            )
            if changed:
                students = sorted({slot.student_id for slot in changed})
                apply_after_commit(request, students=students, known=known)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return super().add_view(
            request, form_url, {"other_ways": other_ways(request.GET), **(extra_context or {})}
        )

    def response_post_save_add(
        self, request: HttpRequest, obj: RecurringSlot
    ) -> HttpResponseRedirect:
        if address := calendar_of(request):
            return HttpResponseRedirect(address)
        return super().response_post_save_add(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"valid_from": studio_today(), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: RecurringSlot, form: Any, change: bool) -> None:
        students = {obj.student_id, form.initial.get("student", obj.student_id)}
        wanted = form.has_rule_changed and is_wanted(form.cleaned_data.get(NOTIFY, False))
        known = known_lessons(students, timezone.now()) if wanted else None
        super().save_model(request, obj, form, change)
        if form.has_rule_changed:
            warn_overfull(request, [obj])
            warn_outside_hours(request, [obj])
            apply_after_commit(request, students=sorted(students), known=known)


def other_ways(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the address and title of “Find a time” and of a one-off at the time in ``query``.

    None if the query, which fills in the form, does not name a teacher, a day and a time.
    """
    try:
        teacher, minutes = int(query["teacher"]), int(query["duration_minutes"])
        day, start = (
            date.fromisoformat(query["valid_from"]),
            time.fromisoformat(query["start_time"]),
        )
        end = add_minutes(start, minutes)
    except (KeyError, ValueError, OverflowError):
        return []
    values = {name: query[name] for name in ("student", "room") if query.get(name)}
    times = {"start_time": f"{start:%H:%M}", "end_time": f"{end:%H:%M}"}
    once = values | {"teacher": teacher, "date": day.isoformat()} | times
    found = find_time_url(
        teacher,
        minutes,
        first=day,
        days=[day.isoweekday()],
        earliest=times["start_time"],
        latest=times["end_time"],
        **values,
    )
    return [
        (found, _("Find a time with these values")),
        (
            f"{reverse('admin:scheduling_scheduledclass_add')}?{urlencode(once)}",
            _("Only once, on %(day)s") % {"day": full_day(day)},
        ),
    ]


def _paused(n: int) -> str:
    return ngettext("%(n)d slot paused.", "%(n)d slots paused.", n) % {"n": n}


def _resumed(n: int) -> str:
    return ngettext("%(n)d slot resumed.", "%(n)d slots resumed.", n) % {"n": n}


def _ended(n: int) -> str:
    return ngettext("%(n)d slot ended.", "%(n)d slots ended.", n) % {"n": n}
