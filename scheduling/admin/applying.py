"""Saving a schedule in the admin applies its plan after the commit, and says what it did."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.domain.outcomes import Outcome
from scheduling.services.changes import Applied, apply_change
from scheduling.services.moments import studio_day


def apply_after_commit(
    request: HttpRequest, *, students: Iterable[int] = (), teachers: Iterable[int] = ()
) -> None:
    """Bring the classes of these people up to date once the save is committed."""
    transaction.on_commit(partial(_apply, request, tuple(students), tuple(teachers)))


def _apply(request: HttpRequest, students: tuple[int, ...], teachers: tuple[int, ...]) -> None:
    _say(request, apply_change(student_ids=students, teacher_ids=teachers, **_how(request)))


def _how(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    return {
        "today": studio_day(now),
        "clock": timezone.now,
        "triggered_by": request.user.get_username(),
    }


def _say(request: HttpRequest, applied: Applied) -> None:
    if applied.error:
        text = _("Saved, but the classes are not up to date yet: %(error)s The next run does it.")
        messages.warning(request, text % {"error": applied.error})
        return
    if parts := _said(applied):
        messages.info(request, _("Classes: %(changes)s.") % {"changes": ", ".join(parts)})
    if conflicts := len(applied.conflicts()):
        text = ngettext(
            "%(n)d class has no place because of a conflict; the run's page names it.",
            "%(n)d classes have no place because of conflicts; the run's page names them.",
            conflicts,
        )
        messages.warning(request, text % {"n": conflicts})


def _said(applied: Any) -> list[str]:
    words = {
        Outcome.CREATED: _("%(n)d created"),
        Outcome.MOVED: _("%(n)d moved"),
        Outcome.REMOVED: _("%(n)d removed"),
        Outcome.CANCELLED: _("%(n)d cancelled"),
        Outcome.RESTORED: _("%(n)d restored"),
    }
    return [text % {"n": n} for outcome, text in words.items() if (n := applied.count(outcome))]
