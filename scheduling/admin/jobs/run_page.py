"""The page ``…/runs/<id>/``: the events, results and actions of a run."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.admin.core.display.links import links_for
from scheduling.admin.core.display.outcome_badges import LOOKS, state_name
from scheduling.admin.core.display.result_table import rows_of_items
from scheduling.admin.jobs.overview.history_table import notes_of
from scheduling.admin.jobs.overview.job_cards import button_of
from scheduling.domain.outcomes import Outcome
from scheduling.domain.typed_text import is_row_id
from scheduling.jobs.execution.undo import can_be_undone
from scheduling.jobs.monitoring.outcome_text import (
    ORDER,
    outcome_label,
    removed,
    run_summary,
    title_of,
)
from scheduling.jobs.monitoring.status import progress_sentence
from scheduling.jobs.runs.takeover import is_dead
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import ACTIVE_STATES, Job, JobRun, JobRunItem, RunState, Trigger
from scheduling.selectors.people import account_names
from scheduling.selectors.runs import fault_groups
from scheduling.selectors.studio import studio
from scheduling.text.dates import (
    duration_text,
    exact_time,
    long_day,
    number_text,
    relative,
    with_dates_written_out,
)
from scheduling.text.reasons import reason_text

from .actions import show_finished
from .decorators import may_run, rendered, view_only

ITEMS = 100
GROUPS = 20
OUTCOMES = {outcome.value for outcome in Outcome}
LEVELS = {"is-ok": "ok", "is-warn": "warn", "is-bad": "bad", "is-busy": "busy"}


@dataclass(frozen=True, slots=True)
class RunEvent:
    """An event in the course of a run."""

    name: str
    moment: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """The count of an outcome, with a URL if there are stored results."""

    name: str
    count: str
    url: str
    current: bool


@view_only
def run_view(request: HttpRequest, run_id: int) -> HttpResponse:
    """Render the page; the parameters ``outcome`` and ``after`` filter its results."""
    run = get_object_or_404(JobRun, pk=run_id)
    show_finished(request)
    now = timezone.now()
    shown = request.GET.get("outcome", "")
    shown = shown if shown in OUTCOMES else ""
    items = list(_items(run, shown, request.GET.get("after", ""))[: ITEMS + 1])
    active = run.state in ACTIVE_STATES
    names = account_names([run.triggered_by, run.undone_by])
    return rendered(
        request,
        "run",
        _("Run %(number)d") % {"number": run.pk},
        {
            "run": run,
            "job": Job(run.job).label,
            "level": "warn" if run.classes_undone else LEVELS.get(LOOKS[run.state], "idle"),
            "sentence": title_of(run),
            "detail": _detail(run),
            "state": state_name(run.state),
            "look": LOOKS[run.state],
            "events": _events(run, names, now),
            "notes": notes_of(run),
            "outcome_counts": _outcome_counts(run, shown),
            "groups": [
                (with_dates_written_out(reason_text(code, params)), number_text(count))
                for code, params, count in fault_groups(run, GROUPS)
            ],
            "rows": rows_of_items(items[:ITEMS], links_for(request)),
            "shown": outcome_label(Outcome(shown), 2) if shown else "",
            "next": _address(run, shown, items[ITEMS - 1].pk) if len(items) > ITEMS else "",
            "first": _address(run, shown) if "after" in request.GET else "",
            "active": active,
            "dead": active and is_dead(run),
            "progress": progress_sentence(run, now) if active else "",
            "may_run": may_run(request),
            "again": button_of(Job(run.job)) if may_run(request) and _is_unfinished(run) else "",
            "may_undo": may_run(request) and can_be_undone(run, now),
            "zone": studio().time_zone,
        },
    )


def _is_unfinished(run: JobRun) -> bool:
    """Return whether another run would do what this one did not."""
    return (
        run.is_full
        and JOBS[Job(run.job)].generates
        and run.state in (RunState.FAILED, RunState.CRASHED, RunState.CANCELLED)
    )


def _items(run: JobRun, outcome: str, after: str) -> Any:
    items = JobRunItem.objects.filter(run=run).order_by("id")
    if outcome:
        items = items.filter(outcome=outcome)
    if is_row_id(after):
        items = items.filter(id__gt=int(after))
    return items


def _detail(run: JobRun) -> str:
    """Return the error, the summary of an unfinished or undone run, and the window."""
    sentences = []
    if run.error:
        sentences.append(run.error.partition("\n")[0])
    unfinished = run.state in (RunState.FAILED, RunState.CRASHED, RunState.CANCELLED)
    if run.counts and (unfinished or run.classes_undone):
        sentences.append(run_summary(run))
    if run.window_start and run.window_last:
        days = {"first": long_day(run.window_start), "last": long_day(run.window_last)}
        sentences.append(_("%(first)s to %(last)s.") % days)
    return " ".join(sentences)


def _events(run: JobRun, names: dict[str, str], now: datetime) -> list[RunEvent]:
    events = [RunEvent(_("Requested"), exact_time(run.created_at), _requested_by(run, names))]
    if run.started_at:
        events.append(
            RunEvent(_("Started"), exact_time(run.started_at), run.host.partition(" ")[0])
        )
    if run.heartbeat and run.finished_at is None:
        events.append(
            RunEvent(_("Last activity"), exact_time(run.heartbeat), relative(run.heartbeat, now))
        )
    if run.finished_at:
        more = f"{state_name(run.state)} · {duration_text(run.duration)}"
        events.append(RunEvent(_("Ended"), exact_time(run.finished_at), more))
    if run.undone_at:
        person = names.get(run.undone_by, run.undone_by)
        removed_text = removed(run, run.classes_undone)
        events.append(
            RunEvent(_("Undone"), exact_time(run.undone_at), f"{person} · {removed_text}")
        )
    return events


def _requested_by(run: JobRun, names: dict[str, str]) -> str:
    """Return the trigger and the person: “admin · Teresa Ortega”."""
    person = names.get(run.triggered_by, run.triggered_by)
    return " · ".join(filter(None, [str(Trigger(run.trigger).label), person]))


def _outcome_counts(run: JobRun, shown: str) -> list[OutcomeCount]:
    if not JOBS[Job(run.job)].generates:
        return []
    return [
        OutcomeCount(
            outcome_label(outcome, int(run.counts[outcome.value])),
            number_text(int(run.counts[outcome.value])),
            "" if outcome in (Outcome.EXISTS, Outcome.CREATED) else _address(run, outcome.value),
            outcome.value == shown,
        )
        for outcome in ORDER
        if run.counts.get(outcome.value)
    ]


def _address(run: JobRun, outcome: str = "", after: int | None = None) -> str:
    values = {"outcome": outcome, "after": after}
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{reverse('admin:background_jobs_run', args=[run.pk])}?{query}#results"
