"""“Find a substitute”: who can give lessons of another teacher, and giving them in one act."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduling.admin.core.display.links import class_url, may_find_times
from scheduling.admin.core.mixins import MixinBase
from scheduling.admin.core.permissions import may_change_classes
from scheduling.models import ScheduledClass
from scheduling.services.notices import is_offered
from scheduling.services.schedule_changes import GiveToSubstitutes, ScheduleChange
from scheduling.services.substitutes import (
    Availability,
    Candidate,
    Lesson,
    field_of,
    find_lessons,
    sessions,
)
from scheduling.text.dates import short_day, with_zone

from .forms import ChangeForm
from .plan_page import ChangePage, change_page

# The most lessons of one form.
MAX_LESSONS = 100
# The parameter that asks for the substitutes instead of the plan.
CHOOSE = "choose"


def substitute_url(*references: object) -> str:
    """Return the URL of “Find a substitute” for lessons, by their references."""
    page = reverse("admin:scheduling_scheduledclass_substitute")
    return f"{page}?references={','.join(map(str, references))}"


class SubstitutesForm(ChangeForm):
    """A form that chooses substitutes for lessons; a group lesson has one.

    Unbound, with the values that were ``asked`` for so far, it offers those who are free. Bound, it
    has the choice in hidden fields, until it is refused.
    """

    keep = gettext_lazy("leave it as it is")
    # The number of lessons that are offered, if there are more.
    most = 0

    def __init__(
        self,
        row: Any,
        today: date,
        data: Any = None,
        *,
        asked: Mapping[str, Any] | None = None,
    ) -> None:
        self.asked: Mapping[str, Any] = asked or {}
        super().__init__(row, today, data)
        if data is not None:
            for name in data:
                if name.startswith(field_of("")):
                    self.fields[name] = forms.IntegerField(
                        required=False, min_value=1, widget=forms.HiddenInput
                    )
        elif asked is not None:
            self._offer(self.asked)

    def lessons(self, values: Mapping[str, Any], now: datetime) -> Sequence[Lesson]:
        """Return the lessons for which substitutes are offered."""
        raise NotImplementedError

    def refuse(self, error: Any) -> None:
        self._offer(self.data)
        super().refuse(error)

    def _offer(self, values: Mapping[str, Any]) -> None:
        """Add a field for each lesson. A constant number of queries."""
        now = timezone.now()
        lessons = self.lessons(values, now)
        self.most = MAX_LESSONS if len(lessons) > MAX_LESSONS else 0
        availability = Availability(lessons[:MAX_LESSONS], now)
        groups = sessions(lessons[:MAX_LESSONS])
        found = [(group, availability.of(group[0])) for group in groups]
        for group, candidates in found:
            field = _field(group, candidates, availability, str(self.keep))
            name = field_of(group[0].reference)
            field.initial = values.get(name)
            self.fields[name] = field

    @property
    def choose_url(self) -> str:
        """The page that offers substitutes, with the values so far; empty for that page itself."""
        if not self.is_bound:
            return ""
        values = {name: self.data.get(name, "") for name in self.fields}
        return f"?{urlencode(values | {CHOOSE: 1})}"

    @property
    def substitutes(self) -> tuple[tuple[str, int], ...]:
        """The chosen teachers, by the references of lessons; the form must be valid."""
        prefix = field_of("")
        chosen = {
            name.removeprefix(prefix): int(teacher)
            for name, teacher in self.cleaned_data.items()
            if name.startswith(prefix) and teacher
        }
        stored = find_lessons((each for each in chosen if each.isdigit()), timezone.now())
        for group in sessions(stored):
            teacher = next(chosen[each.reference] for each in group if each.reference in chosen)
            chosen |= {each.reference: teacher for each in group}
        return tuple(chosen.items())


def _field(
    group: Sequence[Lesson], candidates: Iterable[Candidate], availability: Availability, keep: str
) -> forms.ChoiceField:
    lesson = group[0]
    regular: list[tuple[str, str]] = []
    teaching: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    busy = []
    for each in candidates:
        value = str(each.teacher.pk)
        if each.obstacle is not None:
            if each.teaches_subject or each.is_regular:
                busy.append(_busy_text(each, availability.text(each.obstacle)))
            continue
        kind = regular if each.is_regular else teaching if each.teaches_subject else others
        kind.append((value, _label(each)))
    choices: list[Any] = [("", keep), *regular]
    if lesson.subject:
        titles = (_("Teach %(subject)s") % {"subject": lesson.subject}, _("Other teachers"))
        parts = zip(titles, (teaching, others), strict=True)
        choices += [(title, some) for title, some in parts if some]
    else:
        choices += teaching
    texts = []
    if not regular and not teaching:
        texts.append(_("Nobody who teaches this is free."))
    if busy:
        texts.append(_("Not free: %(list)s.") % {"list": "; ".join(busy)})
    return forms.ChoiceField(
        label=_lesson_text(group), choices=choices, required=False, help_text=" ".join(texts)
    )


def _label(candidate: Candidate) -> str:
    name = str(candidate.teacher)
    if candidate.is_regular:
        return _("%(teacher)s, the regular teacher") % {"teacher": name}
    if candidate.is_inside_hours is None:
        return _("%(teacher)s (working hours not known)") % {"teacher": name}
    if not candidate.is_inside_hours:
        return _("%(teacher)s (outside the working hours)") % {"teacher": name}
    return name


def _busy_text(candidate: Candidate, reason: str) -> str:
    name = str(candidate.teacher)
    return reason if reason.startswith(name) else f"{name}: {reason}"


def _lesson_text(group: Sequence[Lesson]) -> str:
    """Return “Mon 5 Jan, 16:00–17:00 · Ana, Leo · Piano”."""
    lesson = group[0]
    when = with_zone(f"{capfirst(short_day(lesson.day))}, {lesson.hours}", lesson.zone)
    parts = (when, ", ".join(each.student for each in group), lesson.subject)
    return " · ".join(filter(None, parts))


class FindSubstituteForm(SubstitutesForm):
    """The substitutes for lessons; the hidden field has their references."""

    references = forms.CharField(widget=forms.HiddenInput, max_length=20_000)

    def initial_values(self) -> dict[str, Any]:
        return {"references": self.asked.get("references", "")}

    def lessons(self, values: Mapping[str, Any], now: datetime) -> Sequence[Lesson]:
        return find_lessons(values.get("references", "").split(",")[:MAX_LESSONS], now)

    def change(self) -> ScheduleChange:
        return GiveToSubstitutes(self.substitutes)


class SubstituteActionMixin(MixinBase):
    """Adds the page “Find a substitute”, and the action of the list that leads to it."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.substitute_view)
        own = path("substitute/", view, name="scheduling_scheduledclass_substitute")
        return [own, *super().get_urls()]

    def has_substitute_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may change any class and sees when all teachers are free."""
        return may_change_classes(request.user) and may_find_times(request.user)

    @admin.action(permissions=["substitute"], description=gettext_lazy("Find a substitute…"))
    def substitute(
        self, request: HttpRequest, rows: QuerySet[ScheduledClass]
    ) -> HttpResponseRedirect | None:
        """Redirect to the page."""
        ids = list(rows.order_by("starts_at", "id").values_list("pk", flat=True)[: MAX_LESSONS + 1])
        if len(ids) > MAX_LESSONS:
            text = _("More than %(most)d classes are selected. Select fewer.")
            messages.error(request, text % {"most": MAX_LESSONS})
            return None
        return HttpResponseRedirect(substitute_url(*ids))

    def substitute_view(self, request: HttpRequest) -> HttpResponse:
        """Choose substitutes, preview and apply."""
        if not self.has_substitute_permission(request):
            raise PermissionDenied
        values = request.POST if request.method == "POST" else request.GET
        references = values.get("references", "").split(",")
        page = reverse("admin:scheduling_scheduledclass_changelist")
        lessons = find_lessons(references[:MAX_LESSONS], timezone.now())
        if not lessons:
            text = ngettext(
                "This class has no teacher, or does not take place.",
                "These classes have no teacher, or do not take place.",
                len(references),
            )
            messages.error(request, text)
            return HttpResponseRedirect(page)
        row = None
        if len(references) == 1 and references[0].isdigit():
            row = ScheduledClass.objects.select_related("student").get(pk=references[0])
            page = class_url(row.pk)
        return change_page(
            request,
            ChangePage(
                title=_("Find a substitute"),
                intro=_(
                    "Teachers who are free then are offered. The schedule stays as it is: the "
                    "next week is the regular teacher's again. No run changes these classes."
                ),
                button=_("Give the classes to them"),
                row=row or ScheduledClass(),
                row_label=str(row) if row else "",
                form=partial(FindSubstituteForm, asked=values),
                next_address=lambda change_plan: page,
                notifies=is_offered(),
                back=page,
            ),
        )
