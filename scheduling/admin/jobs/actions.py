"""Views that start and cancel runs and report their progress, and messages about ended runs."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.jobs.execution.cancel import cancel_run
from scheduling.jobs.monitoring.outcome_text import run_summary, title_of
from scheduling.jobs.monitoring.status import progress_sentence, started_by
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.runs.takeover import is_dead
from scheduling.jobs.schedule.registry import JOBS
from scheduling.jobs.workers.enqueue import EnqueueFailedError, enqueue_run
from scheduling.models import ACTIVE_STATES, Job, JobRun, RunState, Trigger
from scheduling.selectors.studio import studio_day
from scheduling.text.dates import relative

from .decorators import post_action, view_only

SESSION_KEY = "background_jobs_started"
MAX_REMEMBERED = 10


def remember_run(request: HttpRequest, run: JobRun) -> None:
    """Store in the session that this user started ``run``."""
    run_ids = [*request.session.get(SESSION_KEY, []), run.pk]
    request.session[SESSION_KEY] = run_ids[-MAX_REMEMBERED:]


def show_finished(request: HttpRequest) -> None:
    """Show a message for each remembered run that has ended, and forget it."""
    run_ids = request.session.get(SESSION_KEY)
    if not run_ids:
        return
    runs = list(JobRun.objects.filter(pk__in=run_ids).order_by("id"))
    for run in runs:
        if run.state not in ACTIVE_STATES:
            _show_result(request, run)
    request.session[SESSION_KEY] = [run.pk for run in runs if run.state in ACTIVE_STATES]


def _show_result(request: HttpRequest, run: JobRun) -> None:
    values = {"job": Job(run.job).label, "outcome": title_of(run), "error": run.error}
    if run.state == RunState.SUCCEEDED:
        messages.success(request, _("%(job)s: %(outcome)s") % values)
    elif run.state == RunState.PARTIAL:
        messages.warning(request, _("%(job)s: %(outcome)s") % values)
    else:
        values["outcome"] = f"{title_of(run)} {run.error or run_summary(run)}"
        messages.error(request, _("%(job)s: %(outcome)s") % values)


def request_of(http: HttpRequest, job: Job, now: datetime, plan: str = "") -> RunRequest:
    """Return the request for a run of ``job`` for the whole studio by the user of ``http``.

    ``plan`` is the fingerprint of an approved plan, if any.
    """
    return RunRequest(
        job=job,
        today=studio_day(now),
        weeks=settings.HORIZON_WEEKS,
        trigger=Trigger.ADMIN,
        triggered_by=http.user.get_username(),
        plan=plan,
    )


def job_of(name: str) -> Job:
    """Return the generating job called ``name``, or raise Http404."""
    for job, spec in JOBS.items():
        if spec.generates and job.value == name:
            return job
    raise Http404


@post_action
def start_job(request: HttpRequest, job: str) -> HttpResponse:
    """Start a run for the whole studio without a preview."""
    return begin(request, job_of(job))


def begin(request: HttpRequest, job: Job, plan: str = "") -> HttpResponse:
    """Start a run of ``job``, limited to the approved ``plan`` if any; redirect to the overview."""
    now = timezone.now()
    try:
        run = enqueue_run(request_of(request, job, now, plan))
    except AlreadyRunningError as error:
        _warn_of_active_run(request, error.run)
    except EnqueueFailedError as error:
        messages.error(request, error.run.error)
    else:
        remember_run(request, run)
        if run.state in ACTIVE_STATES:
            text = _("%(job)s: started. You may close this page.")
            messages.info(request, text % {"job": job.label})
    return HttpResponseRedirect(reverse("admin:background_jobs"))


def _warn_of_active_run(request: HttpRequest, run: JobRun) -> None:
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


@post_action
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Cancel an active run. It ends after the current chunk; committed chunks stay."""
    run = get_object_or_404(JobRun, pk=run_id)
    if cancel_run(run):
        messages.success(
            request,
            _("The run is cancelled. Its completed work stays; the next run does the rest."),
        )
    else:
        messages.warning(request, _("This run is over: there is nothing to cancel."))
    return HttpResponseRedirect(reverse("admin:background_jobs_run", args=[run.pk]))


@view_only
def progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """Return the progress of a run as JSON."""
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
