"""Imports in two steps: exactly the approved plan is applied, once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.models import RecurringSlot, Student, Teacher, TimetableUpload
from scheduling.models.studio import one_reading
from scheduling.services.timetable_import import uploads

from .timetable_files import NOW, csv_bytes, everything, imported, nothing_stored, row

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def teresa() -> User:
    return User.objects.create_user("teresa")


def store(owner: User, *rows: dict[str, str], **changes: str) -> TimetableUpload:
    return uploads.store_upload(csv_bytes(*(rows or [row(**changes)])), "week.csv", owner, NOW)


def fingerprint_of(upload: TimetableUpload) -> str:
    plan = uploads.preview(upload, NOW).plan
    assert plan is not None
    return plan.fingerprint


def test_a_preview_samples_each_kind_and_writes_nothing(teresa):
    imported(row(), row(days="2"))
    rows = [row(), row(), row(days="2"), row(days="3"), row(teacher="", teacher_time_zone="")]
    many = [row(student_first_name=f"S{i}", student_email=f"{i}@example.com") for i in range(30)]
    before = everything()

    report = uploads.preview(store(teresa, *rows, *many), NOW)

    plan = report.plan
    assert everything() == before
    assert (report.students, len(plan.students)) == (30, 20)
    assert (report.recurring_slots, len(plan.recurring_slots)) == (31, 20)
    assert [(line.line, line.weekday) for line in plan.unchanged] == [(2, 1), (4, 2)]
    assert [line.line for line in plan.fixed_schedules] == [6]
    assert [(line.line, line.repeats) for line in plan.merged] == [(3, 2)]
    assert plan.teachers == []


def test_an_approved_plan_is_imported_once(teresa):
    upload = store(teresa)
    fingerprint = fingerprint_of(upload)

    report = uploads.confirm(upload.pk, teresa, fingerprint, LATER)
    again = uploads.confirm(upload.pk, teresa, fingerprint, LATER)

    assert report.students == 1
    assert again is None
    assert Student.objects.count() == 1
    upload.refresh_from_db()
    assert (upload.imported_at, bytes(upload.content)) == (LATER, b"")
    assert upload.report["created"]["students"] == 1
    assert uploads.recent_imports(5) == [upload]


CHANGES = {
    "a teacher came": lambda: Teacher.objects.create(name="Clara", time_zone="Europe/Madrid"),
    "a student came": lambda: Student.objects.create(
        first_name="Ana", last_name="Pérez", email="ana@example.com"
    ),
    "another import came": lambda: imported(row()),
    "part of it came": lambda: imported(row(days="1")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_plan_is_not_applied(teresa, change):
    upload = store(teresa, days="12")
    fingerprint = fingerprint_of(upload)
    CHANGES[change]()
    before = everything()

    with pytest.raises(StalePlanError) as caught:
        uploads.confirm(upload.pk, teresa, fingerprint, LATER)

    assert everything() == before
    assert fingerprint_of(upload) != fingerprint
    assert caught.value.new_plan.fingerprint == fingerprint_of(upload)
    assert uploads.confirm(upload.pk, teresa, fingerprint_of(upload), LATER).succeeded


def test_unrelated_changes_keep_the_plan(teresa):
    upload = store(teresa)
    fingerprint = fingerprint_of(upload)
    imported(row(teacher="Tom", student_first_name="Leo", student_email="leo@example.com"))

    assert uploads.confirm(upload.pk, teresa, fingerprint, LATER).students == 1


def test_an_edit_before_the_approval_is_a_fault(teresa):
    imported(row())
    upload = store(teresa, row(), row(days="2"))
    fingerprint = fingerprint_of(upload)
    RecurringSlot.objects.update(subject="Violin")
    before = everything()

    report = uploads.confirm(upload.pk, teresa, fingerprint, LATER)

    assert [fault.column for fault in report.faults] == ["subject"]
    assert everything() == before


def test_an_open_start_is_the_day_of_the_plan(teresa):
    upload = uploads.store_upload(csv_bytes(row(valid_from="")), "week.csv", teresa, NOW)
    fingerprint = fingerprint_of(upload)
    tomorrow = NOW + timedelta(days=1)
    TimetableUpload.objects.update(created_at=tomorrow)

    with pytest.raises(StalePlanError):
        uploads.confirm(upload.pk, teresa, fingerprint, tomorrow)


@pytest.mark.parametrize("fingerprint", ["", "none", "0" * 64])
def test_without_approval_nothing_is_written(teresa, fingerprint):
    with pytest.raises(StalePlanError):
        uploads.confirm(store(teresa).pk, teresa, fingerprint, LATER)

    assert nothing_stored()


def test_an_upload_is_private_and_expires_after_an_hour(teresa):
    upload = store(teresa)
    fingerprint = fingerprint_of(upload)
    other = User.objects.create_user("vera")
    over = NOW + uploads.LIFETIME

    for owner, now, pk in [(other, LATER, upload.pk), (teresa, over, upload.pk)]:
        with pytest.raises(uploads.UploadExpiredError):
            uploads.find(pk, owner, now)
        with pytest.raises(uploads.UploadExpiredError):
            uploads.confirm(pk, owner, fingerprint, now)
    with pytest.raises(uploads.UploadExpiredError):
        uploads.find(uuid4(), teresa, LATER)
    assert uploads.find(upload.pk, teresa, over - timedelta(seconds=1)) == upload
    assert nothing_stored()


def test_a_finished_import_does_not_expire(teresa):
    upload = store(teresa)
    uploads.confirm(upload.pk, teresa, fingerprint_of(upload), LATER)

    assert uploads.find(upload.pk, teresa, NOW + timedelta(days=9)).imported_at == LATER


def test_old_and_surplus_uploads_are_deleted(teresa):
    other = User.objects.create_user("vera")
    done = store(teresa)
    uploads.confirm(done.pk, teresa, fingerprint_of(done), LATER)
    store(other)
    for minutes in range(uploads.MAX_PENDING + 2):
        uploads.store_upload(b"x", f"{minutes}.csv", teresa, NOW + timedelta(minutes=minutes))

    pending = TimetableUpload.objects.filter(imported_at=None)
    assert pending.filter(owner=teresa).count() == uploads.MAX_PENDING
    assert pending.filter(owner=other).count() == 1
    uploads.store_upload(b"x", "new.csv", other, NOW + timedelta(hours=3))
    assert list(pending.values_list("file_name", flat=True)) == ["new.csv"]
    assert TimetableUpload.objects.filter(pk=done.pk).exists()


@pytest.mark.one_database(name="sqlite")
def test_query_count_of_a_preview_does_not_grow_with_the_file(teresa):
    counts = []
    for size in (20, 400):  # lessons clash in both
        rows = [row(student_email=f"{i}@example.com", days=str(i % 7 + 1)) for i in range(size)]
        upload = store(teresa, *rows)
        with one_reading(), CaptureQueriesContext(connection) as queries:
            uploads.preview(upload, NOW)
        counts.append(len(queries))

    assert counts[0] == counts[1]
