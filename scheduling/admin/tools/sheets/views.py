"""The page of the sheets."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from scheduling.admin.core.display.links import sheet_url
from scheduling.admin.core.display.statement_cells import Period
from scheduling.admin.core.permissions import (
    may_see_classes,
    may_see_everyone,
    teacher_of,
    visible_classes,
)
from scheduling.domain.typed_text import is_row_id
from scheduling.domain.windows import DAY, FIRST_DATE, LAST_DATE
from scheduling.selectors.classes.calendar import teachers_to_choose
from scheduling.selectors.rooms import rooms_to_choose
from scheduling.selectors.studio import studio_day
from scheduling.services.sheets import lessons
from scheduling.text.dates import days_text, full_day, long_day, month_text

from .contents import CONTENTS
from .kinds import GUARDIAN, MODELS, ROOM, SHEETS, STUDENT, TEACHER, Person

# The longest register; a season of lessons.
MAX_DAYS = 92 * DAY


class SheetForm(forms.Form):
    """Whose sheet, its date, and the last day of a register."""

    whose = forms.ChoiceField()
    day = forms.DateField(
        label=gettext_lazy("Date"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )

    def __init__(self, data: Any, choices: list[Any], label: str, *, has_until: bool) -> None:
        super().__init__(data, label_suffix="")
        fields: dict[str, Any] = self.fields
        fields["whose"].choices, fields["whose"].label = choices, label
        if not has_until:
            del fields["until"]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        day, until = values.get("day"), values.get("until")
        if day and not FIRST_DATE <= day <= LAST_DATE:
            self.add_error("day", _("Choose a date between 1970 and 2199."))
        elif day and until and not day <= until < day + MAX_DAYS:
            text = _("The last day must be within %(n)d days from the first.")
            self.add_error("until", text % {"n": MAX_DAYS.days})
        return values


@require_safe
def sheets(request: HttpRequest) -> HttpResponse:
    """Show a sheet as it is printed, below the form that chooses it."""
    if not may_see_classes(request.user):
        raise PermissionDenied
    now = timezone.now()
    choices = _choices(request)
    person = _person(request, choices)
    offered = [name for name, sheet in SHEETS.items() if person and person.kind in sheet.kinds]
    name = request.GET.get("sheet", "")
    name = name if name in offered else (offered or ["day"])[0]
    data = {"whose": str(person or ""), "day": studio_day(now).isoformat()} | request.GET.dict()
    label = _("Teacher or room")
    if person and person.kind in (STUDENT, GUARDIAN):
        choices = [(str(person), str(person.row))]
        label = capfirst(MODELS[person.kind]._meta.verbose_name)
    form = SheetForm(data, choices, label, has_until=name == "register")
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Sheets"),
        "form": form,
        "sheet": name,
    }
    if person and form.is_valid():
        day, until = form.cleaned_data["day"], form.cleaned_data.get("until")
        period = Period(day, until) if until else Period(*SHEETS[name].days(day))
        found = lessons(visible_classes(request.user), person.whose, *period, now)
        context |= {
            "heading": _heading(name, person, period),
            "is_wide": SHEETS[name].is_wide,
            "kinds": [
                {
                    "title": SHEETS[each].title,
                    "url": sheet_url(person.kind, person.row.pk, each, day),
                    "is_current": each == name,
                }
                for each in offered
            ],
            "around": _around(name, person, period),
            "names_teacher": person.kind != TEACHER,
            "has_students": person.kind != STUDENT,
            **CONTENTS[name](found, period),
        }
    return TemplateResponse(request, "admin/tools/sheets.html", context)


def _choices(request: HttpRequest) -> list[Any]:
    """Return the teachers and rooms whose sheets the user may print."""
    if not may_see_everyone(request.user):
        teacher = teacher_of(request.user)
        return [(f"{TEACHER}:{teacher.pk}", teacher.name)] if teacher else []
    teachers = [(f"{TEACHER}:{pk}", name) for pk, name, _active in teachers_to_choose()]
    rooms = [(f"{ROOM}:{pk}", name) for pk, name, _active in rooms_to_choose()]
    groups = [(_("Teachers"), teachers)]
    return [("", "---------"), *groups, *([(_("Rooms"), rooms)] if rooms else [])]


def _person(request: HttpRequest, choices: list[Any]) -> Person | None:
    """Return the row that the URL names; a teacher's account has its own by default."""
    text = request.GET.get("whose", "")
    if not text and not may_see_everyone(request.user):
        text = choices[0][0] if choices else ""
    kind, _colon, pk = text.partition(":")
    if not text:
        return None
    if kind not in MODELS or not is_row_id(pk):
        raise Http404
    if kind in (STUDENT, GUARDIAN) or not may_see_everyone(request.user):
        own = teacher_of(request.user)
        is_own = own is not None and text == f"{TEACHER}:{own.pk}"
        if not is_own and not _may_see_person(request, kind):
            raise PermissionDenied
    row = MODELS[kind].objects.filter(pk=int(pk)).first()
    if row is None:
        raise Http404
    return Person(kind, row)


def _may_see_person(request: HttpRequest, kind: str) -> bool:
    user: Any = request.user
    may_see = (user.has_perm(f"scheduling.{each}_{kind}") for each in ("view", "change"))
    return may_see_everyone(user) and any(may_see)


def _heading(name: str, person: Person, period: Period) -> str:
    texts = {
        "day": "%(whose)s, %(days)s",
        "week": _("%(whose)s, week of %(days)s"),
        "register": _("%(whose)s: attendance, %(days)s"),
        "month": _("%(whose)s: lessons in %(days)s"),
    }
    days = {
        "day": long_day(period.first),
        "week": full_day(period.first),
        "register": days_text(*period),
        "month": month_text(period.first),
    }
    return texts[name] % {"whose": person.row, "days": days[name]}


def _around(name: str, person: Person, period: Period) -> list[dict[str, str]]:
    """Return links to the sheets before and after this one."""
    days = [(_("Earlier"), period.first - DAY), (_("Later"), period.last + DAY)]
    return [
        {"title": title, "url": sheet_url(person.kind, person.row.pk, name, day)}
        for title, day in days
        if FIRST_DATE <= day <= LAST_DATE
    ]
