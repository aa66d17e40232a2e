"""The import pages: upload a file, preview and approve the import, and see its result."""

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

from scheduling.admin.core.notices import preview_notices, show_notified
from scheduling.admin.core.plan_page import approved_fingerprint, plan_page
from scheduling.admin.jobs.decorators import may_run
from scheduling.admin.jobs.overview.job_cards import button_of
from scheduling.admin.tools.rule_conflicts import rule_row
from scheduling.db.errors import log_and_describe
from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.jobs.notifications.notices import notices_about
from scheduling.models import Job, TimetableUpload
from scheduling.services.notices import author_of, is_default, is_wanted
from scheduling.services.timetable_import import Answers, ImportReport, group_faults, uploads
from scheduling.text.counts import people_and_rules

from .column_help import COLUMNS
from .permissions import importers_only
from .plan_sections import counts_of, sections_of

FAULTS_PER_PAGE = 200
_MAX_RECENT = 10
# The jobs that create classes from imported rules.
_GENERATING_JOBS = (Job.WEEKLY, Job.HORIZON)
_UPLOAD_URL, _PREVIEW_URL = "admin:import_timetable", "admin:import_timetable_preview"


class UploadForm(forms.Form):
    """A file of at most ``uploads.MAX_BYTES``."""

    file = forms.FileField(
        label=gettext_lazy("Timetable (CSV or .xlsx)"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx", "aria-describedby": "about-file"}),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "missing": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("The file is empty; its first line must name the columns."),
        },
        # Of the file name.
        max_length=255,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        size = file.size or 0
        if size > uploads.MAX_BYTES:
            message = _(
                "The file has %(size)s; here it may have %(most)s. Import it in parts, or with the "
                "command import_timetable, which takes any size."
            )
            sizes = {"size": filesizeformat(size), "most": filesizeformat(uploads.MAX_BYTES)}
            raise forms.ValidationError(message % sizes)
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@importers_only
def upload_page(request: HttpRequest) -> HttpResponse:
    """Store an uploaded file, and redirect to its preview."""
    form = UploadForm()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            upload = uploads.store_upload(file.read(), file.name, request.user, timezone.now())
            return redirect(_PREVIEW_URL, upload_id=upload.pk)
    context = {
        "form": form,
        "columns": COLUMNS,
        "most_bytes": uploads.MAX_BYTES,
        "earlier": [
            (earlier, people_and_rules(**_created_counts(earlier.report)))
            for earlier in uploads.recent_imports(_MAX_RECENT)
        ],
    }
    return _page(request, "upload", _("Import a timetable"), context)


@require_http_methods(["GET", "HEAD", "POST"])
@importers_only
def preview_page(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Show the plan, the faults, the questions or the result of an upload; a POST imports it.

    The answers to the questions are URL parameters.
    """
    now, stale = timezone.now(), None
    answers = Answers.from_values(request.GET.dict())
    try:
        if request.method == "POST":
            stale = _confirm(request, upload_id, now, answers)
            if stale is None:
                return redirect(request.get_full_path())
        upload = uploads.find(upload_id, request.user, now)
    except uploads.UploadExpiredError:
        message = _("That upload has expired: a file is kept for an hour. Upload it again.")
        messages.warning(request, message)
        return redirect(_UPLOAD_URL)
    except DatabaseError as error:
        reason = log_and_describe(error, "upload %s was not imported", upload_id)
        messages.error(request, _("Nothing was imported. %(why)s") % {"why": reason})
        return redirect(request.get_full_path())
    if upload.imported_at is not None:
        return _done_page(request, upload)
    report = stale.new_plan if stale else uploads.preview(upload, now, answers)
    if report.faults:
        return _faults_page(request, upload, report)
    if not report.succeeded:
        return _questions_page(request, upload, report)
    return _preview_page(request, upload, report, stale)


def _confirm(
    request: HttpRequest, upload_id: UUID, now: Any, answers: Answers
) -> StalePlanError | None:
    try:
        report = uploads.confirm(
            upload_id,
            request.user,
            approved_fingerprint(request),
            now,
            answers,
            notify=is_wanted("notify" in request.POST),
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
    else:
        show_notified(request, report.notified)
    return None


def _questions_page(
    request: HttpRequest, upload: TimetableUpload, report: ImportReport
) -> HttpResponse:
    context = {"upload": upload, "report": report, "given_answers": report.answers.to_values()}
    if report.ambiguities:
        return _page(request, "ambiguities", _("Dates and times"), context)
    return _page(request, "lookalikes", _("Names that look alike"), context)


def _preview_page(
    request: HttpRequest,
    upload: TimetableUpload,
    report: ImportReport,
    stale: StalePlanError | None,
) -> HttpResponse:
    sections, now = sections_of(report), timezone.now()
    plan = report.plan
    assert plan is not None
    counts = (
        *(report.teachers, report.students, report.fixed_schedules),
        *(report.recurring_slots, report.rooms),
    )
    context = {
        "upload": upload,
        "kept_until": upload.created_at + uploads.LIFETIME,
        "report": report,
        "created": people_and_rules(*counts) if any(counts) else "",
        "has_work": any(counts)
        or report.start_dates
        or plan.adopted
        or report.ended
        or report.replaced
        or report.roomed,
        "sections": sections,
        "counts": counts_of(sections),
        "conflicts": [rule_row(rule) for rule in report.rule_conflicts or []],
        "notices": preview_notices(
            notices_about(report.changes, now, author_of(request.user)), now
        ),
        "notify": "notify" in request.POST if request.method == "POST" else is_default(),
    }
    return _page(request, "preview", _("Preview of an import"), context, stale)


def _faults_page(
    request: HttpRequest, upload: TimetableUpload, report: ImportReport
) -> HttpResponse:
    count = len(report.faults)
    heading = ngettext(
        "The file has %(n)d problem, so none of it is imported",
        "The file has %(n)d problems, so none of it is imported",
        count,
    )
    page = Paginator(group_faults(report.faults), FAULTS_PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "upload": upload,
        "report": report,
        "heading": heading % {"n": count},
        "page": page,
    }
    title = _("Problems in %(file)s") % {"file": upload.file_name}
    return _page(request, "faults", title, context)


def _done_page(request: HttpRequest, upload: TimetableUpload) -> HttpResponse:
    created = _created_counts(upload.report)
    context = {
        "upload": upload,
        "created": people_and_rules(**created),
        "is_empty": not any(created.values()),
        "start_dates": upload.report["startDatesSet"],
        "changed": sum(upload.report.get("changed", {}).values()),
        "buttons": [(job.value, button_of(job)) for job in _GENERATING_JOBS if may_run(request)],
    }
    return _page(request, "done", _("Imported"), context)


def _created_counts(report: dict[str, Any]) -> dict[str, int]:
    created = report["created"]
    return {
        "teachers": created["teachers"],
        "students": created["students"],
        "fixed_schedules": created["fixedSchedules"],
        "recurring_slots": created["recurringSlots"],
        "rooms": created.get("rooms", 0),
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
