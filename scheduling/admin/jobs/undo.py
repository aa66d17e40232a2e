"""The page ``…/runs/<id>/undo/``: the classes to remove and to keep, and the button."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.admin.core.display.links import Links, links_for
from scheduling.admin.core.display.result_table import rows_of_lines
from scheduling.jobs.execution.undo import RunPrunedError, UndoResult, preview_undo, undo
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.models import Job, JobRun
from scheduling.text.dates import number_text

from .decorators import form_view, rendered

MAX_LINES = 100
MAX_SCHEDULES = 12


@form_view
def undo_page(request: HttpRequest, run_id: int) -> HttpResponse:
    """Preview the undo (GET) or undo the run (POST)."""
    run = get_object_or_404(JobRun, pk=run_id)
    back = reverse("admin:background_jobs_run", args=[run.pk])
    try:
        if request.method == "POST":
            done = undo(run, by=request.user.get_username(), clock=timezone.now)
            (messages.success if done.removed_count else messages.warning)(request, done.message)
            return HttpResponseRedirect(back)
        found = preview_undo(run, timezone.now())
    except AlreadyRunningError as error:
        text = _("Run %(number)d is active: wait for its end, or cancel it.")
        messages.warning(request, text % {"number": error.run.pk})
        return HttpResponseRedirect(back)
    except RunPrunedError:
        messages.warning(
            request, _("The log of this run has been deleted: the run can no longer be undone.")
        )
        return HttpResponseRedirect(reverse("admin:background_jobs"))
    return _page(request, run, found)


def _page(request: HttpRequest, run: JobRun, found: UndoResult) -> HttpResponse:
    links = links_for(request)
    schedules = _schedules(found.removed, links)
    context: dict[str, Any] = {
        "run": run,
        "job": Job(run.job).label,
        "sentence": _sentence(found),
        "detail": _detail(found),
        "removed": rows_of_lines(found.removed[:MAX_LINES], links),
        "removed_count": number_text(found.removed_count),
        "removed_more": found.removed_count > MAX_LINES,
        "kept": rows_of_lines(found.kept[:MAX_LINES], links),
        "kept_count": number_text(found.kept_count),
        "kept_more": found.kept_count > MAX_LINES,
        "schedules": schedules[:MAX_SCHEDULES],
        "schedules_more": _more(found, len(schedules)),
        "shown": number_text(MAX_LINES),
        "nothing": not found.removed_count,
    }
    return rendered(request, "undo", _("Undo"), context)


def _sentence(found: UndoResult) -> str:
    if not found.removed_count:
        return _("There is nothing to undo.")
    n = found.removed_count
    if found.run.job == Job.HORIZON:
        text = ngettext("This would remove %(n)s lesson.", "This would remove %(n)s lessons.", n)
    else:
        text = ngettext("This would remove %(n)s class.", "This would remove %(n)s classes.", n)
    return text % {"n": number_text(n)}


def _detail(found: UndoResult) -> str:
    sentences = []
    if found.kept_count:
        text = ngettext(
            "%(n)s is kept, because it was edited by hand or has begun.",
            "%(n)s are kept, because they were edited by hand or have begun.",
            found.kept_count,
        )
        sentences.append(text % {"n": number_text(found.kept_count)})
    if found.gone:
        text = ngettext("%(n)s no longer exists.", "%(n)s no longer exist.", found.gone)
        sentences.append(text % {"n": number_text(found.gone)})
    if found.removed_count:
        sentences.append(
            _("The next run creates the removed ones again unless the schedules change.")
        )
    return " ".join(sentences)


def _schedules(lines: list[ResultLine], links: Links) -> list[tuple[str, str]]:
    """Return the schedules of the classes to remove: unchanged ones create the classes again."""
    schedules: dict[Any, tuple[str, str]] = {}
    for line in lines:
        if line.series is None or line.series in schedules:
            continue
        url = links.series(line.series.kind.value, line.series.id)
        if url:
            name = " · ".join(filter(None, [line.student, line.teacher]))
            schedules[line.series] = (name, url)
    return list(schedules.values())


def _more(found: UndoResult, count: int) -> str:
    """Return how many schedules are not listed; unknown if not all classes were loaded."""
    if found.removed_count > len(found.removed):
        return _("and more")
    if count <= MAX_SCHEDULES:
        return ""
    return _("and %(n)s more") % {"n": number_text(count - MAX_SCHEDULES)}
