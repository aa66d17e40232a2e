"""“Explain a date”: why a student or teacher has, or does not have, a class on a date."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.core.display.links import class_url, series_url
from scheduling.admin.core.permissions import may_see_everyone
from scheduling.admin.core.tool_page import ToolPage
from scheduling.admin.core.widgets import PersonSelect
from scheduling.models import Student, Teacher
from scheduling.selectors.studio import studio_today
from scheduling.services.explain import explain

# The CSS classes of the badges by outcome.
_BADGE_CLASSES = {
    "exists": "is-ok",
    "planned": "is-busy",
    "conflict": "is-bad",
    "invalid": "is-bad",
    "closed": "is-warn",
    "cancelled": "is-warn",
    "moved": "is-warn",
    "held": "is-warn",
}
# Beyond these years, weeks and horizons may leave the range of ``date``.
YEARS = range(1970, 2200)


class ExplainForm(forms.Form):
    """A student or a teacher, and a date."""

    student = forms.ModelChoiceField(
        Student.objects.all(), required=False, label=gettext_lazy("Student")
    )
    teacher = forms.ModelChoiceField(
        Teacher.objects.all(), required=False, label=gettext_lazy("or teacher")
    )
    date = forms.DateField(
        label=gettext_lazy("Date"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("student", "teacher"):
            widget = PersonSelect(name)
            self.fields[name].widget = widget
            widget.choices = self.fields[name].choices  # type: ignore[attr-defined]

    def clean_date(self) -> Any:
        chosen = self.cleaned_data["date"]
        if chosen.year not in YEARS:
            raise forms.ValidationError(_("Choose a date between 1970 and 2199."))
        return chosen

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and bool(data.get("student")) == bool(data.get("teacher")):
            raise forms.ValidationError(_("Choose either a student or a teacher."))
        return data


def explain_page(request: HttpRequest) -> HttpResponse:
    """Show the form, and the explanation below it."""
    if not may_see_everyone(request.user):
        raise PermissionDenied
    is_submitted = "date" in request.GET
    today = studio_today()
    form = ExplainForm(
        request.GET if is_submitted else None, initial={"date": today, **request.GET.dict()}
    )
    context = {
        **admin.site.each_context(request),
        "title": _("Explain a date"),
        "form": form,
        "media": form.media,
    }
    if is_submitted and form.is_valid():
        context |= _explanation(form.cleaned_data)
    return TemplateResponse(request, "admin/tools/explain.html", context)


def _explanation(query: dict[str, Any]) -> dict[str, Any]:
    student, teacher = query["student"], query["teacher"]
    person = student or teacher
    explanation = explain(
        student_id=student.pk if student else None,
        teacher_id=teacher.pk if teacher else None,
        day=query["date"],
        now=timezone.now(),
    )
    return {
        "explanation": explanation,
        "person": person,
        "person_page": reverse(
            f"admin:scheduling_{person._meta.model_name}_change", args=[person.pk]
        ),
        "rules": [
            {
                "words": rule.description,
                "reason": rule.reason,
                "badge_class": _BADGE_CLASSES.get(rule.outcome, ""),
                "page": series_url(rule.series.key),
                "class_page": class_url(rule.class_id),
            }
            for rule in explanation.rules
        ],
        "classes": [
            {"explained": explained, "page": class_url(explained.scheduled_class.pk)}
            for explained in explanation.classes
        ],
    }


PAGES = (
    ToolPage(
        route="explain/",
        name="explain",
        view=explain_page,
        title=gettext_lazy("Explain a date"),
        shown=lambda request: may_see_everyone(request.user),
    ),
)
