"""No double booking, in the database itself: exclusion constraints, or triggers on SQLite.

``ExclusionConstraint`` in a model's Meta breaks on SQLite, both in CREATE and in full_clean;
hence plain statements for the vendor at hand.
"""

from django.db import migrations

from scheduling.db import class_constraints as guards


def install(apps, schema_editor):
    guards.install(schema_editor.connection, schema_editor.execute)


def uninstall(apps, schema_editor):
    guards.uninstall(schema_editor.connection, schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial")]

    operations = [migrations.RunPython(install, uninstall)]
