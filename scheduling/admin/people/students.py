"""Students with their fixed schedules."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms import BaseModelFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from scheduling.admin.core.apply_after_save import apply_after_commit, warn_outside_hours
from scheduling.admin.core.display import formatting
from scheduling.admin.core.lists.filters import ChoiceFilter, TeacherFilter
from scheduling.admin.schedules.fixed_schedule_inline import (
    FixedScheduleInline,
    warn_missing_start_date,
    warn_overfull,
)
from scheduling.admin.schedules.notify import NOTIFY, NotifyingMixin, StudentForm
from scheduling.models import FixedSchedule, Student
from scheduling.selectors.data_quality import students_without_start
from scheduling.selectors.people import students_like
from scheduling.selectors.people_lists import active_slots, not_ended, paused_people
from scheduling.selectors.studio import studio_today
from scheduling.services.notices import is_wanted, known_lessons
from scheduling.text.dates import full_day

from .base import PersonAdmin
from .family_page import FamilyPageMixin
from .guardians import GuardianInline, family_panel
from .lookalikes import warn_of_lookalikes


class StudentStateFilter(ChoiceFilter):
    """Students by their state today."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def options(self) -> dict[str, tuple[Any, Q]]:
        today = studio_today()
        started = Q(start_date__lte=today)
        not_over = Q(end_date__isnull=True) | Q(end_date__gte=today)
        paused = paused_people("student", today)
        return {
            "active": (_("active"), Q(is_active=True) & started & not_over & ~paused),
            "paused": (_("paused"), Q(is_active=True) & started & not_over & paused),
            "inactive": (_("not active"), Q(is_active=False)),
            "ended": (pgettext("of a person", "ended"), Q(end_date__lt=today)),
            "not_started": (_("not started"), Q(start_date__gt=today)),
            "no_start": (_("without a start date"), Q(start_date__isnull=True)),
            "waiting": (
                _("with a schedule, without a start date"),
                Q(pk__in=students_without_start(timezone.now())),
            ),
        }


class StudentTeacherFilter(TeacherFilter):
    """Students who have a current weekly rule with a teacher."""

    def filter_by(self, queryset: QuerySet[Any], pk: int) -> QuerySet[Any]:
        today = studio_today()
        theirs = {"student": OuterRef("pk"), "teacher": pk}
        fixed = FixedSchedule.objects.filter(not_ended(today), **theirs)
        return queryset.filter(Exists(fixed) | Exists(active_slots(today).filter(**theirs)))


@admin.register(Student)
class StudentAdmin(NotifyingMixin, FamilyPageMixin, PersonAdmin):
    form = StudentForm
    whose = "student"
    history_includes = ("fixed_schedules", "student_guardians", "feeds")
    list_display = ("full_name", "state", "next_class", "next_teacher", "meetings")
    export_as = {
        "state": ("start_date", "end_date", "is_active", "state"),
    }
    export_extra = ("email",)
    list_filter = (StudentStateFilter, StudentTeacherFilter, "language")
    search_fields = ("first_name", "last_name", "email")
    inlines = (FixedScheduleInline, GuardianInline)

    @admin.display(description=gettext_lazy("name"), ordering="last_name")
    def full_name(self, student: Student) -> str:
        return student.full_name

    @admin.display(description=gettext_lazy("state"))
    def state(self, student: Any) -> SafeString:
        today = studio_today()
        if student.erased_at is not None:
            return formatting.badge(_("erased"), "is-absent")
        if student.end_date is not None and student.end_date < today:
            return formatting.badge(pgettext("of a person", "ended"), "is-absent")
        if not student.is_active:
            return formatting.badge(_("not active"), "is-absent")
        if student.start_date is None:
            return formatting.badge(_("without a start date"), "is-warn")
        if student.start_date > today:
            return formatting.badge(_("not started"))
        return formatting.badge(_("paused"), "is-warn") if student.is_paused else active()

    @admin.display(description=gettext_lazy("with"))
    def next_teacher(self, student: Any) -> str:
        return str(student.next.teacher or "–") if student.next else "–"

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        # A student without a start date has no classes. Most start on the day they are entered.
        return {"start_date": studio_today(), **super().get_changeform_initial_data(request)}

    def page_context(self, request: HttpRequest, person: Any) -> dict[str, Any]:
        context = super().page_context(request, person)
        return context | {"family": family_panel(request, person)}

    def facts(self, person: Student) -> list[str]:
        today = studio_today()
        if person.start_date is None:
            facts = [_("without a start date")]
        elif person.start_date > today:
            facts = [_("Student from %(day)s") % {"day": full_day(person.start_date)}]
        else:
            facts = [_("Student since %(day)s") % {"day": full_day(person.start_date)}]
        if person.end_date is not None:
            facts.append(_("until %(day)s") % {"day": full_day(person.end_date)})
        if not person.is_active:
            facts.append(_("not active"))
        return [*facts, str(person.get_language_display()), *filter(None, [person.email])]

    def save_model(self, request: HttpRequest, obj: Student, form: Any, change: bool) -> None:
        wanted = change and is_wanted(form.cleaned_data.get(NOTIFY, False))
        form.known = known_lessons([obj.pk], timezone.now()) if wanted else None
        super().save_model(request, obj, form, change)

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: list[BaseModelFormSet],
        change: bool,
    ) -> None:
        super().save_related(request, form, formsets, change)
        warn_missing_start_date(request, form.instance)
        schedules = [formset for formset in formsets if formset.model is FixedSchedule]
        saved = [row for formset in schedules for row in _saved(formset)]
        warn_overfull(request, saved)
        warn_outside_hours(request, saved)
        if not change:
            warn_of_lookalikes(request, students_like(form.instance))
        own = {"start_date", "end_date", "is_active"} & set(form.changed_data)
        if own or any(formset.has_changed() for formset in schedules):
            apply_after_commit(request, students=[form.instance.pk], known=form.known)


def _saved(formset: BaseModelFormSet) -> list[Any]:
    """Return the rows that were added or changed."""
    return [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]


def active() -> SafeString:
    """Return the badge of an active student."""
    return formatting.badge(_("active"), "is-ok")
