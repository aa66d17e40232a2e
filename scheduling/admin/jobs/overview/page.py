"""The page ``/admin/background-jobs/``: status, jobs, health findings and the job log."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.admin.core.display.links import links_for
from scheduling.admin.core.display.outcome_badges import DID_NOT_RUN
from scheduling.admin.jobs.actions import show_finished
from scheduling.admin.jobs.decorators import may_run, rendered, view_only
from scheduling.domain.typed_text import is_row_id
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.monitoring.coverage import A_PAGE, coverage
from scheduling.jobs.monitoring.health import health, jobs_not_called
from scheduling.jobs.monitoring.history.run_history import HistoryFilter, history
from scheduling.jobs.monitoring.history.run_timeline import LENGTH, MISSED
from scheduling.jobs.monitoring.recent_runs import RecentRuns
from scheduling.jobs.monitoring.status import status
from scheduling.jobs.schedule.registry import GENERATING, JOBS
from scheduling.models import Job, RunState, Trigger
from scheduling.selectors.studio import ignored_variables

from .charts import created_chart, duration_chart
from .health import health_concerns, indicators
from .history_table import history_rows
from .job_cards import cards, maintenance_jobs
from .status_card import status_card

FILTERS = ("job", "outcome", "trigger")


@view_only
def overview(request: HttpRequest) -> HttpResponse:
    """Render the page; ``job``, ``outcome``, ``trigger`` and ``before`` filter its log."""
    show_finished(request)
    now = timezone.now()
    recent_runs, callers, links = RecentRuns(now, LENGTH), Callers(now), links_for(request)
    cover = coverage(now, callers, A_PAGE)
    state = health(now, cover, recent_runs, callers)
    job_cards = cards(now, recent_runs, callers)
    entries = [entry for card in job_cards for entry in card.entries]
    filters = _read_filter(request)
    page = history(filters, now, _number(request.GET.get("before", "")))
    return rendered(
        request,
        "overview",
        _("Background jobs"),
        {
            "status": status_card(status(now, cover, recent_runs, callers), links, cover),
            "cards": job_cards,
            "maintenance_jobs": maintenance_jobs(now, recent_runs),
            "charts": [created_chart(entries, now)],
            "durations": duration_chart(entries, now),
            "names": {job.value: job.label for job in GENERATING},
            "ignored": ignored_variables(),
            "concerns": health_concerns(state, links, now, cover),
            "indicators": indicators(state, cover.is_complete),
            "not_called": callers.last_call is None or jobs_not_called(cover, callers),
            "rows": history_rows(page.rows, now),
            "filters": _controls(filters),
            "filtered": filters != HistoryFilter(),
            "older": _address(filters, before=page.older) if page.older else "",
            "newest": _address(filters) if "before" in request.GET else "",
            "may_run": may_run(request),
            "now": now,
        },
    )


def _number(text: str) -> int | None:
    return int(text) if is_row_id(text) else None


def _read_filter(request: HttpRequest) -> HistoryFilter:
    """Return the filter of the log; unknown values are ignored."""
    known = {name: {value for value, _label in choices} for name, choices in _choices().items()}
    values = {name: request.GET.get(name, "") for name in FILTERS}
    return HistoryFilter(
        **{name: text if text in known[name] else "" for name, text in values.items()}
    )


def _choices() -> dict[str, list[tuple[str, Any]]]:
    return {
        "job": [(job.value, job.label) for job in Job if job in JOBS],
        "outcome": [*RunState.choices, (MISSED, DID_NOT_RUN)],
        "trigger": list(Trigger.choices),
    }


@dataclass(frozen=True, slots=True)
class FilterControl:
    """A select that filters the log."""

    name: str
    label: str
    all_label: str
    options: list[tuple[str, Any, bool]]


def _controls(filters: HistoryFilter) -> list[FilterControl]:
    labels = {
        "job": (_("Job"), _("All jobs")),
        "outcome": (_("Outcome"), _("All outcomes")),
        "trigger": (_("Started by"), _("Anything")),
    }
    return [
        FilterControl(
            name,
            *labels[name],
            [(value, label, value == getattr(filters, name)) for value, label in choices],
        )
        for name, choices in _choices().items()
    ]


def _address(filters: HistoryFilter, **more: object) -> str:
    values = {name: getattr(filters, name) for name in FILTERS} | more
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{reverse('admin:background_jobs')}?{query}#history"
