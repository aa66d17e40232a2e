"""“Check the calendar”: where it differs from the schedules, as a plan that a click carries out."""

from collections.abc import Iterator
from contextlib import suppress
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

from scheduling.admin.core.permissions import may_run_jobs
from scheduling.admin.core.plan_page import approved_fingerprint, plan_page
from scheduling.admin.core.tool_page import ToolPage
from scheduling.domain.series import SeriesKey, SeriesKind
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

# More of them are counted, and mended, but not drawn.
MOST_SHOWN = 300
# More students than these are a run of the whole studio, which goes on in the background.
MOST_AT_ONCE = 200

# What an address may narrow the page to.
NARROWING = ("student", "kind", "rule", "day")

WORDS = {
    "missing": (gettext_lazy("Missing"), gettext_lazy("will be created"), "ct-diff-create", "+"),
    "extra": (gettext_lazy("Extra"), gettext_lazy("will be removed"), "ct-diff-remove", "−"),
    "drifted": (
        gettext_lazy("Drifted"),
        gettext_lazy("will be brought in line"),
        "ct-diff-move",
        "→",
    ),
    "orphaned": (gettext_lazy("Orphaned"), gettext_lazy("yours to decide"), "ct-diff-keep", "•"),
}


def check_page(request: HttpRequest) -> HttpResponse:
    """The findings; a POST mends those that were shown, if they still are what holds."""
    if not may_run_jobs(request.user):
        raise PermissionDenied
    asked = request.POST if request.method == "POST" else request.GET
    student, one = _number(asked.get("student")), _one(asked)
    findings, stale = _find(student, one), None
    if request.method == "POST":
        try:
            require_approved(findings, approved_fingerprint(request))
            return _repair(request, findings, student, one)
        except StalePlanError as error:
            stale = error
    context = {
        "title": _("Check the calendar"),
        "findings": findings,
        "rows": list(_rows(findings)),
        "most": MOST_SHOWN,
        "student": student,
        "narrowed": {name: asked[name] for name in NARROWING if asked.get(name)},
        "is_one": one is not None,
        "too_many": len(findings.students()) > MOST_AT_ONCE,
        "weeks": settings.HORIZON_WEEKS,
    }
    return plan_page(request, "admin/scheduling/check.html", context, stale)


def _repair(
    request: HttpRequest, before: CheckFindings, student: int | None, one: SingleOccurrence | None
) -> HttpResponse:
    back = HttpResponseRedirect(reverse("admin:check_schedules"))
    students = before.students()
    if len(students) > MOST_AT_ONCE:
        messages.error(request, _too_many())
        return back
    errors = repair(
        students,
        today=studio_today(),
        weeks=settings.HORIZON_WEEKS,
        clock=timezone.now,
        triggered_by=request.user.get_username(),
        occurrence=one,
    )
    for error in errors[:10]:
        messages.error(request, error)
    done = repaired(before, _find(student, one))
    text = ngettext("%(n)d finding mended.", "%(n)d findings mended.", len(done))
    messages.success(request, text % {"n": len(done)})
    left = before.repairable - len(done)
    if left > 0:
        text = ngettext("%(n)d is still there.", "%(n)d are still there.", left)
        messages.warning(request, text % {"n": left})
    return back


def _too_many() -> str:
    return _("That is too much for one click: generate the classes of the whole studio instead.")


def _find(student: int | None, one: SingleOccurrence | None) -> CheckFindings:
    students = (student,) if student else ()
    weeks = settings.HORIZON_WEEKS
    return find(studio_today(), weeks, timezone.now, student_ids=students, occurrence=one)


def _one(asked: QueryDict) -> SingleOccurrence | None:
    """The one class that an address names; nothing where it names none."""
    number, day = _number(asked.get("rule")), None
    with suppress(ValueError):
        day = parse_date(asked.get("day", ""))
    kind = next((each for each in SeriesKind if each.value == asked.get("kind")), None)
    if number is None or day is None or kind is None:
        return None
    return SingleOccurrence(SeriesKey(kind, number), day)


def _only(line: ResultLine, code: str) -> str:
    """The address of a finding alone. Times that differ by hand are mended with the student's."""
    if line.series is None or line.day is None or code == "instants_differ":
        return ""
    query = {
        "student": line.student_id,
        "kind": line.series.kind.value,
        "rule": line.series.id,
        "day": line.day.isoformat(),
    }
    return f"?{urlencode(query)}"


def _rows(findings: CheckFindings) -> Iterator[dict[str, Any]]:
    # The classes of a rule that has moved move together, the missing ones with them.
    moved = {line.series for line in findings.drifted}
    for number, (kind, line) in enumerate(findings.all()):
        if number == MOST_SHOWN:
            return
        title, becomes, style, sign = WORDS[kind]
        yield {
            "line": line,
            "title": title,
            "becomes": becomes,
            "style": style,
            "sign": sign,
            "reason": with_dates_written_out(line.reason) if line.code else _("there is no class"),
            "repairable": kind in REPAIRABLE and line.student_id is not None,
            "only": _only(line, line.code) if kind in REPAIRABLE else "",
            "only_says": _("Only this schedule") if line.series in moved else _("Only this"),
            "class_page": _class_page(line),
            "rule_page": _rule_page(line),
        }


def _class_page(line: ResultLine) -> str:
    if line.class_id is None:
        return ""
    return reverse("admin:scheduling_scheduledclass_change", args=[line.class_id])


def _rule_page(line: ResultLine) -> str:
    if line.series is None:
        return ""
    model = line.series.kind.value.replace("_", "")
    return reverse(f"admin:scheduling_{model}_change", args=[line.series.id])


def _number(text: str | None) -> int | None:
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


PAGES = (
    ToolPage(
        route="check/",
        name="check_schedules",
        view=check_page,
        title=gettext_lazy("Check the calendar"),
        shown=lambda request: may_run_jobs(request.user),
    ),
)
