"""What is done to several classes at once: the same verbs, and refusals, as everywhere."""

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
    """Actions of the list of classes."""

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
        _to_each(request, rows, lambda one: edit.complete(one.pk, now=now), _completed)

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
        done = _to_each(request, rows, lambda one: edit.restore(one.pk, now=now), _restored)
        lost = ScheduledClass.objects.filter(id__among=[one.pk for one in done])
        for one in lost.filter(make_ups__isnull=False).order_by("starts_at", "id")[:MAX_NAMED]:
            if text := made_up_of(one):
                messages.warning(request, f"{one}: {text}")

    @admin.action(permissions=["edit"], description=gettext_lazy("Cancel…"))
    def cancel(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Asks by whom and why, then cancels."""
        found = selected_rows(request, rows)
        if found is None:
            return None
        asked = "by" in request.POST
        form = CancelManyForm(request.POST if asked else None)
        if asked and form.is_valid():
            filled_in, now = form.cleaned_data, timezone.now()
            apply_to_each(
                request,
                found,
                lambda one: edit.cancel(one.pk, **filled_in, now=now),
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
        lambda one: edit.mark_attendance(one.pk, attendance, now=now),
        _marked,
    )


def _to_each(
    request: HttpRequest,
    rows: Rows,
    act: Callable[[ScheduledClass], Any],
    said: Callable[[int], str],
) -> list[ScheduledClass]:
    def allowed(one: ScheduledClass) -> Any:
        # The list may show classes that are somebody else's to mark.
        if not may_mark_class(request.user, one):
            raise ValidationError(_("This class is not yours to change."))
        before = _state(one)
        return _state(act(one)) != before

    found = selected_rows(request, rows)
    return apply_to_each(request, found, allowed, said) if found is not None else []


def _state(one: ScheduledClass) -> tuple[str, ...]:
    return one.status, one.attendance, one.cancelled_by


def _completed(n: int) -> str:
    return ngettext("%(n)d class completed.", "%(n)d classes completed.", n) % {"n": n}


def _marked(n: int) -> str:
    text = ngettext("Attendance of %(n)d class marked.", "Attendance of %(n)d classes marked.", n)
    return text % {"n": n}


def _restored(n: int) -> str:
    return ngettext("%(n)d class restored.", "%(n)d classes restored.", n) % {"n": n}


def _cancelled(n: int) -> str:
    return ngettext("%(n)d class cancelled.", "%(n)d classes cancelled.", n) % {"n": n}
