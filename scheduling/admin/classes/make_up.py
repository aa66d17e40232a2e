"""“Schedule a make-up…”, for a cancelled class with an owed make-up."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.core.display.links import find_time_url, may_find_times
from scheduling.admin.core.mixins import MixinBase
from scheduling.admin.core.room_field import given_room, offer_rooms
from scheduling.models import Room, ScheduledClass, Teacher
from scheduling.models.studio import foreign_zone
from scheduling.selectors.studio import studio_today
from scheduling.services.classes import make_ups
from scheduling.services.schedules.closures import closed_day_of


class MakeUpForm(forms.Form):
    """The date, start, teacher and room of a make-up, which is as long as the cancelled class."""

    date = forms.DateField(
        label=gettext_lazy("Date"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    start_time = forms.TimeField(
        label=gettext_lazy("Start time"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    teacher = forms.ModelChoiceField(
        Teacher.objects.filter(is_active=True),
        label=gettext_lazy("Another teacher"),
        required=False,
        help_text=gettext_lazy("Empty: the teacher of the cancelled class."),
    )
    room = forms.ModelChoiceField(
        Room.objects.none(),
        label=gettext_lazy("Room"),
        required=False,
        empty_label=gettext_lazy("no room"),
    )

    def __init__(self, data: Any, cancelled_class: ScheduledClass) -> None:
        super().__init__(data, initial={"room": cancelled_class.room_id})
        offer_rooms(self, cancelled_class.room_id)


class MakeUpActionMixin(MixinBase):
    """Adds the action to the list of classes."""

    @admin.action(permissions=["edit"], description=gettext_lazy("Schedule a make-up…"))
    def make_up(self, request: HttpRequest, rows: QuerySet[ScheduledClass]) -> HttpResponse | None:
        """Show a form, then store the make-up as a one-off class."""
        found: Sequence[ScheduledClass] = list(rows[:2])
        if len(found) != 1:
            messages.error(request, _("Choose one cancelled class."))
            return None
        (cancelled_class,) = found
        try:
            make_ups.refuse_lost(cancelled_class, studio_today())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return None
        data = request.POST if "start_time" in request.POST else None
        form = MakeUpForm(data, cancelled_class)
        if form.is_bound and form.is_valid():
            try:
                make_up = make_ups.schedule(
                    cancelled_class.pk,
                    to_date=form.cleaned_data["date"],
                    start_time=form.cleaned_data["start_time"],
                    teacher=form.cleaned_data["teacher"],
                    **given_room(form),
                    now=timezone.now(),
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("Make-up: %(lesson)s.") % {"lesson": make_up})
                if closed := closed_day_of(make_up):
                    messages.warning(request, closed)
                return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Schedule a make-up"),
            "opts": ScheduledClass._meta,
            "rows": [cancelled_class],
            "zone": foreign_zone(cancelled_class.time_zone),
            "last_day": make_ups.last_day(cancelled_class),
            "cancelled_class": cancelled_class,
            "form": form,
            "find": _find_url(cancelled_class) if may_find_times(request.user) else "",
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/scheduling/scheduledclass/make_up.html", context)


def _find_url(lost: ScheduledClass) -> str:
    """Return “Find a time” for a make-up, with the room of the lost class if it is offered."""
    room = lost.room_id if lost.room and lost.room.is_active else ""
    return find_time_url(lost.teacher_id, make_up=lost.pk, room=room)
