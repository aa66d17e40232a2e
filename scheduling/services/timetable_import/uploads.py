"""An import in two steps: upload and preview, then approve. The file is kept in between."""

import io
import zlib
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from auditlog.models import LogEntry
from django.db import transaction

from scheduling.models import TimetableUpload
from scheduling.text.counts import people_and_rules

from .answers import NOTHING_SAID, Answers
from .importer import import_timetable
from .report import ImportReport

# A megabyte has some 8,000 rows. What is larger is the command's: a browser would not wait.
MOST_BYTES = 5 * 1024 * 1024
KEPT_FOR = timedelta(hours=1)
# Of one person at a time, for what is in an hour of uploads.
MOST_PENDING = 5
_LONGEST_NAME = 255


class UploadExpiredError(LookupError):
    """There is no such upload: it was too long ago, or is somebody else's."""


def store_upload(content: bytes, file_name: str, owner: Any, now: datetime) -> TimetableUpload:
    """Keep a file until its owner has approved its preview. What is too old goes."""
    pending = TimetableUpload.objects.filter(imported_at__isnull=True)
    with transaction.atomic():
        pending.filter(created_at__lte=now - KEPT_FOR).delete()
        own = pending.filter(owner=owner).order_by("-created_at")
        too_many = own.values_list("id", flat=True)[MOST_PENDING - 1 :]
        pending.filter(id__in=list(too_many)).delete()
        return TimetableUpload.objects.create(
            owner=owner,
            owner_name=owner.get_username(),
            file_name=file_name[-_LONGEST_NAME:],
            content=zlib.compress(content),
            created_at=now,
        )


def find(upload_id: UUID, owner: Any, now: datetime) -> TimetableUpload:
    """The owner's upload, imported or not too old. Raises UploadExpiredError."""
    return _found(TimetableUpload.objects.filter(id=upload_id, owner=owner).first(), now)


def preview(
    upload: TimetableUpload, now: datetime, answers: Answers = NOTHING_SAID
) -> ImportReport:
    """What its import would do."""
    return import_timetable(_source(upload), now=now, dry_run=True, answers=answers)


def confirm(
    upload_id: UUID, owner: Any, approved: str, now: datetime, answers: Answers = NOTHING_SAID
) -> ImportReport | None:
    """Import this file by the plan with the ``approved`` fingerprint.

    None if it was imported before: a second press of the button changes nothing. Raises
    UploadExpiredError, StalePlanError with the report of the new plan, and DatabaseError.
    """
    with transaction.atomic():
        rows = TimetableUpload.objects.select_for_update().filter(id=upload_id, owner=owner)
        upload = _found(rows.first(), now)
        if upload.imported_at is not None:
            return None
        report = import_timetable(_source(upload), now=now, answers=answers, approved=approved)
        if report.succeeded:
            _record(upload, report, now)
        return report


def import_file(
    source: BinaryIO, file_name: str, by: str, now: datetime, answers: Answers = NOTHING_SAID
) -> ImportReport:
    """Import a file without a preview, as a command does; ``by`` is the name of who runs it.

    Raises DatabaseError, and OSError if the file can't be read.
    """
    with transaction.atomic():
        report = import_timetable(source, now=now, answers=answers)
        if report.succeeded:
            name = file_name[-_LONGEST_NAME:]
            _record(TimetableUpload(owner_name=by, file_name=name, created_at=now), report, now)
        return report


def _record(upload: TimetableUpload, report: ImportReport, now: datetime) -> None:
    """Keep what was imported, in the list of imports and in the audit log."""
    upload.imported_at, upload.content = now, b""
    upload.report = report.document()
    upload.save()
    made = people_and_rules(
        report.teachers, report.students, report.fixed_schedules, report.recurring_slots
    )
    changes = {"file_name": ["", upload.file_name], "report": ["", made]}
    LogEntry.objects.log_create(upload, action=LogEntry.Action.CREATE, changes=changes)


def imports(count: int) -> list[TimetableUpload]:
    """The last imports, whoever's."""
    done = TimetableUpload.objects.filter(imported_at__isnull=False)
    return list(done.defer("content").order_by("-imported_at")[:count])


def _found(upload: TimetableUpload | None, now: datetime) -> TimetableUpload:
    if upload is None or (upload.imported_at is None and upload.created_at + KEPT_FOR <= now):
        raise UploadExpiredError
    return upload


def _source(upload: TimetableUpload) -> io.BytesIO:
    return io.BytesIO(zlib.decompress(upload.content))
