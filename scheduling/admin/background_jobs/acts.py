"""What a button does: start a run, cancel it; and how far it has come, for the page that waits."""

from typing import NoReturn

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.jobs.background import NotStartedError, start
from scheduling.jobs.cancel import cancel_run
from scheduling.jobs.claim import AlreadyRunningError, is_dead
from scheduling.jobs.registry import JOBS
from scheduling.jobs.status import progress_sentence, started_by
from scheduling.models import ACTIVE_STATES, Job, JobRun
from scheduling.services.moments import relative

from .asking import request_of
from .finished import remember
from .guard import act, page


def job_of(name: str) -> Job:
    """The job of an address; 404 for what generates nothing."""
    job = next((job for job, spec in JOBS.items() if spec.generates and job.value == name), None)
    return job or _unknown()


def _unknown() -> NoReturn:
    raise Http404


@act
def start_job(request: HttpRequest, job: str) -> HttpResponse:
    """Start a run of the whole studio, without a look at its plan."""
    return begin(request, job_of(job))


def begin(request: HttpRequest, job: Job, plan: str = "") -> HttpResponse:
    """Start ``job``, by the ``plan`` that was seen if any, and go back to where it is shown."""
    now = timezone.now()
    try:
        run = start(request_of(request, job, now, plan))
    except AlreadyRunningError as error:
        _say_busy(request, error.run)
    except NotStartedError as error:
        messages.error(request, error.run.error)
    else:
        remember(request, run)
        if run.state in ACTIVE_STATES:
            text = _("%(job)s: started. You may close this page.")
            messages.info(request, text % {"job": job.label})
    return HttpResponseRedirect(reverse("admin:background_jobs"))


def _say_busy(request: HttpRequest, run: JobRun) -> None:
    values = {
        "job": Job(run.job).label,
        "name": started_by(run),
        "when": relative(run.started_at or run.created_at, timezone.now()),
    }
    if values["name"]:
        text = _("%(job)s: a run is active already, started by %(name)s %(when)s.")
    else:
        text = _("%(job)s: a run is active already, started %(when)s.")
    messages.warning(request, text % values)


@act
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """End an active run between two chunks; what is done stays."""
    run = get_object_or_404(JobRun, pk=run_id)
    if cancel_run(run):
        messages.success(
            request, _("The run is cancelled. What it had done stays; the next run does the rest.")
        )
    else:
        messages.warning(request, _("This run is over: there is nothing to cancel."))
    return HttpResponseRedirect(reverse("admin:background_jobs_run", args=[run.pk]))


@page
def progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """How far a run has come, as JSON."""
    run = get_object_or_404(JobRun, pk=run_id)
    active = run.state in ACTIVE_STATES
    text = progress_sentence(run, timezone.now()) if active else str(run.get_state_display())
    if active and is_dead(run):
        text = _("Stalled: the next run takes its place.")
    return JsonResponse(
        {
            "state": run.state,
            "active": active,
            "done": run.progress_done,
            "total": run.progress_total,
            "created": run.classes_created,
            "text": text,
        }
    )
