"""“Ill today”: cancels a teacher's classes and notifies the families, in two clicks."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.domain.outcomes import Outcome
from scheduling.domain.wallclock import is_zone, zone_of
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.models import ScheduledClass, Teacher
from scheduling.selectors.families import notice_readers
from scheduling.selectors.people_lists import has_classes_ahead
from scheduling.selectors.studio import studio_today
from scheduling.services.classes.cancellation_emails import (
    DeliveryReport,
    cancelled_for,
    email_families,
    notices_of,
)
from scheduling.services.schedule_changes import ChangePlan, TeacherAbsence

from .forms import AbsenceForm
from .plan_page import ChangePage, change_page
from .views import EndPersonMixin
from .zones import ZoneChangeMixin

MAX_NAMED = 10


class TeacherAbsenceMixin(ZoneChangeMixin, EndPersonMixin):
    """“Ill today…”, “Change the time zone…” and “End…” of a teacher."""

    change_names = ("end", "ill", "zone")

    def change_links(self, row: Any) -> list[tuple[str, str]]:
        titles = {"ill": _("Ill today…"), "zone": _("Change the time zone…")}
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
        today = today_of(teacher)

        def cancelled_classes(values: dict[str, Any]) -> list[ScheduledClass]:
            return cancelled_for(teacher, today, values["last"], timezone.now())

        def notify_families(values: dict[str, Any]) -> None:
            classes = cancelled_classes(values)
            queued = email_families(classes, timezone.now())
            _show_delivery(request, queued, notices_of(classes))

        def notes(change_plan: ChangePlan, values: dict[str, Any]) -> list[str]:
            report = notices_of(cancelled_classes(values))
            return [*_recipients(change_plan), *_pending(report)]

        def other_button(lines: Sequence[ResultLine], values: dict[str, Any]) -> str:
            if lines or TeacherAbsence(teacher, today, values["last"]).is_entered():
                return ""
            return _("Close these days")

        def is_needless(lines: Sequence[ResultLine], values: dict[str, Any]) -> bool:
            if lines or not TeacherAbsence(teacher, today, values["last"]).is_entered():
                return False
            return notices_of(cancelled_classes(values)).are_sent

        return change_page(
            request,
            ChangePage(
                title=_("Ill today"),
                intro=_(
                    "Classes of these days that have not begun are cancelled at once, and each "
                    "family is told by e-mail in its language. Classes that were not changed by "
                    "hand are restored when the closure is deleted."
                ),
                button=_("Cancel the classes and tell the families"),
                other_button=other_button,
                row=teacher,
                form=AbsenceForm,
                next_address=lambda change_plan: self.row_address(teacher.pk),
                is_danger=True,
                preview_at_once=True,
                today=today,
                notes=notes,
                is_needless=is_needless,
                follow_up=notify_families,
            ),
        )


def today_of(teacher: Teacher) -> date:
    """Return today's date in the teacher's zone, in which closures of the teacher are read."""
    if not is_zone(teacher.time_zone):
        return studio_today()
    return timezone.localdate(timezone.now(), zone_of(teacher.time_zone))


def _recipients(change_plan: ChangePlan) -> list[str]:
    """Return how many families would be e-mailed, and the names without an address."""
    students = {
        line.student_id: line.student
        for line in change_plan.of(Outcome.CANCELLED)
        if line.student_id is not None
    }
    if not students:
        return []
    readers = notice_readers(students)
    n = sum(bool(found) for found in readers.values())
    text = ngettext("%(n)d family will be told.", "%(n)d families will be told.", n) % {"n": n}
    missing = [name for pk, name in students.items() if readers.get(pk) == []]
    return [text, *_without_address(missing)]


def _without_address(names: list[str]) -> list[str]:
    if not names:
        return []
    return [_("Without an e-mail address: %(names)s.") % {"names": _listed(names)}]


def _listed(names: list[str]) -> str:
    more = len(names) - MAX_NAMED
    shown = names[:MAX_NAMED]
    if more > 0:
        shown.append(ngettext("%(n)d more", "%(n)d more", more) % {"n": more})
    return str(get_text_list(shown, _("and")))


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
        sentences.append(text % {"names": _listed(report.undelivered)})
    return sentences


def _show_delivery(request: HttpRequest, queued: int, report: DeliveryReport) -> None:
    if queued:
        text = ngettext("%(n)d e-mail queued.", "%(n)d e-mails queued.", queued)
        messages.success(request, text % {"n": queued})
    if report.sent:
        text = ngettext(
            "%(n)d family had been told before.",
            "%(n)d families had been told before.",
            report.sent,
        )
        messages.info(request, text % {"n": report.sent})
    for text in _without_address(report.without_address):
        messages.warning(request, text + " " + _("Call them."))
    if report.undelivered:
        text = _(
            "The e-mail may not have arrived: %(names)s. Call them, or send it again on the "
            "page of the student."
        )
        messages.error(request, text % {"names": _listed(report.undelivered)})
