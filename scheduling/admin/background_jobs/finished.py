"""Says what became of the runs that a person started, on the first page they open after the end."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from scheduling.jobs.outcome_words import has_done, title_of
from scheduling.models import ACTIVE_STATES, Job, JobRun, RunState

KEY = "background_jobs_started"
MOST = 10


def remember(request: HttpRequest, run: JobRun) -> None:
    """``run`` was started by this person: tell them when it is over."""
    request.session[KEY] = [*request.session.get(KEY, []), run.pk][-MOST:]


def tell(request: HttpRequest) -> None:
    """A message for each of their runs that is over by now."""
    watched = request.session.get(KEY)
    if not watched:
        return
    runs = list(JobRun.objects.filter(pk__in=watched).order_by("id"))
    for run in runs:
        if run.state not in ACTIVE_STATES:
            _say(request, run)
    request.session[KEY] = [run.pk for run in runs if run.state in ACTIVE_STATES]


def _say(request: HttpRequest, run: JobRun) -> None:
    values = {"job": Job(run.job).label, "outcome": title_of(run), "error": run.error}
    if run.state == RunState.SUCCEEDED:
        messages.success(request, _("%(job)s: %(outcome)s") % values)
    elif run.state == RunState.PARTIAL:
        messages.warning(request, _("%(job)s: %(outcome)s") % values)
    else:
        values["outcome"] = f"{title_of(run)} {run.error or has_done(run)}"
        messages.error(request, _("%(job)s: %(outcome)s") % values)
