"""Actions on several classes, with the checks of the services."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduling.admin.core.bulk_actions import MAX_NAMED, apply_to_each, selected_rows
from scheduling.admin.core.mixins import MixinBase
from scheduling.admin.core.permissions import may_mark_class
from scheduling.models import Attendance, ScheduledClass
from scheduling.services.classes import edit
from scheduling.services.classes.make_ups import made_up_of

from .forms import CancelManyForm

Rows = QuerySet[ScheduledClass]


class ClassActionsMixin(MixinBase):
    """Adds the actions of the list of classes."""

    actions: Sequence[str] = (
        "complete",
        "mark_present",
        "mark_excused",
        "mark_unexcused",
        "mark_teacher_absent",
        "cancel",
        "restore",
        "make_up",
    )

    @admin.action(permissions=["mark"], description=gettext_lazy("Complete"))
    def complete(self, request: HttpRequest, rows: Rows) -> None:
        now = timezone.now()
        _to_each(
            request,
            rows,
            lambda scheduled_class: edit.complete(scheduled_class.pk, now=now),
            _completed,
        )

    @admin.action(permissions=["mark"], description=gettext_lazy("Mark: present"))
    def mark_present(self, request: HttpRequest, rows: Rows) -> None:
        _mark(request, rows, Attendance.PRESENT)

    @admin.action(permissions=["mark"], description=gettext_lazy("Mark: absent, excused"))
    def mark_excused(self, request: HttpRequest, rows: Rows) -> None:
        _mark(request, rows, Attendance.EXCUSED)

    @admin.action(permissions=["mark"], description=gettext_lazy("Mark: absent, unexcused"))
    def mark_unexcused(self, request: HttpRequest, rows: Rows) -> None:
        _mark(request, rows, Attendance.UNEXCUSED)

    @admin.action(permissions=["mark"], description=gettext_lazy("Mark: teacher absent"))
    def mark_teacher_absent(self, request: HttpRequest, rows: Rows) -> None:
        _mark(request, rows, Attendance.TEACHER_ABSENT)

    @admin.action(permissions=["edit"], description=gettext_lazy("Restore"))
    def restore(self, request: HttpRequest, rows: Rows) -> None:
        now = timezone.now()
        changed = _to_each(
            request,
            rows,
            lambda scheduled_class: edit.restore(scheduled_class.pk, now=now),
            _restored,
        )
        restored = ScheduledClass.objects.filter(
            id__among=[scheduled_class.pk for scheduled_class in changed]
        )
        made_up = restored.filter(make_ups__isnull=False).order_by("starts_at", "id")
        for scheduled_class in made_up[:MAX_NAMED]:
            if text := made_up_of(scheduled_class):
                messages.warning(request, f"{scheduled_class}: {text}")

    @admin.action(permissions=["edit"], description=gettext_lazy("Cancel…"))
    def cancel(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Show a form for the reason, then cancel the classes."""
        found = selected_rows(request, rows)
        if found is None:
            return None
        is_submitted = "by" in request.POST
        form = CancelManyForm(request.POST if is_submitted else None)
        if is_submitted and form.is_valid():
            values, now = form.cleaned_data, timezone.now()
            apply_to_each(
                request,
                found,
                lambda scheduled_class: edit.cancel(scheduled_class.pk, **values, now=now),
                _cancelled,
            )
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cancel classes"),
            "opts": ScheduledClass._meta,
            "rows": found,
            "form": form,
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/scheduling/scheduledclass/cancel.html", context)


def _mark(request: HttpRequest, rows: Rows, attendance: Attendance) -> None:
    now = timezone.now()
    _to_each(
        request,
        rows,
        lambda scheduled_class: edit.mark_attendance(scheduled_class.pk, attendance, now=now),
        _marked,
    )


def _to_each(
    request: HttpRequest,
    rows: Rows,
    action: Callable[[ScheduledClass], Any],
    success_text: Callable[[int], str],
) -> list[ScheduledClass]:
    def apply(scheduled_class: ScheduledClass) -> Any:
        # The list may contain classes that the user may see but not mark.
        if not may_mark_class(request.user, scheduled_class):
            raise ValidationError(_("This class is not yours to change."))
        before = _state(scheduled_class)
        return _state(action(scheduled_class)) != before

    found = selected_rows(request, rows)
    return apply_to_each(request, found, apply, success_text) if found is not None else []


def _state(scheduled_class: ScheduledClass) -> tuple[str, ...]:
    return scheduled_class.status, scheduled_class.attendance, scheduled_class.cancelled_by


def _completed(n: int) -> str:
    return ngettext("%(n)d class completed.", "%(n)d classes completed.", n) % {"n": n}


def _marked(n: int) -> str:
    text = ngettext("Attendance of %(n)d class marked.", "Attendance of %(n)d classes marked.", n)
    return text % {"n": n}


def _restored(n: int) -> str:
    return ngettext("%(n)d class restored.", "%(n)d classes restored.", n) % {"n": n}


def _cancelled(n: int) -> str:
    return ngettext("%(n)d class cancelled.", "%(n)d classes cancelled.", n) % {"n": n}
