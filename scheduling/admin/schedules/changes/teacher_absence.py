"""“Ill today”: a teacher's day is cancelled and the families are told, in two clicks."""

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
from scheduling.selectors.people import addresses_of
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

MOST_NAMED = 10


class TeacherAbsenceMixin(ZoneChangeMixin, EndPersonMixin):
    """“Ill today…”, “Change the time zone…” and “End…” of a teacher."""

    acts = ("end", "ill", "zone")

    def living_links(self, row: Any) -> list[tuple[str, str]]:
        titles = {"ill": _("Ill today…"), "zone": _("Change the time zone…")}
        own = [(self.change_address(act, row.pk), title) for act, title in titles.items()]
        return [*own, *super().living_links(row)]

    def has_moving_classes(self, row: Any) -> bool:
        return has_classes_ahead("teacher", row, timezone.now())

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if hasattr(request, "new_zone") and getattr(request, "deactivates", False):
            text = _("The time zone is still %(zone)s: change it afterwards.")
            messages.warning(request, text % {"zone": obj.time_zone})
            del request.new_zone
        return super().response_change(request, obj)

    def ill_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Today's classes, and who is told; then it is done."""
        teacher = self.about(request, object_id)
        if not request.user.has_perms(
            ["scheduling.add_closure", "scheduling.change_scheduledclass"]
        ):
            raise PermissionDenied
        today = today_of(teacher)

        def cancelled(asked: dict[str, Any]) -> list[ScheduledClass]:
            return cancelled_for(teacher, today, asked["last"], timezone.now())

        def tell(asked: dict[str, Any]) -> None:
            classes = cancelled(asked)
            queued = email_families(classes, timezone.now())
            _say(request, queued, notices_of(classes))

        def whom(change_plan: ChangePlan, asked: dict[str, Any]) -> list[str]:
            return [*_whom(change_plan), *_became_of(notices_of(cancelled(asked)))]

        def only_closes(because: Sequence[ResultLine], asked: dict[str, Any]) -> str:
            if because or TeacherAbsence(teacher, today, asked["last"]).is_entered():
                return ""
            return _("Close these days")

        def nothing_left(because: Sequence[ResultLine], asked: dict[str, Any]) -> bool:
            if because or not TeacherAbsence(teacher, today, asked["last"]).is_entered():
                return False
            return notices_of(cancelled(asked)).are_sent

        return change_page(
            request,
            ChangePage(
                title=_("Ill today"),
                intro=_(
                    "Classes of these days that have not begun are cancelled at once, and each "
                    "family is told by e-mail, in its language. What nobody changed by hand comes "
                    "back when the closure is taken away."
                ),
                button=_("Cancel the classes and tell the families"),
                idle=only_closes,
                about=teacher,
                form=AbsenceForm,
                after=lambda change_plan: self.row_address(teacher.pk),
                is_danger=True,
                at_once=True,
                today=today,
                notes=whom,
                needless=nothing_left,
                then=tell,
            ),
        )


def today_of(teacher: Teacher) -> date:
    """Today by the teacher's clock: that is the one by which their day is closed."""
    if not is_zone(teacher.time_zone):
        return studio_today()
    return timezone.localdate(timezone.now(), zone_of(teacher.time_zone))


def _whom(change_plan: ChangePlan) -> list[str]:
    """Who would be told, and who can't be."""
    students = {
        line.student_id: line.student
        for line in change_plan.of(Outcome.CANCELLED)
        if line.student_id is not None
    }
    if not students:
        return []
    reached = {pk for pk, address in addresses_of(students).items() if address}
    n = len(reached)
    text = ngettext("%(n)d family will be told.", "%(n)d families will be told.", n) % {"n": n}
    return [text, *_unreached([name for pk, name in students.items() if pk not in reached])]


def _unreached(names: list[str]) -> list[str]:
    if not names:
        return []
    return [_("Without an e-mail address: %(names)s.") % {"names": _listed(names)}]


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    shown = names[:MOST_NAMED]
    if more > 0:
        shown.append(ngettext("%(n)d more", "%(n)d more", more) % {"n": more})
    return str(get_text_list(shown, _("and")))


def _became_of(notices: DeliveryReport) -> list[str]:
    """What became of the e-mails that were queued before."""
    said = []
    if notices.waiting:
        text = ngettext(
            "%(n)d e-mail waits to be sent.", "%(n)d e-mails wait to be sent.", notices.waiting
        )
        said.append(text % {"n": notices.waiting})
    if notices.undelivered:
        text = _("The e-mail may not have arrived: %(names)s.")
        said.append(text % {"names": _listed(notices.undelivered)})
    return said


def _say(request: HttpRequest, queued: int, notices: DeliveryReport) -> None:
    if queued:
        text = ngettext("%(n)d e-mail queued.", "%(n)d e-mails queued.", queued)
        messages.success(request, text % {"n": queued})
    if notices.sent:
        text = ngettext(
            "%(n)d family had been told before.",
            "%(n)d families had been told before.",
            notices.sent,
        )
        messages.info(request, text % {"n": notices.sent})
    for text in _unreached(notices.without_address):
        messages.warning(request, text + " " + _("Call them."))
    if notices.undelivered:
        text = _(
            "The e-mail may not have arrived: %(names)s. Call them, or send it again on the "
            "page of the student."
        )
        messages.error(request, text % {"names": _listed(notices.undelivered)})
