"""Closures."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.audit import AuditHistoryMixin
from scheduling.admin.core.display import formatting
from scheduling.admin.core.lists.changelist import LargeTableMixin
from scheduling.admin.core.lists.filters import ChoiceFilter
from scheduling.admin.export import ExportMixin
from scheduling.models import Closure, ScheduledClass
from scheduling.selectors.studio import studio_today

from .changes import ClosureChangesMixin


class ClosureDateFilter(ChoiceFilter):
    """Closures that are current, upcoming or past."""

    title = gettext_lazy("when")
    parameter_name = "when"

    def options(self) -> dict[str, tuple[Any, Q]]:
        today = studio_today()
        return {
            "ahead": (_("now and to come"), Q(last_date__gte=today)),
            "now": (_("today"), Q(first_date__lte=today, last_date__gte=today)),
            "past": (_("past"), Q(last_date__lt=today)),
        }


class ClosureScopeFilter(ChoiceFilter):
    """Closures for everyone, for a teacher, or for a student."""

    title = gettext_lazy("scope")
    parameter_name = "for"

    def options(self) -> dict[str, tuple[Any, Q]]:
        return {
            "all": (_("everyone"), Q(teacher__isnull=True, student__isnull=True)),
            "teacher": (_("a teacher"), Q(teacher__isnull=False)),
            "student": (_("a student"), Q(student__isnull=False)),
        }


@admin.register(Closure)
class ClosureAdmin(
    ClosureChangesMixin, ExportMixin, AuditHistoryMixin, LargeTableMixin, admin.ModelAdmin
):
    list_display = ("name", "first_date", "last_date", "whom", "state", "cancelled")
    list_select_related = (
        *("student", "teacher", "fixed_schedule__student"),
        *("recurring_slot__student", "recurring_slot__teacher"),
    )
    list_filter = (ClosureDateFilter, ClosureScopeFilter)
    search_fields = ("name", "teacher__name", "student__first_name", "student__last_name")
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

    @admin.display(description=gettext_lazy("when"))
    def state(self, closure: Closure) -> SafeString:
        today = studio_today()
        if closure.last_date < today:
            return formatting.badge(_("past"), "is-absent")
        return formatting.badge(_("to come")) if closure.first_date > today else _now()

    @admin.display(description=gettext_lazy("classes cancelled"))
    def cancelled(self, closure: Any) -> int:
        return int(closure.classes_cancelled)


def _now() -> SafeString:
    return formatting.badge(_("now"), "is-warn")
