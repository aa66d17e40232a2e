"""“Ill…”: cancels a teacher's classes and notifies the families, in two clicks for today."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduling.admin.core.notices import listed
from scheduling.domain.wallclock import is_zone, zone_of
from scheduling.domain.windows import WEEK
from scheduling.jobs.notifications.notices import notices_about
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.models import Teacher
from scheduling.models.fields import LineInput
from scheduling.selectors.messages import DeliveryReport, cancellation_report
from scheduling.selectors.people_lists import has_classes_ahead
from scheduling.selectors.studio import studio_today
from scheduling.services.notices import author_of, is_offered
from scheduling.services.schedule_changes import (
    ChangePlan,
    ScheduleChange,
    TeacherAbsence,
    cancelled_for,
)
from scheduling.services.schedule_changes.plan_text import SUBSTITUTED, kind_of_line
from scheduling.services.substitutes import Lesson, lessons_of

from .forms import day_field
from .plan_page import ChangePage, change_page
from .substitutes import CHOOSE, SubstitutesForm
from .views import EndPersonMixin
from .zones import ZoneChangeMixin

# How far ahead substitutes are looked for.
LONGEST = 12 * WEEK


class AbsenceForm(SubstitutesForm):
    """The days of a teacher's absence, and the substitutes for the lessons of these days."""

    keep = gettext_lazy("cancel it")

    first = day_field(gettext_lazy("First day"))
    last = day_field(gettext_lazy("Last day"))
    name = LineInput(
        label=gettext_lazy("Reason"),
        max_length=150,
        initial=gettext_lazy("Teacher absent"),
        help_text=gettext_lazy(
            "Shown on the cancelled classes and in calendar feeds. The e-mail does not contain it."
        ),
    )

    def initial_values(self) -> dict[str, Any]:
        asked = {name: self.asked[name] for name in ("first", "last", "name") if name in self.asked}
        return {"first": self.today, "last": self.today} | asked

    def lessons(self, values: Mapping[str, Any], now: datetime) -> Sequence[Lesson]:
        first, last = (self._day(values.get(name)) for name in ("first", "last"))
        return lessons_of(self.row, first, max(first, last), now)

    def _day(self, value: Any) -> date:
        """Return a date at most twelve weeks away; today if the value cannot be read."""
        try:
            day: date = self.fields["first"].clean(value)
        except ValidationError:
            return self.today
        return max(self.today - LONGEST, min(day, self.today + LONGEST))

    def change(self) -> ScheduleChange:
        data = self.cleaned_data
        days = data["first"], data["last"]
        return TeacherAbsence(self.row, *days, data["name"], self.substitutes)


class TeacherAbsenceMixin(ZoneChangeMixin, EndPersonMixin):
    """“Ill…”, “Change the time zone…” and “Leaves…” of a teacher."""

    change_names = ("end", "ill", "zone")

    def change_links(self, row: Any) -> list[tuple[str, str]]:
        titles = {"ill": _("Ill…"), "zone": _("Change the time zone…")}
        links = [(self.change_address(name, row.pk), title) for name, title in titles.items()]
        return [*links, *super().change_links(row)]

    def has_moving_classes(self, row: Any) -> bool:
        return has_classes_ahead("teacher", row, timezone.now())

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if hasattr(request, "new_zone") and getattr(request, "deactivates", False):
            text = _("The time zone is still %(zone)s: change it afterwards.")
            messages.warning(request, text % {"zone": obj.time_zone})
            del request.new_zone
        return super().response_change(request, obj)

    def ill_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Preview and apply the absence, and e-mail the families."""
        teacher = self.get_changeable_row(request, object_id)
        if not request.user.has_perms(
            ["scheduling.add_closure", "scheduling.change_scheduledclass"]
        ):
            raise PermissionDenied
        today, is_choosing = today_of(teacher), CHOOSE in request.GET

        def report(values: dict[str, Any]) -> DeliveryReport:
            classes = cancelled_for(teacher, values["first"], values["last"], timezone.now())
            return cancellation_report(classes)

        def still_concerned(change_plan: ChangePlan) -> bool:
            author_id = author_of(request.user)
            found = notices_about(change_plan.changes, timezone.now(), author_id)
            return is_offered() and bool(found.notices)

        def other_button(
            change_plan: ChangePlan, lines: Sequence[ResultLine], values: dict[str, Any]
        ) -> str:
            given = sum(kind_of_line(line) == SUBSTITUTED for line in lines)
            if given:
                every = given == len(lines)
                return _("Hand over the classes") if every else _("Hand over and cancel")
            if lines:
                return ""
            is_entered = TeacherAbsence(teacher, values["first"], values["last"]).is_entered()
            return _("Tell the families") if is_entered else _("Close these days")

        def is_needless(
            change_plan: ChangePlan, lines: Sequence[ResultLine], values: dict[str, Any]
        ) -> bool:
            if lines or not TeacherAbsence(teacher, values["first"], values["last"]).is_entered():
                return False
            found = report(values)
            return not (found.waiting or found.undelivered or still_concerned(change_plan))

        return change_page(
            request,
            ChangePage(
                title=_("Ill"),
                intro=_(
                    "Classes of these days that have not begun are cancelled at once, or given to "
                    "substitutes. Cancelled classes that were not changed by hand are restored "
                    "when the closure is deleted."
                ),
                button=_("Cancel the classes"),
                other_button=other_button,
                row=teacher,
                form=partial(AbsenceForm, asked=request.GET if is_choosing else None),
                next_address=lambda change_plan: self.row_address(teacher.pk),
                is_danger=True,
                preview_at_once=not is_choosing,
                today=today,
                notifies=is_offered(),
                notes=lambda change_plan, values: _pending(report(values)),
                is_needless=is_needless,
                follow_up=lambda values: _show_delivery(request, report(values)),
            ),
        )


def today_of(teacher: Teacher) -> date:
    """Return today's date in the teacher's zone, in which closures of the teacher are read."""
    if not is_zone(teacher.time_zone):
        return studio_today()
    return timezone.localdate(timezone.now(), zone_of(teacher.time_zone))


def _pending(report: DeliveryReport) -> list[str]:
    """Describe earlier e-mails that are still queued or may not have arrived."""
    sentences = []
    if report.waiting:
        text = ngettext(
            "%(n)d e-mail waits to be sent.", "%(n)d e-mails wait to be sent.", report.waiting
        )
        sentences.append(text % {"n": report.waiting})
    if report.undelivered:
        text = _("The e-mail may not have arrived: %(names)s.")
        sentences.append(text % {"names": listed(report.undelivered)})
    return sentences


def _show_delivery(request: HttpRequest, report: DeliveryReport) -> None:
    if report.sent:
        text = ngettext(
            "%(n)d e-mail was sent before.", "%(n)d e-mails were sent before.", report.sent
        )
        messages.info(request, text % {"n": report.sent})
    if report.undelivered:
        text = _(
            "The e-mail may not have arrived: %(names)s. Call them, or send it again on the "
            "page of the student."
        )
        messages.error(request, text % {"names": listed(report.undelivered)})
