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

from scheduling.admin.core.lists.bulk_actions import (
    MAX_NAMED,
    MAX_ROWS,
    apply_to_each,
    selected_rows,
)
from scheduling.admin.core.mixins import MixinBase
from scheduling.admin.core.notices import NotifyField, show_notified
from scheduling.admin.core.permissions import may_mark_class
from scheduling.models import Attendance, ScheduledClass
from scheduling.services.classes import edit
from scheduling.services.classes.make_ups import made_up_of
from scheduling.services.notices import (
    author_of,
    is_default,
    is_offered,
    is_wanted,
    notifying,
    reach_of,
)

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
        "restore_and_notify",
        "make_up",
        "substitute",
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
        self._restore(request, rows, is_wanted(None))

    @admin.action(permissions=["edit"], description=gettext_lazy("Restore and tell the families"))
    def restore_and_notify(self, request: HttpRequest, rows: Rows) -> None:
        self._restore(request, rows, is_wanted(True))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if not is_offered() or is_default():
            actions.pop("restore_and_notify", None)
        return actions

    def _restore(self, request: HttpRequest, rows: Rows, notify: bool) -> None:
        now = timezone.now()
        ids = list(rows.order_by().values_list("pk", flat=True)[: MAX_ROWS + 1])
        with notifying(ids, notify, now, author_of(request.user)) as notified:
            changed = _to_each(
                request,
                rows,
                lambda scheduled_class: edit.restore(scheduled_class.pk, now=now),
                _restored,
            )
        show_notified(request, notified)
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
        now, author_id = timezone.now(), author_of(request.user)
        form = CancelManyForm(request.POST if is_submitted else None)
        reach = reach_of(found, now, author_id)
        if is_offered() and (reach.notices or reach.without_address):
            form.fields["notify"] = NotifyField(reach)
        if is_submitted and form.is_valid():
            values = form.cleaned_data
            wanted = is_wanted(values.pop("notify", False))
            with notifying([row.pk for row in found], wanted, now, author_id) as notified:
                apply_to_each(
                    request,
                    found,
                    lambda scheduled_class: edit.cancel(scheduled_class.pk, **values, now=now),
                    _cancelled,
                )
            show_notified(request, notified)
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
