"""What the owner's group may do now that hand edits are logged."""

from django.db import migrations

from scheduling.services.roles import ensure_roles


def give(apps, schema_editor):
    ensure_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0009_troubles"),
        ("auditlog", "0017_add_actor_email"),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
