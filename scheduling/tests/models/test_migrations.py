"""The migrations match the models and only add columns."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations import operations as ops
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader


@pytest.mark.django_db
def test_migrations_match_models():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db
def test_all_migrations_are_applied():
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


@pytest.mark.django_db
def test_table_of_classes_has_documented_columns():
    with connection.cursor() as cursor:
        names = {c.name for c in connection.introspection.get_table_description(cursor, "classes")}
        tables = connection.introspection.table_names(cursor)
    assert {"student_id", "date", "start_time", "end_time", "teacher_id", "status"} <= names
    assert {"scheduling_student", "scheduling_teacher", "scheduling_jobrun"} <= set(tables)


# The migrations of the first release.
FIRST = {f"{number:04}" for number in range(1, 10)}
# These remove or rename only unreleased columns.
UNRELEASED = {"0023", "0024", "0026", "0032"}


def test_migrations_only_add_so_that_two_versions_can_run():
    """A column is kept until the release after the last one that uses it."""
    removing = (ops.RemoveField, ops.RenameField, ops.DeleteModel, ops.RenameModel)
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app != "scheduling" or name[:4] in FIRST | UNRELEASED:
            continue
        for operation in migration.operations:
            assert not isinstance(operation, removing), f"{name}: {operation.describe()}"
            if isinstance(operation, ops.AddField):
                field = operation.field
                # The old code inserts rows without this column.
                has_value = field.null or field.has_db_default() or field.many_to_many
                assert has_value, f"{name}: {operation.describe()}"


@pytest.mark.django_db(transaction=True)
def test_migration_0030_replaces_prefixed_zone_names(migrate):
    before = migrate([("scheduling", "0029_revised_at")])
    names = ["posix/Europe/Madrid", "right/Asia/Tokyo", "Europe/Kiev", "localtime"]
    for name in names:
        teachers = before.get_model("scheduling", "Teacher").objects
        teachers.create(name=name, time_zone=name, language="en")

    after = migrate([("scheduling", "0030_zone_names")])

    teachers = after.get_model("scheduling", "Teacher").objects.order_by("id")
    zones = list(teachers.values_list("time_zone", flat=True))
    assert zones == ["Europe/Madrid", "Asia/Tokyo", "Europe/Kiev", "localtime"]
