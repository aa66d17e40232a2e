"""Saving a schedule in the admin applies its plan after the commit, and says what it did."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.domain.outcomes import Outcome
from scheduling.selectors.studio import studio_day
from scheduling.services.schedules.apply_changes import ApplyResult, apply_change
from scheduling.text.dates import number_text, with_dates_written_out

from .permissions import may_see_everyone, may_see_jobs


def apply_after_commit(
    request: HttpRequest, *, students: Iterable[int] = (), teachers: Iterable[int] = ()
) -> None:
    """Bring the classes of these people up to date once the save is committed."""
    transaction.on_commit(partial(_apply, request, tuple(students), tuple(teachers)))


def _apply(request: HttpRequest, students: tuple[int, ...], teachers: tuple[int, ...]) -> None:
    _report(request, apply_change(student_ids=students, teacher_ids=teachers, **_how(request)))


def _how(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    return {
        "today": studio_day(now),
        "clock": timezone.now,
        "triggered_by": request.user.get_username(),
    }


def _report(request: HttpRequest, applied: ApplyResult) -> None:
    if applied.error:
        text = _("Saved, but the classes are not up to date yet: %(error)s The next run does it.")
        messages.warning(request, text % {"error": applied.error})
        return
    if parts := _summary(applied):
        messages.info(request, _("Classes: %(changes)s.") % {"changes": ", ".join(parts)})
    if applied.conflicts():
        _report_conflicts(request, applied)


def _report_conflicts(request: HttpRequest, applied: ApplyResult) -> None:
    """The first of them in words, and the way to it and to the run that names all."""
    conflicts = applied.conflicts()
    text = ngettext(
        "%(n)s class clashes with another lesson.",
        "%(n)s classes clash with other lessons.",
        len(conflicts),
    )
    first = conflicts[0]
    named = with_dates_written_out(f"{first.student}, {first.day}: {first.reason}.")
    said = [text % {"n": number_text(len(conflicts))}, named]
    links = []
    if may_see_everyone(request.user) and first.series is not None:
        page = [first.series.kind.value, first.series.id, str(first.day)]
        links.append((reverse("admin:conflict", args=page), _("Resolve…")))
    # The last one to meet any: what found a place after all is in those before it.
    runs = [result.run_id for result in applied.results if result.conflicts][-1:]
    if may_see_jobs(request.user) and runs and runs[0] is not None:
        links.append((reverse("admin:background_jobs_run", args=[runs[0]]), _("Show the run")))
    anchors = format_html_join(" ", '<a href="{}">{}</a>', links)
    messages.warning(request, format_html("{} {}", " ".join(said), anchors))


def _summary(applied: Any) -> list[str]:
    words = {
        Outcome.CREATED: _("%(n)d created"),
        Outcome.MOVED: _("%(n)d moved"),
        Outcome.REMOVED: _("%(n)d removed"),
        Outcome.CANCELLED: _("%(n)d cancelled"),
        Outcome.RESTORED: _("%(n)d restored"),
    }
    return [text % {"n": n} for outcome, text in words.items() if (n := applied.count(outcome))]
