"""Closures: when nothing takes place, and for whom. Their classes follow at once."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.models import Closure, ScheduledClass
from scheduling.services.closures import Reach, reach_of

from . import show
from .applying import apply_closures_after_commit
from .exporting import ExportMixin
from .filters import OneOf, studio_today
from .history import HistoryAdmin
from .lists import ListAdmin


class When(OneOf):
    """Whether it is still to come."""

    title = gettext_lazy("when")
    parameter_name = "when"

    def options(self) -> dict[str, tuple[Any, Q]]:
        today = studio_today()
        return {
            "ahead": (_("now and to come"), Q(last_date__gte=today)),
            "now": (_("today"), Q(first_date__lte=today, last_date__gte=today)),
            "past": (_("past"), Q(last_date__lt=today)),
        }


class Whom(OneOf):
    """Whom it concerns."""

    title = gettext_lazy("scope")
    parameter_name = "for"

    def options(self) -> dict[str, tuple[Any, Q]]:
        return {
            "all": (_("everyone"), Q(teacher__isnull=True, student__isnull=True)),
            "teacher": (_("a teacher"), Q(teacher__isnull=False)),
            "student": (_("a student"), Q(student__isnull=False)),
        }


@admin.register(Closure)
class ClosureAdmin(ExportMixin, HistoryAdmin, ListAdmin):
    list_display = ("name", "first_date", "last_date", "whom", "state", "cancelled")
    list_select_related = (
        *("student", "teacher", "fixed_schedule__student"),
        *("recurring_slot__student", "recurring_slot__teacher"),
    )
    list_filter = (When, Whom)
    search_fields = ("name", "teacher__name", "student__first_name", "student__last_name")
    autocomplete_fields = ("student", "teacher")
    ordering = ("-first_date", "-id")

    def fill(self, rows: list[Any]) -> None:
        closed = ScheduledClass.objects.filter(closure_id__among=[row.pk for row in rows])
        counts = dict(closed.order_by().values_list("closure_id").annotate(n=Count("id")))
        for row in rows:
            row.classes_cancelled = counts.get(row.pk, 0)

    @admin.display(description=gettext_lazy("for"))
    def whom(self, closure: Closure) -> str:
        paused = closure.fixed_schedule or closure.recurring_slot
        return str(paused or closure.teacher or closure.student or _("everyone"))

    def get_readonly_fields(self, request: HttpRequest, obj: Closure | None = None) -> Any:
        # A pause stays with its schedule, and so with that schedule's student.
        return ("student", "teacher") if obj is not None and obj.is_pause else ()

    @admin.display(description=gettext_lazy("when"))
    def state(self, closure: Closure) -> SafeString:
        today = studio_today()
        if closure.last_date < today:
            return show.badge(_("past"), "is-absent")
        return show.badge(_("to come")) if closure.first_date > today else _now()

    @admin.display(description=gettext_lazy("classes cancelled"))
    def cancelled(self, closure: Any) -> int:
        return int(closure.classes_cancelled)

    def save_model(self, request: HttpRequest, obj: Closure, form: ModelForm, change: bool) -> None:
        reaches = _reach_before(obj) if change else []
        super().save_model(request, obj, form, change)
        if set(form.changed_data) - {"name"}:
            apply_closures_after_commit(request, [*reaches, reach_of(obj)])

    def delete_model(self, request: HttpRequest, obj: Closure) -> None:
        reach = reach_of(obj)
        super().delete_model(request, obj)
        apply_closures_after_commit(request, [reach])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        reaches = [reach_of(closure) for closure in queryset]
        super().delete_queryset(request, queryset)
        apply_closures_after_commit(request, reaches)


def _reach_before(closure: Closure) -> list[Reach]:
    return [reach_of(stored) for stored in Closure.objects.filter(pk=closure.pk)]


def _now() -> SafeString:
    return show.badge(_("now"), "is-warn")
