"""The part of a response that reports the classes created and a warning."""

from collections.abc import Collection
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework.request import Request

from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey
from scheduling.selectors.studio import studio_today
from scheduling.services.schedules.apply_changes import ApplyResult


def apply_context(request: Request) -> dict[str, Any]:
    """Return the arguments of ``apply_change`` that depend on the request: day, clock, user."""
    return {
        "today": studio_today(),
        "clock": timezone.now,
        "triggered_by": str(request.user),
    }


def with_created(
    applied: ApplyResult,
    series: Collection[SeriesKey] | None = None,
    others: Collection[str] = (),
) -> dict[str, Any]:
    """Return ``classesCreated`` and, if there is something to say, a ``warning``."""
    return {"classes_created": applied.count(Outcome.CREATED)} | warning(applied, series, others)


def warning(
    applied: ApplyResult,
    series: Collection[SeriesKey] | None = None,
    others: Collection[str] = (),
) -> dict[str, Any]:
    """Return a ``warning`` with the work that remains and ``others``, or an empty dictionary.

    Only conflicts of ``series``, the changed ones, are reported; ``None`` reports all conflicts.
    """
    sentences = []
    if applied.already_running:
        sentences.append(_("Saved. Another run is active; the next one applies this change."))
    if applied.is_under_way and not applied.error:
        sentences.append(_("Saved. The classes follow in the background."))
    if errors := applied.errors:
        text = _(
            "Saved, but the classes are not up to date yet: %(error)s The next run will update "
            "them."
        )
        sentences.append(text % {"error": errors[0]})
    if conflicts := applied.conflicts(series):
        sentences.append(_conflicts(len(conflicts), conflicts[0]))
    sentences += others
    return {"warning": " ".join(sentences)} if sentences else {}


def _conflicts(count: int, first: Any) -> str:
    text = ngettext(
        "%(n)d class clashes with another lesson: %(student)s, %(date)s %(time)s: %(reason)s.",
        "%(n)d classes clash with other lessons, the first: %(student)s, %(date)s %(time)s: "
        "%(reason)s.",
        count,
    )
    return text % {
        "n": count,
        "student": first.student,
        "date": first.day,
        "time": f"{first.start_time:%H:%M}",
        "reason": first.reason,
    }
