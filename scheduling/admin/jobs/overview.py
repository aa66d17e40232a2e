"""``/admin/background-jobs/``: whether all is well, each job, what needs attention, the log."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.admin.core.links import links_for
from scheduling.admin.core.outcome_badges import DID_NOT_RUN
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.monitoring.coverage import A_PAGE, coverage
from scheduling.jobs.monitoring.health import health, jobs_not_called
from scheduling.jobs.monitoring.recent_runs import RecentRuns
from scheduling.jobs.monitoring.run_history import HistoryFilter, history
from scheduling.jobs.monitoring.run_timeline import LENGTH, MISSED
from scheduling.jobs.monitoring.status import status
from scheduling.jobs.schedule.registry import GENERATING, JOBS
from scheduling.models import Job, RunState, Trigger
from scheduling.selectors.studio import ignored_variables

from .actions import show_finished
from .charts import created_chart, duration_chart
from .decorators import may_run, rendered, view_only
from .health import health_concerns, indicators
from .history_table import history_rows
from .job_cards import cards, maintenance_jobs
from .status_card import status_card

FILTERS = ("job", "outcome", "trigger")


@view_only
def overview(request: HttpRequest) -> HttpResponse:
    """The page; GET ``job``, ``outcome``, ``trigger`` and ``before`` narrow its log."""
    show_finished(request)
    now = timezone.now()
    lately, callers, links = RecentRuns(LENGTH), Callers(now), links_for(request)
    cover = coverage(now, callers, A_PAGE)
    state = health(now, cover, lately, callers)
    shown = cards(now, lately, callers)
    entries = [entry for card in shown for entry in card.entries]
    wanted = _wanted(request)
    found = history(wanted, now, _number(request.GET.get("before", "")))
    return rendered(
        request,
        "overview",
        _("Background jobs"),
        {
            "status": status_card(status(now, cover, lately, callers), links, cover),
            "cards": shown,
            "chores": maintenance_jobs(now, lately),
            "charts": [created_chart(entries, now)],
            "durations": duration_chart(entries, now),
            "names": {job.value: job.label for job in GENERATING},
            "ignored": ignored_variables(),
            "concerns": health_concerns(state, links, now, cover),
            "indicators": indicators(state, cover.is_complete),
            "not_called": callers.last_call is None or jobs_not_called(cover, callers),
            "rows": history_rows(found.rows, now),
            "filters": _filters(request, wanted),
            "filtered": wanted != HistoryFilter(),
            "older": _address(request, wanted, before=found.older) if found.older else "",
            "newest": _address(request, wanted) if "before" in request.GET else "",
            "may_run": may_run(request),
            "now": now,
        },
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _wanted(request: HttpRequest) -> HistoryFilter:
    """What is asked for; words that are none of ours ask for everything."""
    known = {name: {value for value, _label in choices} for name, choices in _choices().items()}
    asked = {name: request.GET.get(name, "") for name in FILTERS}
    return HistoryFilter(
        **{name: text if text in known[name] else "" for name, text in asked.items()}
    )


def _choices() -> dict[str, list[tuple[str, Any]]]:
    return {
        "job": [(job.value, job.label) for job in Job if job in JOBS],
        "outcome": [*RunState.choices, (MISSED, DID_NOT_RUN)],
        "trigger": list(Trigger.choices),
    }


@dataclass(frozen=True, slots=True)
class FilterControl:
    """A control that narrows the log."""

    name: str
    label: str
    every: str
    options: list[tuple[str, Any, bool]]


def _filters(request: HttpRequest, wanted: HistoryFilter) -> list[FilterControl]:
    labels = {
        "job": (_("Job"), _("All jobs")),
        "outcome": (_("Outcome"), _("All outcomes")),
        "trigger": (_("Started by"), _("Anything")),
    }
    return [
        FilterControl(
            name,
            *labels[name],
            [(value, label, value == getattr(wanted, name)) for value, label in choices],
        )
        for name, choices in _choices().items()
    ]


def _address(request: HttpRequest, wanted: HistoryFilter, **more: object) -> str:
    asked = {name: getattr(wanted, name) for name in FILTERS} | more
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('admin:background_jobs')}?{query}#history"
