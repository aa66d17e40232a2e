"""The page ``…/<job>/preview/``: the plan as a diff, and a button that applies it exactly."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.admin.core.display.links import Links, links_for
from scheduling.admin.core.display.result_table import ResultRow, rows_of_lines
from scheduling.admin.core.plan_page import approved_fingerprint, plan_page
from scheduling.admin.jobs.overview.job_cards import button_of
from scheduling.domain.outcomes import CHANGES, FAULTS, Outcome
from scheduling.jobs.execution.runner import RunOptions, preview_plan
from scheduling.jobs.generation.approved_plan import PlanPreview, StalePlanError, require_approved
from scheduling.jobs.monitoring.outcome_text import ORDER, plan_summary, planned_label
from scheduling.models import Job, ScheduledClass
from scheduling.text.dates import long_day, number_text, plain_day

from .actions import begin, job_of, request_of
from .decorators import form_view

SALT = "scheduling.background_jobs.preview"
# Set in the session of a person who has seen a preview: a step of the first page's list.
PREVIEWED = "previewed"
# The number of series of each outcome whose lines are listed.
SAMPLE = 100
OPEN = (*CHANGES, Outcome.CONFLICT, *FAULTS)


@dataclass(frozen=True, slots=True)
class Section:
    """The first lines of an outcome, and their total number."""

    outcome: str
    name: str
    count: str
    rows: list[ResultRow]
    first_of: str
    is_open: bool


@form_view
def preview(request: HttpRequest, job: str) -> HttpResponse:
    """Show the plan (GET); start a run of the approved plan if it is unchanged (POST)."""
    generating_job = job_of(job)
    run_request = request_of(request, generating_job, timezone.now())
    if PREVIEWED not in request.session and not ScheduledClass.objects.exists():
        request.session[PREVIEWED] = True
    plan, stale = preview_plan(run_request, RunOptions(clock=timezone.now), SAMPLE), None
    if request.method == "POST":
        try:
            require_approved(plan, approved_fingerprint(request))
            return begin(request, generating_job, plan.fingerprint)
        except StalePlanError as error:
            stale = error
    return _page(request, generating_job, plan, stale)


def _page(
    request: HttpRequest, job: Job, plan: PlanPreview, stale: StalePlanError | None
) -> HttpResponse:
    result = plan.result
    counts = result.counts_by_name()
    return plan_page(
        request,
        "admin/jobs/preview.html",
        {
            "title": _("Preview"),
            "job": job,
            "sentence": plan_summary(job, result.counts),
            "level": _level(plan),
            "window": _window(plan),
            "missed_weeks": _missed_weeks(plan),
            "differences": _differences(_counts_before(request), counts) if stale else [],
            "sections": _sections(plan, links_for(request)),
            "unchanged": number_text(n) if (n := result.counts[Outcome.EXISTS]) else "",
            "nothing": not result.writes_classes,
            "button": button_of(job),
            "plan": plan.fingerprint,
            "counts": signing.dumps(counts, salt=SALT),
            "error": result.error,
        },
        stale,
    )


def _level(plan: PlanPreview) -> str:
    counts = plan.result.counts
    if plan.result.has_faults:
        return "bad"
    if counts[Outcome.CONFLICT]:
        return "warn"
    return "plan" if plan.result.writes_classes else "ok"


def _window(plan: PlanPreview) -> str:
    window = plan.result.window
    if window is None:
        return ""
    days = {"first": long_day(window.start), "last": long_day(window.last)}
    return _("%(first)s to %(last)s.") % days


def _missed_weeks(plan: PlanPreview) -> str:
    first = plan.result.catch_up_from
    if first is None:
        return ""
    return _("It also makes up for the weeks since %(day)s, which were missed.") % {
        "day": plain_day(first)
    }


def _sections(plan: PlanPreview, links: Links) -> list[Section]:
    """Return a section for each outcome with lines; changes come first and are open."""
    sections = []
    for outcome in sorted(ORDER, key=lambda outcome: (outcome not in CHANGES, outcome not in OPEN)):
        lines = plan.samples.get(outcome)
        if not lines:
            continue
        count = plan.result.counts[outcome]
        shown = sum(line.occurrences for line in lines)
        sections.append(
            Section(
                outcome.value,
                planned_label(outcome, count),
                number_text(count),
                rows_of_lines(lines, links),
                _first_of(shown, count),
                outcome in OPEN,
            )
        )
    return sections


def _first_of(shown: int, count: int) -> str:
    if shown >= count:
        return ""
    return _("%(shown)s of %(count)s shown") % {
        "shown": number_text(shown),
        "count": number_text(count),
    }


def _counts_before(request: HttpRequest) -> dict[str, int] | None:
    """Return the counts of the plan shown before; None if they are missing or not signed by us."""
    try:
        found: dict[str, int] = signing.loads(request.POST.get("counts", ""), salt=SALT)
    except signing.BadSignature:
        return None
    return found


def _differences(before: Mapping[str, int] | None, counts: Mapping[str, int]) -> list[str]:
    """Return the differences between the counts shown before and the current ones."""
    if before is None:
        return []
    differences = []
    for outcome in ORDER:
        was, is_now = before.get(outcome.value, 0), counts.get(outcome.value, 0)
        if was == is_now or outcome is Outcome.EXISTS:
            continue
        differences.append(
            f"{planned_label(outcome, is_now)}: {number_text(was)} → {number_text(is_now)}"
        )
    return differences
