"""The groups Owner, Scheduler, Teacher and Viewer with their permissions."""

from django.conf import settings
from django.db import migrations

from scheduling.services.roles import ensure_roles


def make(apps, schema_editor):
    ensure_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0006_own_permissions"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("knox", "0009_extend_authtoken_field"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    # Back again the groups stay: people are in them.
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
