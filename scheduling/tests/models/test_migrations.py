"""The migrations say what the models say, and go all the way back."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


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
