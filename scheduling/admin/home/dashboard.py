"""The dashboard above the tables on the admin's index: job status and today's classes."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from scheduling.admin.core.links import links_for
from scheduling.admin.core.permissions import (
    may_run_jobs,
    may_see_classes,
    may_see_jobs,
)
from scheduling.admin.core.recent_edits import recent_edits
from scheduling.admin.jobs.job_cards import button_of
from scheduling.admin.jobs.status_card import status_card
from scheduling.admin.messages import undelivered_notice
from scheduling.admin.people.accounts import expiring_notice
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.monitoring.coverage import A_PAGE, Coverage, coverage
from scheduling.jobs.monitoring.status import status
from scheduling.jobs.schedule.registry import GENERATING
from scheduling.models import ACTIVE_STATES, JobRun

from .day import today
from .first_steps import first_steps, has_rules


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """Return the template context, limited to the user's permissions."""
    now = timezone.now()
    context: dict[str, Any] = {
        "recent": recent_edits(request.user),
        "undelivered": undelivered_notice(request),
        "expiring": expiring_notice(request),
    }
    if may_see_jobs(request.user):
        callers = Callers(now)
        context["steps"] = first_steps(request, callers)
        if has_rules() or not context["steps"]:
            cover = coverage(now, callers, A_PAGE)
            job_status = status(now, cover, callers=callers)
            context["status"] = status_card(job_status, links_for(request), cover)
            if may_run_jobs(request.user):
                context["buttons"] = _buttons(cover)
    if may_see_classes(request.user):
        context |= today(request, now)
    return context


def _buttons(cover: Coverage) -> list[tuple[str, str]]:
    """Return the jobs that create missing classes, with their button texts, most urgent first."""
    jobs = [job for job in GENERATING if cover.missing_of(job) or not cover.is_complete]
    if not jobs:
        return []
    active = set(
        JobRun.objects.filter(is_full=True, state__in=ACTIVE_STATES).values_list("job", flat=True)
    )
    return [(job.value, button_of(job)) for job in jobs if job not in active]
