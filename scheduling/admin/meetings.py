"""A student's weekly meetings, inline, each refusal beside its field."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext as _

from scheduling.models import FixedSchedule
from scheduling.selectors.rivals import overlap, rivals_of

# What a meeting's place in the week follows from: who changes nothing of it is not held up.
TIMING = frozenset(
    {
        "weekday",
        "start_time",
        "end_time",
        "teacher",
        "interval_weeks",
        "is_shared",
        "valid_from",
        "valid_until",
    }
)


class MeetingFormSet(BaseInlineFormSet):
    """Refuses two meetings of the student at once, and one at which the teacher is taken."""

    def clean(self) -> None:
        super().clean()
        rows = [
            form
            for form in self.forms
            if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        moved = [form for form in rows if not TIMING.isdisjoint(form.changed_data)]
        for form in moved:
            self._refuse_own(form, [other for other in rows if other is not form])
        rivals = rivals_of([form.instance for form in moved])
        for form, rival in zip(moved, rivals, strict=True):
            if rival is not None:
                text = _("%(teacher)s already teaches then: %(other)s.")
                _refuse(form, text % {"teacher": form.instance.teacher, "other": rival})

    def _refuse_own(self, form: Any, others: list[Any]) -> None:
        for other in others:
            if overlap(form.instance, other.instance):
                text = _("This student already has a meeting then: %(other)s.")
                _refuse(form, text % {"other": _words(other.instance)})
                return


def _refuse(form: Any, text: str) -> None:
    form.add_error("start_time", ValidationError(text, code="overlap"))


def _words(meeting: FixedSchedule) -> str:
    hours = f"{meeting.start_time:%H:%M}–{meeting.end_time:%H:%M}"
    return f"{meeting.get_weekday_display()} {hours}"


class FixedScheduleInline(admin.TabularInline):
    model = FixedSchedule
    formset = MeetingFormSet
    extra = 0
    autocomplete_fields = ("teacher",)
    fields = (
        "weekday",
        "start_time",
        "end_time",
        "teacher",
        "subject",
        "interval_weeks",
        "is_shared",
        "valid_from",
        "valid_until",
    )
