"""The migrations say what the models say, and go all the way back."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations import operations as ops
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader


@pytest.mark.django_db
def test_models_and_migrations_do_not_drift():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db
def test_nothing_is_left_to_migrate():
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


@pytest.mark.django_db
def test_the_table_is_classes_with_the_columns_that_administrators_use():
    with connection.cursor() as cursor:
        names = {c.name for c in connection.introspection.get_table_description(cursor, "classes")}
        tables = connection.introspection.table_names(cursor)
    assert {"student_id", "date", "start_time", "end_time", "teacher_id", "status"} <= names
    assert {"scheduling_student", "scheduling_teacher", "scheduling_jobrun"} <= set(tables)


# The first release's own: nobody runs anything older.
FIRST = {f"{number:04}" for number in range(1, 10)}
# These remove or rename only what no release contains.
UNRELEASED = {"0023", "0024", "0026", "0032"}


def test_migrations_only_add_so_that_two_versions_can_work_side_by_side():
    """What a release reads or writes stays until the one after it has stopped doing so."""
    taking = (ops.RemoveField, ops.RenameField, ops.DeleteModel, ops.RenameModel)
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app != "scheduling" or name[:4] in FIRST | UNRELEASED:
            continue
        for operation in migration.operations:
            assert not isinstance(operation, taking), f"{name}: {operation.describe()}"
            if isinstance(operation, ops.AddField):
                field = operation.field
                # The old code inserts rows without it.
                filled = field.null or field.has_db_default() or field.many_to_many
                assert filled, f"{name}: {operation.describe()}"


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_writes_the_names_of_zones_as_iana_does(migrate):
    before = migrate([("scheduling", "0029_revised_at")])
    names = ["posix/Europe/Madrid", "right/Asia/Tokyo", "Europe/Kiev", "localtime"]
    for name in names:
        teachers = before.get_model("scheduling", "Teacher").objects
        teachers.create(name=name, time_zone=name, language="en")

    after = migrate([("scheduling", "0030_zone_names")])

    teachers = after.get_model("scheduling", "Teacher").objects.order_by("id")
    zones = list(teachers.values_list("time_zone", flat=True))
    assert zones == ["Europe/Madrid", "Asia/Tokyo", "Europe/Kiev", "localtime"]
