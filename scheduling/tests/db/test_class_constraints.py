"""The constraints against double booking after migrations, and deferred on PostgreSQL."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models.signals import post_migrate

from scheduling.db import class_constraints
from scheduling.migrations.release_1_0_0 import classes
from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY


def triggers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        return [row for row in cursor.fetchall() if row[0].startswith("class_")]


def exclusions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, condeferrable, condeferred FROM pg_constraint"
            " WHERE contype = 'x' AND conrelid = 'classes'::regclass ORDER BY conname"
        )
        return cursor.fetchall()


def assert_double_booking_is_refused():
    bach = make.teacher()
    make.lesson(teacher=bach)
    with pytest.raises(IntegrityError, match="not_double_booked"), transaction.atomic():
        make.lesson(start="10:30", end="11:30", teacher=bach)


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_triggers_exist_after_table_is_rebuilt():
    before = triggers()
    assert len(before) == 10
    subject = ScheduledClass._meta.get_field("subject")
    longer = models.CharField(max_length=250, blank=True, db_default="")
    longer.set_attributes_from_name("subject")
    longer.model = ScheduledClass
    with connection.schema_editor() as editor:
        editor.alter_field(ScheduledClass, subject, longer)
    try:
        assert triggers() != before, "SQLite did not rebuild the table: this test proves nothing"
        scheduling = apps.get_app_config("scheduling")
        post_migrate.send(
            sender=scheduling,
            app_config=scheduling,
            verbosity=0,
            interactive=False,
            using="default",
            apps=apps,
            plan=[],
        )
        assert triggers() == before
        assert_double_booking_is_refused()
    finally:
        with connection.schema_editor() as editor:
            editor.alter_field(ScheduledClass, longer, subject)
        class_constraints.reinstall_after_migrate(None, "default")
    assert triggers() == before


@pytest.mark.sqlite
@pytest.mark.django_db
def test_reinstalling_twice_changes_nothing():
    before = triggers()
    class_constraints.reinstall_after_migrate(None, "default")
    assert triggers() == before


@pytest.mark.sqlite
@pytest.mark.django_db
def test_changed_trigger_is_replaced_by_migrate():
    """``IF NOT EXISTS`` alone would keep the old trigger."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER class_teacher_insert")
        cursor.execute(
            "CREATE TRIGGER class_teacher_insert BEFORE INSERT ON classes"
            " WHEN 0 BEGIN SELECT 1; END"
        )
    class_constraints.reinstall_after_migrate(None, "default")
    assert_double_booking_is_refused()


@pytest.mark.django_db(transaction=True)
def test_migration_can_be_reversed_and_applied_again():
    with connection.schema_editor() as editor:
        classes.uninstall(apps, editor)
        assert not (exclusions() if connection.vendor == "postgresql" else triggers())
        classes.install(apps, editor)
    class_constraints.reinstall_after_migrate(None, "default")
    assert_double_booking_is_refused()


@pytest.mark.postgresql
@pytest.mark.django_db
def test_constraints_are_deferrable_and_initially_immediate():
    assert exclusions() == [
        ("class_room_not_double_booked", True, False),
        ("class_student_not_double_booked", True, False),
        ("class_teacher_not_double_booked", True, False),
    ]


def swap(first, second):
    for row, source in ((first, second), (second, first)):
        ScheduledClass.objects.filter(pk=row.pk).update(
            start_time=source.start_time,
            end_time=source.end_time,
            starts_at=source.starts_at,
            ends_at=source.ends_at,
        )


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_deferred_constraints_allow_a_swap():
    bach = make.teacher()
    first = make.lesson(teacher=bach)
    second = make.lesson(start="11:00", end="12:00", teacher=bach)
    with pytest.raises(IntegrityError), transaction.atomic():
        swap(first, second)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        swap(first, second)
    first.refresh_from_db()
    assert first.start_time == make.at("11:00")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_deferred_constraints_refuse_remaining_overlap():
    def overlap():
        bach = make.teacher()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            make.lesson(teacher=bach)
            make.lesson(teacher=bach, start="10:30", end="11:30")
            written.append(ScheduledClass.objects.count())

    written = []
    with pytest.raises(IntegrityError):
        overlap()
    assert written == [2]
    assert not ScheduledClass.objects.exists()


@pytest.mark.django_db
def test_full_clean_works_on_both_databases():
    bach = make.teacher()
    make.lesson(teacher=bach)
    row = ScheduledClass(
        student=make.student(), teacher=bach, date=MONDAY, time_zone="UTC",
        start_time=make.at("12:00"), end_time=make.at("13:00"),
    )  # fmt: skip
    row.derive_instants()
    row.full_clean()
    row.save()
    assert ScheduledClass.objects.count() == 2
