"""“Check the calendar”: the differences from the schedules, as a plan to approve."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduling.admin.core.display.links import class_url, series_url
from scheduling.admin.core.permissions import may_run_jobs
from scheduling.admin.core.plan_page import approved_fingerprint, plan_page
from scheduling.admin.core.tool_page import ToolPage
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.typed_text import is_row_id
from scheduling.jobs.calendar_check.check import (
    REPAIRABLE,
    CheckFindings,
    SingleOccurrence,
    find,
    repaired,
)
from scheduling.jobs.calendar_check.repair import repair
from scheduling.jobs.generation.approved_plan import StalePlanError, require_approved
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.selectors.studio import studio_today
from scheduling.text.dates import with_dates_written_out

# Further findings are counted and repaired, but not listed.
MAX_ROWS = 300
# More students need a background run for the whole studio.
MAX_STUDENTS = 200

# The URL parameters that narrow the page.
FILTER_PARAMS = ("student", "kind", "rule", "day")

KIND_LABELS = {
    "missing": (gettext_lazy("Missing"), gettext_lazy("will be created"), "ct-diff-create", "+"),
    "extra": (gettext_lazy("Extra"), gettext_lazy("will be removed"), "ct-diff-remove", "−"),
    "drifted": (
        gettext_lazy("Drifted"),
        gettext_lazy("will be brought in line"),
        "ct-diff-move",
        "→",
    ),
    "orphaned": (
        gettext_lazy("Orphaned"),
        gettext_lazy("to be decided by hand"),
        "ct-diff-keep",
        "•",
    ),
}


def check_page(request: HttpRequest) -> HttpResponse:
    """List the findings; a POST repairs them if they are still the same."""
    if not may_run_jobs(request.user):
        raise PermissionDenied
    params = request.POST if request.method == "POST" else request.GET
    student, occurrence = _parse_id(params.get("student")), _requested_occurrence(params)
    findings, stale = _find(student, occurrence), None
    if request.method == "POST":
        try:
            require_approved(findings, approved_fingerprint(request))
            return _repair(request, findings, student, occurrence)
        except StalePlanError as error:
            stale = error
    context = {
        "title": _("Check the calendar"),
        "findings": findings,
        "rows": list(_rows(findings)),
        "max_rows": MAX_ROWS,
        "student": student,
        "narrowed": {name: params[name] for name in FILTER_PARAMS if params.get(name)},
        "is_single": occurrence is not None,
        "too_many": len(findings.students()) > MAX_STUDENTS,
        "weeks": settings.HORIZON_WEEKS,
    }
    return plan_page(request, "admin/tools/calendar_check.html", context, stale)


def _repair(
    request: HttpRequest,
    findings: CheckFindings,
    student: int | None,
    occurrence: SingleOccurrence | None,
) -> HttpResponse:
    back = HttpResponseRedirect(reverse("admin:check_schedules"))
    students = findings.students()
    if len(students) > MAX_STUDENTS:
        messages.error(request, _too_many())
        return back
    errors = repair(
        students,
        today=studio_today(),
        weeks=settings.HORIZON_WEEKS,
        clock=timezone.now,
        triggered_by=request.user.get_username(),
        occurrence=occurrence,
    )
    for error in errors[:10]:
        messages.error(request, error)
    done = repaired(findings, _find(student, occurrence))
    text = ngettext("%(n)d finding mended.", "%(n)d findings mended.", len(done))
    messages.success(request, text % {"n": len(done)})
    left = findings.repairable - len(done)
    if left > 0:
        text = ngettext("%(n)d is still there.", "%(n)d are still there.", left)
        messages.warning(request, text % {"n": left})
    return back


def _too_many() -> str:
    return _("That is too much for one click: generate the classes of the whole studio instead.")


def _find(student: int | None, occurrence: SingleOccurrence | None) -> CheckFindings:
    students = (student,) if student else ()
    weeks = settings.HORIZON_WEEKS
    return find(studio_today(), weeks, timezone.now, student_ids=students, occurrence=occurrence)


def _requested_occurrence(params: QueryDict) -> SingleOccurrence | None:
    """Return the occurrence that the parameters name; None without one."""
    series_id, day = _parse_id(params.get("rule")), None
    with suppress(ValueError):
        day = parse_date(params.get("day", ""))
    kind = next((kind for kind in SeriesKind if kind.value == params.get("kind")), None)
    if series_id is None or day is None or kind is None:
        return None
    return SingleOccurrence(SeriesKey(kind, series_id), day)


def _single_finding_url(line: ResultLine) -> str:
    """Return the URL of one finding. Wrong UTC times have none; they are repaired per student."""
    if line.series is None or line.day is None or line.code == "instants_differ":
        return ""
    query = {
        "student": line.student_id,
        "kind": line.series.kind.value,
        "rule": line.series.id,
        "day": line.day.isoformat(),
    }
    return f"?{urlencode(query)}"


def _rows(findings: CheckFindings) -> Iterator[dict[str, Any]]:
    # All classes of a changed series are repaired together.
    drifted_series = {line.series for line in findings.drifted}
    for kind, line in islice(findings.all(), MAX_ROWS):
        title, becomes, style, sign = KIND_LABELS[kind]
        yield {
            "line": line,
            "title": title,
            "becomes": becomes,
            "style": style,
            "sign": sign,
            "reason": with_dates_written_out(line.reason) if line.code else _("there is no class"),
            "repairable": kind in REPAIRABLE and line.student_id is not None,
            "only_url": _single_finding_url(line) if kind in REPAIRABLE else "",
            "only_label": (
                _("Only this schedule") if line.series in drifted_series else _("Only this")
            ),
            "class_page": class_url(line.class_id),
            "series_page": series_url(line.series) if line.series else "",
        }


def _parse_id(text: str | None) -> int | None:
    text = text or ""
    return int(text) if is_row_id(text) else None


PAGES = (
    ToolPage(
        route="check/",
        name="check_schedules",
        view=check_page,
        title=gettext_lazy("Check the calendar"),
        shown=lambda request: may_run_jobs(request.user),
    ),
)
