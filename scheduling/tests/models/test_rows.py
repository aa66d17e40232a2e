"""Rows of the models: plain SQL, instants, protection from deletion, and the studio."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from scheduling.domain.wallclock import UnknownZoneError
from scheduling.models import JobRun, JobRunItem, ScheduledClass, Studio, Trigger
from scheduling.models.studio import VARIABLES, first_values
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at, moment
from scheduling.tests.jobs.helpers import calendar, horizon

pytestmark = pytest.mark.django_db


def test_classes_can_be_read_by_plain_sql():
    row = make.lesson()
    with connection.cursor() as cursor:
        cursor.execute("SELECT student_id, date FROM classes")
        ((student, day),) = cursor.fetchall()
    assert (student, str(day)) == (row.student_id, str(MONDAY))


def test_insert_needs_only_required_columns():
    ana = make.student()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO classes"
            " (student_id, date, start_time, end_time, time_zone, starts_at, ends_at)"
            " VALUES (%s, '2026-01-05', '10:00', '11:00', 'UTC',"
            " '2026-01-05 10:00:00', '2026-01-05 11:00:00')",
            [ana.pk],
        )
    row = ScheduledClass.objects.get()
    assert (row.status, row.is_shared, row.notes, row.attendance) == ("scheduled", False, "", "")
    assert row.created_at is not None
    assert not row.is_generated


@pytest.mark.parametrize(
    ("zone", "day", "start", "end", "begins", "minutes"),
    [
        ("UTC", "2026-01-05", "10:00", "11:00", "2026-01-05 10:00", 60),
        ("Europe/Madrid", "2026-07-01", "10:00", "10:45", "2026-07-01 08:00", 45),
        ("Europe/Madrid", "2026-03-29", "02:30", "03:30", "2026-03-29 01:30", 60),
        ("Europe/Madrid", "2026-10-25", "02:30", "03:30", "2026-10-25 00:30", 60),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "03:15", "2026-10-03 15:45", 60),
        ("America/Havana", "2026-03-08", "00:00", "01:00", "2026-03-08 05:00", 60),
        ("UTC", "2026-01-05", "23:30", "00:30", "2026-01-05 23:30", 60),
        ("UTC", "2026-01-05", "10:00", "10:00", "2026-01-05 10:00", 1440),
    ],
)
def test_instants_are_derived_from_local_times(zone, day, start, end, begins, minutes):
    row = make.lesson(on=make.day(day), start=start, end=end, time_zone=zone)
    row.refresh_from_db()
    assert row.starts_at == moment(begins)
    assert row.ends_at - row.starts_at == timedelta(minutes=minutes)


def test_default_zone_is_of_teacher_or_of_studio(settings):
    settings.TIME_ZONE = "America/Bogota"
    assert make.lesson().time_zone == "America/Bogota"
    assert make.lesson(teacher=make.teacher(zone="Asia/Tokyo")).time_zone == "Asia/Tokyo"


def test_save_with_update_fields_saves_instants():
    row = make.lesson()
    row.start_time, row.end_time = at("12:00"), at("13:00")
    row.save(update_fields=["start_time", "end_time"])
    row.refresh_from_db()
    assert (row.starts_at, row.ends_at) == (moment("2026-01-05 12:00"), moment("2026-01-05 13:00"))


def test_unknown_zone_is_refused():
    with pytest.raises(UnknownZoneError):
        make.lesson(time_zone="Mars/Olympus")
    assert not ScheduledClass.objects.exists()


@pytest.fixture
def history():
    """Create a slot and a fixed schedule with a class each."""
    slot, schedule = make.slot(), make.schedule(teacher=make.teacher())
    make.lesson(recurring_slot=slot)
    make.lesson(on=MONDAY, fixed_schedule=schedule)
    return slot, schedule


@pytest.mark.parametrize("pick", range(6))
def test_row_with_classes_can_not_be_deleted(history, pick):
    slot, schedule = history
    row = [slot, schedule, slot.teacher, slot.student, schedule.teacher, schedule.student][pick]
    with pytest.raises(ProtectedError):
        row.delete()


@pytest.mark.parametrize(
    "table", ["scheduling_student", "scheduling_teacher", "scheduling_recurringslot"]
)
def test_row_with_classes_can_not_be_deleted_by_plain_sql(history, table):
    def delete():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        delete()


@pytest.mark.parametrize("kind", ["teacher", "student"])
def test_person_with_closure_can_not_be_deleted(kind):
    person = getattr(make, kind)()
    make.closure("Leave", MONDAY, **{kind: person})
    with pytest.raises(ProtectedError):
        person.delete()


def test_deleted_run_does_not_change_its_classes():
    make.slot()
    make.slot(status="paused")
    result = horizon()
    before = calendar()
    run = JobRun.objects.get()
    stamps = list(ScheduledClass.objects.values_list("updated_at", "created_by_run_id"))
    run.delete()
    assert not JobRunItem.objects.exists()
    assert calendar() == before
    after = list(ScheduledClass.objects.values_list("updated_at", "created_by_run_id"))
    assert after == stamps
    assert {run_id for _, run_id in after} == {result.run_id}


def test_class_can_refer_to_deleted_run():
    row = make.lesson()
    ScheduledClass.objects.filter(pk=row.pk).update(created_by_run_id=999_999)
    connection.check_constraints()
    row.refresh_from_db()
    row.notes = "still to be saved"
    row.save()


def test_student_in_result_lines_can_be_deleted():
    run = JobRun.objects.create(job="weekly", trigger=Trigger.COMMAND, started_at=timezone.now())
    ana = make.student()
    JobRunItem.objects.create(run=run, outcome="no_schedule", student=ana, code="no_schedule")
    ana.delete()
    connection.check_constraints()
    assert JobRunItem.objects.count() == 1


def test_class_stays_cancelled_after_deletion_of_closure():
    make.slot()
    horizon(weeks=1)
    strike = make.closure("Strike", MONDAY)
    horizon(weeks=1)
    strike.delete()
    row = ScheduledClass.objects.get()
    assert (row.status, row.cancelled_by, row.closure) == ("cancelled", "closure", None)


@pytest.mark.parametrize("model", ["Student", "Teacher", "FixedSchedule", "RecurringSlot"])
def test_models_have_readable_texts(model):
    makers = {"FixedSchedule": make.schedule, "RecurringSlot": make.slot}
    row = makers.get(model) or getattr(make, model.lower())
    assert str(row()).strip()
    assert "None" not in str(row())


def test_each_first_value_has_its_variable():
    assert first_values().keys() == VARIABLES.keys()


@pytest.mark.parametrize(
    "values",
    [
        {"id": 2},
        {"language": "de"},
        {"unmarked_days": 367},
        {"reminder_hours": 169},
        {"makeup_rule": "always"},
        {"currency": "EU"},
        {"currency": "eur"},
        {"cancel_notice_hours": 0},
        {"cancel_notice_hours": 169},
        {"notify_families": "later"},
        {"makeup_days": 0},
        {"makeup_days": 367},
    ],
)
def test_invalid_or_second_studio_is_refused(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Studio.objects.create(**first_values() | values)
