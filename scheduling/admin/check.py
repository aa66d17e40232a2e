"""“Check the calendar”: where it differs from the schedules, as a plan that a click carries out."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduling.jobs.check import MENDABLE, Findings, find, mended
from scheduling.jobs.lines import Line
from scheduling.jobs.mend import mend

from .access import may_run_jobs
from .filters import studio_today
from .page import Page

# More of them are counted, and mended, but not drawn.
MOST_SHOWN = 300
# More students than these are a run of the whole studio, which goes on in the background.
MOST_AT_ONCE = 200

WORDS = {
    "missing": (gettext_lazy("Missing"), gettext_lazy("will be made"), "ct-diff-create", "+"),
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
    student = _number(request.POST.get("student") or request.GET.get("student"))
    findings = _find((student,) if student else ())
    if request.method == "POST":
        return _mend(request, findings, student)
    context = {
        **admin.site.each_context(request),
        "title": _("Check the calendar"),
        "findings": findings,
        "rows": list(_rows(findings)),
        "most": MOST_SHOWN,
        "student": student,
        "too_many": len(findings.students()) > MOST_AT_ONCE,
        "today": studio_today(),
    }
    return TemplateResponse(request, "admin/scheduling/check.html", context)


def _mend(request: HttpRequest, before: Findings, student: int | None) -> HttpResponse:
    back = HttpResponseRedirect(reverse("admin:check_schedules"))
    if before.fingerprint() != request.POST.get("shown"):
        messages.warning(
            request, _("The calendar has changed since. Nothing was done: look again.")
        )
        return back
    students = before.students()
    if len(students) > MOST_AT_ONCE:
        messages.error(request, _too_many())
        return back
    errors = mend(
        students,
        today=studio_today(),
        weeks=settings.HORIZON_WEEKS,
        clock=timezone.now,
        triggered_by=request.user.get_username(),
    )
    for error in errors[:10]:
        messages.error(request, error)
    done = mended(before, _find((student,) if student else ()))
    text = ngettext("%(n)d finding mended.", "%(n)d findings mended.", len(done))
    messages.success(request, text % {"n": len(done)})
    left = before.mendable - len(done)
    if left > 0:
        text = ngettext("%(n)d is still there.", "%(n)d are still there.", left)
        messages.warning(request, text % {"n": left})
    return back


def _too_many() -> str:
    return _("That is too much for one click: generate the classes of the whole studio instead.")


def _find(students: tuple[int, ...]) -> Findings:
    return find(studio_today(), settings.HORIZON_WEEKS, timezone.now, student_ids=students)


def _rows(findings: Findings) -> Iterator[dict[str, Any]]:
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
            "reason": line.reason if line.code else _("no class is stored"),
            "mendable": kind in MENDABLE and line.student_id is not None,
            "class_page": _class_page(line),
            "rule_page": _rule_page(line),
        }


def _class_page(line: Line) -> str:
    if line.class_id is None:
        return ""
    return reverse("admin:scheduling_scheduledclass_change", args=[line.class_id])


def _rule_page(line: Line) -> str:
    if line.series is None:
        return ""
    model = line.series.kind.value.replace("_", "")
    return reverse(f"admin:scheduling_{model}_change", args=[line.series.id])


def _number(text: str | None) -> int | None:
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


PAGES = (
    Page(
        route="check/",
        name="check_schedules",
        view=check_page,
        title=gettext_lazy("Check the calendar"),
        shown=lambda request: may_run_jobs(request.user),
    ),
)
