"""The first page: a day by hour, what needs the user, the status of the jobs, first steps."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.admin.core.display.links import links_for
from scheduling.admin.core.permissions import (
    may_run_jobs,
    may_see_classes,
    may_see_everyone,
    may_see_jobs,
)
from scheduling.admin.jobs.overview.job_cards import button_of
from scheduling.admin.jobs.overview.status_card import status_card
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.monitoring.coverage import A_PAGE, Coverage, coverage
from scheduling.jobs.monitoring.outcome_text import title_of
from scheduling.jobs.monitoring.recent_runs import RecentRuns
from scheduling.jobs.monitoring.status import status
from scheduling.jobs.schedule.registry import GENERATING
from scheduling.models import ACTIVE_STATES, JobRun
from scheduling.selectors.runs import began
from scheduling.text.dates import when

from .day import today
from .first_steps import first_steps, has_rules
from .needs import LISTED, needs


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """Return the template context, limited to the user's permissions."""
    now = timezone.now()
    context: dict[str, Any] = {"starts": _starts(request)}
    cover = job_status = None
    if may_see_jobs(request.user):
        callers = Callers(now)
        context["steps"] = first_steps(request, callers)
        if has_rules() or not context["steps"]:
            cover = coverage(now, callers, A_PAGE)
            recent = RecentRuns(now)
            job_status = status(now, cover, recent, callers)
            context["last_run"] = _last_run(recent, now) if job_status.run is None else None
            elsewhere = LISTED if may_see_everyone(request.user) else ()
            context["status"] = status_card(job_status, links_for(request), cover, elsewhere)
            if may_run_jobs(request.user):
                context["buttons"] = _buttons(cover)
    if may_see_classes(request.user):
        context |= today(request, now)
    context["needs"] = needs(request, now, cover, job_status)
    context["details"] = [need for need in context["needs"] if need.title]
    return context


def _last_run(recent: RecentRuns, now: datetime) -> dict[str, str] | None:
    """Return the newest run that creates classes, if it has ended: its URL, time and result."""
    runs = [run for job in GENERATING for run in recent.newest(job)[:1]]
    newest = max(runs, key=began, default=None)
    if newest is None or newest.state in ACTIVE_STATES:
        return None
    return {
        "url": reverse("admin:background_jobs_run", args=[newest.pk]),
        "when": when(began(newest), now),
        "result": title_of(newest),
    }


def _starts(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what the user may begin, as text and address."""
    links = links_for(request)
    starts = (
        ("add_student", _("New student"), "scheduling_student_add"),
        ("add_recurringslot", _("New weekly lesson"), "scheduling_recurringslot_add"),
        ("add_closure", _("Teacher is ill…"), "scheduling_teacher_changelist"),
        ("add_closure", _("Close days…"), "scheduling_closure_add"),
    )
    return [(text, reverse(f"admin:{name}")) for may, text, name in starts if links.may(may)]


def _buttons(cover: Coverage) -> list[tuple[str, str]]:
    """Return the jobs that create missing classes, with their button texts, most urgent first."""
    jobs = [job for job in GENERATING if cover.missing_of(job) or not cover.is_complete]
    if not jobs:
        return []
    active = set(
        JobRun.objects.filter(is_full=True, state__in=ACTIVE_STATES).values_list("job", flat=True)
    )
    return [(job.value, button_of(job)) for job in jobs if job not in active]
