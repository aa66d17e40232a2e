"""The pages: choose a file; look at what it would do, and agree; see what it did."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from scheduling.admin.core.links import Links
from scheduling.admin.core.plan_page import approved_fingerprint, plan_page
from scheduling.admin.core.result_table import rows_of_lines
from scheduling.admin.jobs.decorators import may_run
from scheduling.admin.jobs.job_cards import button_of
from scheduling.db.errors import log_and_describe as told
from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.models import Job, TimetableUpload
from scheduling.services.timetable_import import Answers, ImportReport, kinds_of, uploads
from scheduling.text.counts import people_and_rules

from .column_help import COLUMNS
from .permissions import importers_only
from .plan_sections import counts_of, sections_of


class UploadForm(forms.Form):
    """One file, of a size that a browser's patience allows."""

    file = forms.FileField(
        label=gettext_lazy("Timetable (CSV or .xlsx)"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx", "aria-describedby": "about-file"}),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "missing": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("The file is empty; its first line must name the columns."),
        },
        # No more than the message below has to show.
        max_length=255,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        size = file.size or 0
        if size > uploads.MOST_BYTES:
            message = _(
                "The file has %(size)s; here it may have %(most)s. Import it in parts, or with the "
                "command import_timetable, which takes any size."
            )
            sizes = {"size": filesizeformat(size), "most": filesizeformat(uploads.MOST_BYTES)}
            raise forms.ValidationError(message % sizes)
        return file


FAULTS_A_PAGE = 200
_EARLIER = 10
# What an import would make has no page yet.
NO_LINKS = Links(
    students=False,
    teachers=False,
    classes=False,
    slots=False,
    schedules=False,
    settings=False,
    jobs=False,
    may=lambda model: False,
)
# Of the weekly rules of a file one kind is either's.
_JOBS = (Job.WEEKLY, Job.HORIZON)
_MAIN, _ONE = "admin:import_timetable", "admin:import_timetable_preview"


@require_http_methods(["GET", "HEAD", "POST"])
@importers_only
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file. It is kept, and looked at on a page of its own."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        # An empty form is bound too: it has to say that there is no file.
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            kept = uploads.store_upload(file.read(), file.name, request.user, timezone.now())
            return redirect(_ONE, upload_id=kept.pk)
    context = {
        "form": form,
        "columns": COLUMNS,
        "most_bytes": uploads.MOST_BYTES,
        "earlier": [
            (one, people_and_rules(**_created(one.report))) for one in uploads.imports(_EARLIER)
        ],
    }
    return _page(request, "upload", _("Import a timetable"), context)


@require_http_methods(["GET", "HEAD", "POST"])
@importers_only
def preview(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """What the file would do, or is wrong with it; the button; and then what it did.

    What can be read in two ways is asked first; the answers are in the address.
    """
    now, stale = timezone.now(), None
    answers = Answers.read(request.GET.dict())
    try:
        if request.method == "POST":
            stale = _confirm(request, upload_id, now, answers)
            if stale is None:
                return redirect(request.get_full_path())
        kept = uploads.find(upload_id, request.user, now)
    except uploads.UploadExpiredError:
        message = _("That upload is gone: a file is kept for an hour. Upload it again.")
        messages.warning(request, message)
        return redirect(_MAIN)
    except DatabaseError as error:
        why = told(error, "upload %s was not imported", upload_id)
        messages.error(request, _("Nothing was imported. %(why)s") % {"why": why})
        return redirect(request.get_full_path())
    if kept.imported_at is not None:
        return _done(request, kept)
    report = stale.new_plan if stale else uploads.preview(kept, now, answers)
    if report.faults:
        return _faulty(request, kept, report)
    if not report.succeeded:
        return _asking(request, kept, report)
    return _planned(request, kept, report, stale)


def _confirm(
    request: HttpRequest, upload_id: UUID, now: Any, answers: Answers
) -> StalePlanError | None:
    try:
        report = uploads.confirm(
            upload_id, request.user, approved_fingerprint(request), now, answers
        )
    except StalePlanError as error:
        return error
    if report is None:
        messages.info(request, _("This file was imported already; nothing was done again."))
    elif report.faults:
        messages.error(
            request,
            _("Nothing was imported: the data has changed since, and the file no longer fits."),
        )
    elif not report.succeeded:
        messages.error(request, _("Nothing was imported: a question about the file is open."))
    return None


def _asking(request: HttpRequest, kept: TimetableUpload, report: ImportReport) -> HttpResponse:
    context = {"upload": kept, "report": report, "given": report.answers.given()}
    if report.doubts:
        return _page(request, "doubts", _("Dates and times"), context)
    return _page(request, "people", _("Names that look alike"), context)


def _planned(
    request: HttpRequest, kept: TimetableUpload, report: ImportReport, stale: StalePlanError | None
) -> HttpResponse:
    sections = sections_of(report)
    plan = report.plan
    assert plan is not None
    counts = (report.teachers, report.students, report.fixed_schedules, report.recurring_slots)
    context = {
        "upload": kept,
        "kept_until": kept.created_at + uploads.KEPT_FOR,
        "report": report,
        "created": people_and_rules(*counts) if any(counts) else "",
        "has_work": any(counts)
        or report.start_dates
        or plan.adopted
        or report.ended
        or report.replaced,
        "sections": sections,
        "chips": counts_of(sections),
        "clashes": rows_of_lines(report.clashes or [], NO_LINKS),
    }
    return _page(request, "preview", _("Preview of an import"), context, stale)


def _faulty(request: HttpRequest, kept: TimetableUpload, report: ImportReport) -> HttpResponse:
    count = len(report.faults)
    said = ngettext(
        "The file has %(n)d problem, so none of it is imported",
        "The file has %(n)d problems, so none of it is imported",
        count,
    )
    shown = Paginator(kinds_of(report.faults), FAULTS_A_PAGE).get_page(request.GET.get("p"))
    context = {"upload": kept, "report": report, "said": said % {"n": count}, "shown": shown}
    title = _("Problems in %(file)s") % {"file": kept.file_name}
    return _page(request, "faults", title, context)


def _done(request: HttpRequest, kept: TimetableUpload) -> HttpResponse:
    created = _created(kept.report)
    context = {
        "upload": kept,
        "created": people_and_rules(**created),
        "is_empty": not any(created.values()),
        "start_dates": kept.report["startDatesSet"],
        "changed": sum(kept.report.get("changed", {}).values()),
        "buttons": [(job.value, button_of(job)) for job in _JOBS if may_run(request)],
    }
    return _page(request, "done", _("Imported"), context)


def _created(report: dict[str, Any]) -> dict[str, int]:
    made = report["created"]
    return {
        "teachers": made["teachers"],
        "students": made["students"],
        "fixed_schedules": made["fixedSchedules"],
        "recurring_slots": made["recurringSlots"],
    }


def _page(
    request: HttpRequest,
    name: str,
    title: str,
    context: dict[str, Any],
    stale: StalePlanError | None = None,
) -> TemplateResponse:
    return plan_page(
        request, f"admin/tools/timetable_import/{name}.html", {"title": title} | context, stale
    )
