"""``…/<job>/preview/``: the plan as a diff, and the button that applies exactly this plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.domain.outcomes import FAULTS, Outcome
from scheduling.jobs.onlooker import CHANGES
from scheduling.jobs.outcome_words import ORDER, would, would_do
from scheduling.jobs.outlook import Outlook, look
from scheduling.models import Job
from scheduling.services.moments import long_day, number, plain_day

from .acts import begin, job_of
from .asking import request_of
from .cards import button_of
from .frame import rendered
from .guard import form
from .lines import Row, rows_of_lines
from .links import Links, links_for

SALT = "scheduling.background_jobs.preview"
# Longer than anyone looks at a plan; after that it is a new one anyway.
TOKEN_SECONDS = 24 * 3600
OPEN = (*CHANGES, Outcome.CONFLICT, *FAULTS)


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of one outcome: the first of them, and how many there are."""

    outcome: str
    name: str
    count: str
    rows: list[Row]
    first_of: str
    is_open: bool


@form
def preview(request: HttpRequest, job: str) -> HttpResponse:
    """GET looks; POST starts a run of the plan that was looked at, if it is still that one."""
    which, now = job_of(job), timezone.now()
    outlook = look(request_of(request, which, now), timezone.now)
    seen = None
    if request.method == "POST":
        seen = _seen(request.POST.get("plan", ""), which)
        if seen is not None and seen["fingerprint"] == outlook.fingerprint:
            return begin(request, which, outlook.fingerprint)
    return _page(request, which, outlook, seen, now)


def _seen(token: str, job: Job) -> dict[str, Any] | None:
    """What the reader had before their eyes; None if that was too long ago, or none of ours."""
    try:
        seen = signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        return None
    return seen if isinstance(seen, dict) and seen.get("job") == job.value else None


def _token(job: Job, outlook: Outlook) -> str:
    seen = {
        "job": job.value,
        "fingerprint": outlook.fingerprint,
        "counts": outlook.result.counts_by_name(),
    }
    return signing.dumps(seen, salt=SALT)


def _page(
    request: HttpRequest, job: Job, outlook: Outlook, seen: dict[str, Any] | None, now: datetime
) -> HttpResponse:
    result = outlook.result
    posted = request.method == "POST"
    return rendered(
        request,
        "preview",
        _("Preview"),
        {
            "job": job,
            "sentence": would_do(job, result.counts),
            "level": _level(outlook),
            "window": _window(outlook),
            "missed_weeks": _missed_weeks(outlook),
            "changed": posted,
            "changes": _changes(seen, result.counts_by_name()) if posted else [],
            "sections": _sections(outlook, links_for(request)),
            "untouched": number(n) if (n := result.counts[Outcome.EXISTS]) else "",
            "nothing": outlook.changes_nothing,
            "button": button_of(job),
            "plan": _token(job, outlook),
            "error": result.error,
        },
        status=409 if posted else 200,
    )


def _level(outlook: Outlook) -> str:
    counts = outlook.result.counts
    if outlook.result.has_faults:
        return "bad"
    if counts[Outcome.CONFLICT]:
        return "warn"
    return "ok" if outlook.changes_nothing else "plan"


def _window(outlook: Outlook) -> str:
    window = outlook.result.window
    if window is None:
        return ""
    days = {"first": long_day(window.start), "last": long_day(window.last)}
    return _("%(first)s to %(last)s.") % days


def _missed_weeks(outlook: Outlook) -> str:
    first = outlook.result.catch_up_from
    if first is None:
        return ""
    return _("It also makes up for the weeks since %(day)s, which were missed.") % {
        "day": plain_day(first)
    }


def _sections(outlook: Outlook, links: Links) -> list[Section]:
    """All outcomes that have lines; those that change something come first, and open."""
    sections = []
    for outcome in sorted(ORDER, key=lambda one: (one not in CHANGES, one not in OPEN)):
        lines = outlook.samples.get(outcome)
        if not lines:
            continue
        count = outlook.result.counts[outcome]
        told = sum(line.occurrences for line in lines)
        sections.append(
            Section(
                outcome.value,
                would(outcome, count),
                number(count),
                rows_of_lines(lines, links),
                _first_of(told, count),
                outcome in OPEN,
            )
        )
    return sections


def _first_of(told: int, count: int) -> str:
    if told >= count:
        return ""
    return _("the first %(told)s of %(count)s") % {"told": number(told), "count": number(count)}


def _changes(seen: dict[str, Any] | None, counts: Mapping[str, int]) -> list[str]:
    """In what the plan differs from the one that was seen, by its numbers."""
    if seen is None:
        return []
    before = seen["counts"]
    told = []
    for outcome in ORDER:
        was, is_now = before.get(outcome.value, 0), counts.get(outcome.value, 0)
        if was == is_now or outcome is Outcome.EXISTS:
            continue
        told.append(f"{would(outcome, is_now)}: {number(was)} → {number(is_now)}")
    return told
