"""``/admin/background-jobs/``: whether all is well, each job, what needs a look, the log."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.jobs.health import health
from scheduling.jobs.history import Filter, history
from scheduling.jobs.lately import Lately
from scheduling.jobs.registry import JOBS
from scheduling.jobs.status import status
from scheduling.jobs.strip import LENGTH, MISSED
from scheduling.jobs.week_count import WeekCount, count_week
from scheduling.models import Job, RunState, Trigger
from scheduling.services.moments import studio_day

from .cards import cards, chores
from .concerns import concerns
from .finished import tell
from .frame import rendered
from .graphs import created_chart, duration_chart
from .guard import may_run, page
from .history_rows import history_rows
from .indicators import indicators
from .links import links_for
from .outcomes import DID_NOT_RUN

FILTERS = ("job", "outcome", "trigger")


@page
def overview(request: HttpRequest) -> HttpResponse:
    """The page; GET ``job``, ``outcome``, ``trigger`` and ``before`` narrow its log."""
    tell(request)
    now = timezone.now()
    week = count_week(studio_day(now), now)
    lately = Lately(LENGTH)
    state = health(now, week.missing or 0, lately)
    shown = cards(now, lately)
    entries = [entry for card in shown for entry in card.entries]
    wanted = _wanted(request)
    found = history(wanted, now, _number(request.GET.get("before", "")))
    return rendered(
        request,
        "overview",
        _("Background jobs"),
        {
            "status": status(now, week, lately),
            "cards": shown,
            "chores": chores(now, lately),
            "charts": [created_chart(entries, now)],
            "durations": duration_chart(entries, now),
            "concerns": concerns(state, links_for(request), now, lately),
            "indicators": indicators(state, _uncounted(week)),
            "rows": history_rows(found.rows, now),
            "filters": _filters(request, wanted),
            "filtered": wanted != Filter(),
            "older": _address(request, wanted, before=found.older) if found.older else "",
            "newest": _address(request, wanted) if "before" in request.GET else "",
            "may_run": may_run(request),
            "now": now,
        },
    )


def _uncounted(week: WeekCount) -> bool:
    return week.missing is None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _wanted(request: HttpRequest) -> Filter:
    """What is asked for; words that are none of ours ask for everything."""
    known = {name: {value for value, _label in choices} for name, choices in _choices().items()}
    asked = {name: request.GET.get(name, "") for name in FILTERS}
    return Filter(**{name: text if text in known[name] else "" for name, text in asked.items()})


def _choices() -> dict[str, list[tuple[str, Any]]]:
    return {
        "job": [(job.value, job.label) for job in Job if job in JOBS],
        "outcome": [*RunState.choices, (MISSED, DID_NOT_RUN)],
        "trigger": list(Trigger.choices),
    }


@dataclass(frozen=True, slots=True)
class Choices:
    """A control that narrows the log."""

    name: str
    label: str
    every: str
    options: list[tuple[str, Any, bool]]


def _filters(request: HttpRequest, wanted: Filter) -> list[Choices]:
    labels = {
        "job": (_("Job"), _("All jobs")),
        "outcome": (_("Outcome"), _("All outcomes")),
        "trigger": (_("Set off by"), _("Anything")),
    }
    return [
        Choices(
            name,
            *labels[name],
            [(value, label, value == getattr(wanted, name)) for value, label in choices],
        )
        for name, choices in _choices().items()
    ]


def _address(request: HttpRequest, wanted: Filter, **more: object) -> str:
    asked = {name: getattr(wanted, name) for name in FILTERS} | more
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('admin:background_jobs')}?{query}#history"
