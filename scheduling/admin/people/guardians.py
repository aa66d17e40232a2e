"""Guardians, and their rows on the pages of students."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.audit import AuditHistoryMixin
from scheduling.admin.core.display import formatting
from scheduling.admin.core.display.statement_cells import this_month
from scheduling.admin.core.lists.changelist import LargeTableMixin
from scheduling.admin.core.widgets import LoadedRowSelect
from scheduling.admin.export import ExportMixin
from scheduling.domain.typed_text import is_row_id
from scheduling.models import Guardian, Student, StudentGuardian
from scheduling.selectors.families import siblings, students_at_address
from scheduling.services.guardians import other_payer

from .family_page import FamilyPageMixin
from .personal_data import PersonalDataMixin

# The parameter of the form that adds a guardian: the student whose guardian it is.
STUDENT_PARAM = "student"


class StudentGuardianForm(forms.ModelForm):
    """The formsets check the payer: a row alone can't, if two rows change at once."""

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | {"is_payer"}


class _FormSet(forms.BaseInlineFormSet):
    # The field for the other side of the relation.
    other: str

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk is not None and (field := form.fields.get(self.other)) is not None:
            field.widget.widget.loaded = getattr(form.instance, self.other)

    def chosen_forms(self) -> list[Any]:
        """Return the valid forms that will be stored."""
        return [
            form
            for form in self.forms
            if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]


class GuardiansOfStudent(_FormSet):
    """At most one payer among the guardians of the page's student."""

    other = "guardian"

    def clean(self) -> None:
        super().clean()
        payers = [form for form in self.chosen_forms() if form.cleaned_data.get("is_payer")]
        for form in payers[1:]:
            form.add_error("is_payer", _("Only one guardian can be the payer."))

    def save_existing_objects(self, commit: bool = True) -> list[Any]:
        # The former payer first: two payers at a time would violate the constraint.
        forms_in_order = self.forms
        self.forms = sorted(forms_in_order, key=_is_payer)
        try:
            return super().save_existing_objects(commit)
        finally:
            self.forms = forms_in_order


def _is_payer(form: Any) -> tuple[bool, bool]:
    return form.instance.pk is None, bool(form.cleaned_data.get("is_payer"))


class StudentsOfGuardian(_FormSet):
    """No student gets a second payer."""

    other = "student"

    def clean(self) -> None:
        super().clean()
        for form in self.chosen_forms():
            if not form.cleaned_data.get("is_payer"):
                continue
            payer = other_payer(form.cleaned_data["student"].pk, self.instance.pk)
            if payer is not None:
                text = _("%(name)s is the payer of this student.") % {"name": payer}
                form.add_error("is_payer", text)


class _Inline(admin.TabularInline):
    model = StudentGuardian
    form = StudentGuardianForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[StudentGuardian]:
        return super().get_queryset(request).select_related("guardian", "student")

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["widget"] = LoadedRowSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class GuardianInline(_Inline):
    """The guardians of a student."""

    formset = GuardiansOfStudent
    extra = 0
    fields = ("guardian", "relation", "is_payer")
    verbose_name = gettext_lazy("guardian")
    verbose_name_plural = gettext_lazy("guardians")


class StudentInline(_Inline):
    """The students of a guardian."""

    formset = StudentsOfGuardian
    extra = 1
    fields = ("student", "relation", "is_payer")
    verbose_name = gettext_lazy("student")
    verbose_name_plural = gettext_lazy("students")


@admin.register(Guardian)
class GuardianAdmin(
    FamilyPageMixin,
    PersonalDataMixin,
    ExportMixin,
    AuditHistoryMixin,
    LargeTableMixin,
    admin.ModelAdmin,
):
    history_includes = ("student_guardians", "feeds")
    list_display = ("full_name", "wards", "email", "phone", "language")
    list_filter = ("language", "reminders", "notices")
    search_fields = (
        "first_name",
        "last_name",
        "email",
        "students__first_name",
        "students__last_name",
    )
    inlines = (StudentInline,)
    change_form_template = "admin/scheduling/guardian_change_form.html"

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> Any:
        values = super().get_formset_kwargs(request, obj, inline, prefix)
        student = request.GET.get(STUDENT_PARAM, "")
        # On a POST, a form that equals its initial values would not be stored.
        if request.method == "GET" and obj.pk is None and is_row_id(student):
            values["initial"] = [{"student": student}]
        return values

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Return to the page of the student for whom the guardian was added."""
        student = request.GET.get(STUDENT_PARAM, "")
        if is_row_id(student) and obj.students.filter(pk=student).exists():
            page = reverse("admin:scheduling_student_change", args=[student])
            return HttpResponseRedirect(page)
        return super().response_post_save_add(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        guardian = context.get("original")
        if guardian is not None:
            context["month"] = this_month(request, "guardian", guardian.pk, timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("name"), ordering="last_name")
    def full_name(self, guardian: Guardian) -> str:
        return guardian.full_name

    @admin.display(description=gettext_lazy("students"))
    def wards(self, guardian: Any) -> SafeString | str:
        return formatting.person_links(guardian.wards) or "–"

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # Django's own list takes two queries for each student.
        guardians = list(objs)
        links = StudentGuardian.objects.filter(guardian__in=guardians)
        named = [str(link) for link in links.select_related("guardian", "student")]
        counts = {
            self.opts.verbose_name_plural: len(guardians),
            StudentGuardian._meta.verbose_name_plural: len(named),
        }
        missing = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        return [*map(str, guardians), named], counts, missing, []

    def fill(self, rows: list[Any]) -> None:
        links = StudentGuardian.objects.filter(guardian__in=[row.pk for row in rows])
        wards: dict[int, list[Student]] = {row.pk: [] for row in rows}
        for link in links.select_related("student").order_by("student__first_name", "id"):
            wards[link.guardian_id].append(link.student)
        for row in rows:
            row.wards = wards[row.pk]


def family_panel(request: HttpRequest, student: Student) -> dict[str, Any] | None:
    """Return the guardians, the brothers and sisters, and others with the same e-mail address."""
    if not request.user.has_perm("scheduling.view_guardian"):
        return None
    links = StudentGuardian.objects.filter(student=student).select_related("guardian")
    known = list(siblings(student))
    others = [other for other in students_at_address(student) if other not in known]
    may_add = request.user.has_perms(("scheduling.add_guardian", "scheduling.change_student"))
    add = f"{reverse('admin:scheduling_guardian_add')}?{STUDENT_PARAM}={student.pk}"
    return {
        "guardians": [
            {
                "name": formatting.person_link(link.guardian),
                "relation": link.relation,
                "is_payer": link.is_payer,
                "contact": [*filter(None, (link.guardian.email, link.guardian.phone))],
            }
            for link in links.order_by("id")
        ],
        "siblings": [formatting.person_link(sibling) for sibling in known],
        "same_address": [formatting.person_link(other) for other in others],
        "email": student.email,
        "add": add if may_add else "",
    }
