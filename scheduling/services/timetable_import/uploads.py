"""Imports in two steps, upload and approval; the file is stored in between."""

import io
import zlib
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from auditlog.models import LogEntry
from django.db import transaction

from scheduling.models import TimetableUpload
from scheduling.services.notices import author_of
from scheduling.text.counts import people_and_rules

from .answers import NO_ANSWERS, Answers
from .importer import import_timetable
from .report import ImportReport

# About 40,000 rows; larger files take too long for a page and are left to the command.
MAX_BYTES = 5 * 1024 * 1024
LIFETIME = timedelta(hours=1)
# Pending uploads per user.
MAX_PENDING = 5
_LONGEST_NAME = 255


class UploadExpiredError(LookupError):
    """The upload has expired, does not exist or belongs to another user."""


def store_upload(content: bytes, file_name: str, owner: Any, now: datetime) -> TimetableUpload:
    """Store a file until its owner approves the preview; delete expired uploads."""
    pending = TimetableUpload.objects.filter(imported_at__isnull=True)
    with transaction.atomic():
        pending.filter(created_at__lte=now - LIFETIME).delete()
        own = pending.filter(owner=owner).order_by("-created_at")
        surplus = own.values_list("id", flat=True)[MAX_PENDING - 1 :]
        pending.filter(id__in=list(surplus)).delete()
        return TimetableUpload.objects.create(
            owner=owner,
            owner_name=owner.get_username(),
            file_name=file_name[-_LONGEST_NAME:],
            content=zlib.compress(content),
            created_at=now,
        )


def find(upload_id: UUID, owner: Any, now: datetime) -> TimetableUpload:
    """Return the owner's upload. Raises UploadExpiredError."""
    return _require(TimetableUpload.objects.filter(id=upload_id, owner=owner).first(), now)


def preview(upload: TimetableUpload, now: datetime, answers: Answers = NO_ANSWERS) -> ImportReport:
    """Return the report of a dry run."""
    return import_timetable(_source(upload), now=now, dry_run=True, answers=answers)


def confirm(
    upload_id: UUID,
    owner: Any,
    approved: str,
    now: datetime,
    answers: Answers = NO_ANSWERS,
    *,
    notify: bool = False,
) -> ImportReport | None:
    """Import the file by the plan with the ``approved`` fingerprint.

    With ``notify`` families and teachers are notified, except the owner. Return None if the file
    was imported before: a second click changes nothing. Raises
    UploadExpiredError, StalePlanError with the new report, and DatabaseError.
    """
    with transaction.atomic():
        rows = TimetableUpload.objects.select_for_update().filter(id=upload_id, owner=owner)
        upload = _require(rows.first(), now)
        if upload.imported_at is not None:
            return None
        report = import_timetable(
            _source(upload),
            now=now,
            answers=answers,
            approved=approved,
            notify=notify,
            author_id=author_of(owner),
        )
        if report.succeeded:
            _record(upload, report, now)
        return report


def import_file(
    source: BinaryIO,
    file_name: str,
    by: str,
    now: datetime,
    answers: Answers = NO_ANSWERS,
    *,
    notify: bool = False,
) -> ImportReport:
    """Import a file without a preview, for the command; ``by`` is the user's name.

    Raises DatabaseError, and OSError if the file can't be read.
    """
    with transaction.atomic():
        report = import_timetable(source, now=now, answers=answers, notify=notify)
        if report.succeeded:
            name = file_name[-_LONGEST_NAME:]
            _record(TimetableUpload(owner_name=by, file_name=name, created_at=now), report, now)
        return report


def _record(upload: TimetableUpload, report: ImportReport, now: datetime) -> None:
    """Save the report, and write an entry to the audit log."""
    upload.imported_at, upload.content = now, b""
    upload.report = report.document()
    upload.save()
    created = people_and_rules(
        report.teachers,
        report.students,
        report.fixed_schedules,
        report.recurring_slots,
        report.rooms,
    )
    changes = {"file_name": ["", upload.file_name], "report": ["", created]}
    LogEntry.objects.log_create(upload, action=LogEntry.Action.CREATE, changes=changes)


def recent_imports(count: int) -> list[TimetableUpload]:
    """Return the last imports of all users, newest first."""
    done = TimetableUpload.objects.filter(imported_at__isnull=False)
    return list(done.defer("content").order_by("-imported_at")[:count])


def _require(upload: TimetableUpload | None, now: datetime) -> TimetableUpload:
    if upload is None or (upload.imported_at is None and upload.created_at + LIFETIME <= now):
        raise UploadExpiredError
    return upload


def _source(upload: TimetableUpload) -> io.BytesIO:
    return io.BytesIO(zlib.decompress(upload.content))
