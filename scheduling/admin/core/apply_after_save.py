"""Application of a schedule's plan after it was saved in the admin."""

from collections.abc import Iterable
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.domain.outcomes import Outcome
from scheduling.models import FixedSchedule, RecurringSlot
from scheduling.selectors.studio import studio_day
from scheduling.services.notices import KnownLessons, author_of, notify_of_lessons
from scheduling.services.schedules.apply_changes import ApplyResult, apply_change
from scheduling.services.schedules.working_hours import outside_hours
from scheduling.text.dates import number_text, with_dates_written_out

from .notices import show_notified
from .permissions import may_see_everyone, may_see_jobs


def warn_outside_hours(
    request: HttpRequest, rules: Iterable[FixedSchedule | RecurringSlot]
) -> None:
    """Warn of each of ``rules`` that is outside its teacher's working hours."""
    for text in outside_hours(rules, studio_day(timezone.now())):
        messages.warning(request, text)


def apply_after_commit(
    request: HttpRequest,
    *,
    students: Iterable[int] = (),
    teachers: Iterable[int] = (),
    known: KnownLessons | None = None,
) -> None:
    """Bring the classes of these people up to date once the save is committed.

    Families and teachers are notified of what differs from the ``known`` lessons.
    """
    transaction.on_commit(partial(_apply, request, tuple(students), tuple(teachers), known))


def _apply(
    request: HttpRequest,
    students: tuple[int, ...],
    teachers: tuple[int, ...],
    known: KnownLessons | None,
) -> None:
    now = timezone.now()
    result = apply_change(
        student_ids=students,
        teacher_ids=teachers,
        today=studio_day(now),
        clock=timezone.now,
        triggered_by=request.user.get_username(),
    )
    _report(request, result)
    if known is not None:
        show_notified(request, notify_of_lessons(known, now, author_of(request.user)))


def _report(request: HttpRequest, applied: ApplyResult) -> None:
    if applied.error:
        text = _(
            "Saved, but the classes are not up to date yet: %(error)s The next run will update "
            "them."
        )
        messages.warning(request, text % {"error": applied.error})
        return
    if parts := _summary(applied):
        messages.info(request, _("Classes: %(changes)s.") % {"changes": ", ".join(parts)})
    if applied.conflicts():
        _report_conflicts(request, applied)


def _report_conflicts(request: HttpRequest, applied: ApplyResult) -> None:
    """Warn of the conflicts: the first in words, with links to it and to the run that lists all."""
    conflicts = applied.conflicts()
    text = ngettext(
        "%(n)s class clashes with another lesson.",
        "%(n)s classes clash with other lessons.",
        len(conflicts),
    )
    first = conflicts[0]
    example = with_dates_written_out(f"{first.student}, {first.day}: {first.reason}.")
    sentences = [text % {"n": number_text(len(conflicts))}, example]
    links = []
    if may_see_everyone(request.user) and first.series is not None:
        page = [first.series.kind.value, first.series.id, str(first.day)]
        links.append((reverse("admin:conflict", args=page), _("Resolve…")))
    # The last run with conflicts: those of earlier runs may have been resolved since.
    runs = [result.run_id for result in applied.results if result.conflicts][-1:]
    if may_see_jobs(request.user) and runs and runs[0] is not None:
        links.append((reverse("admin:background_jobs_run", args=[runs[0]]), _("Show the run")))
    anchors = format_html_join(" ", '<a href="{}">{}</a>', links)
    messages.warning(request, format_html("{} {}", " ".join(sentences), anchors))


def _summary(applied: ApplyResult) -> list[str]:
    texts = {
        Outcome.CREATED: _("%(n)d created"),
        Outcome.MOVED: _("%(n)d moved"),
        Outcome.REMOVED: _("%(n)d removed"),
        Outcome.CANCELLED: _("%(n)d cancelled"),
        Outcome.RESTORED: _("%(n)d restored"),
    }
    return [text % {"n": n} for outcome, text in texts.items() if (n := applied.count(outcome))]
