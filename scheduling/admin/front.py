"""What stands above the tables on the admin's first page: whether all is well, and today."""

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from scheduling.jobs.status import GENERATING, status
from scheduling.jobs.week_count import count_week
from scheduling.models import ACTIVE_STATES, Job, JobRun
from scheduling.selectors.today import today
from scheduling.services.moments import local, number, relative, when

from .access import may_run_jobs, may_see_classes, may_see_jobs, visible_classes
from .background_jobs.cards import button_of
from .first_steps import first_steps
from .messages import undelivered_notice
from .recent import recent

# Of more schedules the first page does not tell whether their classes are missing.
MOST = 500


def front(request: HttpRequest) -> dict[str, Any]:
    """For the template, as far as this person may see it."""
    now = timezone.now()
    context: dict[str, Any] = {
        "recent": recent(request.user),
        "undelivered": undelivered_notice(request),
    }
    if may_see_jobs(request.user):
        week = count_week(local(now).date(), now, MOST)
        context["status"] = status(now, week)
        context["steps"] = first_steps(request)
        if may_run_jobs(request.user) and not context["steps"]:
            context["buttons"] = _buttons(Job.WEEKLY if week.missing else Job.HORIZON)
    if may_see_classes(request.user):
        context |= _today(request, now)
    return context


def _buttons(first: Job) -> list[tuple[str, str]]:
    """What can be started now, job and words: before all, what helps."""
    active = set(
        JobRun.objects.filter(is_full=True, state__in=ACTIVE_STATES).values_list("job", flat=True)
    )
    jobs = sorted(GENERATING, key=lambda job: job != first)
    return [(job.value, button_of(job)) for job in jobs if job not in active]


def _today(request: HttpRequest, now: datetime) -> dict[str, Any]:
    zone = timezone.get_default_timezone()
    day = local(now).date()
    start, end = (datetime.combine(date, time(), zone) for date in (day, day + timedelta(days=1)))
    found = today(visible_classes(request.user), start, end, now)
    coming = found.coming
    return {
        "today": {
            "classes": number(found.classes),
            "over": number(found.over),
            "cancelled": number(found.cancelled),
        },
        "coming": coming
        and {
            "pk": coming.pk,
            "when": when(coming.starts_at, now),
            "relative": relative(coming.starts_at, now),
            "student": coming.student.full_name,
            "teacher": coming.teacher.name if coming.teacher else "",
        },
    }
