"""The tables of release 1.0.0, for a new database.

A database in which a migration of the list below is applied goes on with the others of the list.
They stay until no such database is left: docs/decisions/0023-one-migration-of-release-1-0-0.md.
"""

from django.conf import settings
from django.db import migrations

from scheduling.services.roles import ensure_roles

from .release_1_0_0 import access, classes, jobs, messages, people, studio, weekly_lessons


def create_roles(apps, schema_editor):
    ensure_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("scheduling", "0001_initial"),
        ("scheduling", "0002_no_double_booking"),
        ("scheduling", "0003_shared_cache"),
        ("scheduling", "0004_run_jobs_permission"),
        ("scheduling", "0005_class_start"),
        ("scheduling", "0006_own_permissions"),
        ("scheduling", "0007_roles"),
        ("scheduling", "0008_undone_runs"),
        ("scheduling", "0009_troubles"),
        ("scheduling", "0010_owners_see_the_audit_log"),
        ("scheduling", "0011_calendar_feeds"),
        ("scheduling", "0012_timetable_uploads"),
        ("scheduling", "0013_pauses"),
        ("scheduling", "0014_whole_runs"),
        ("scheduling", "0015_reminders"),
        ("scheduling", "0016_make_ups"),
        ("scheduling", "0017_cancellation_notices"),
        ("scheduling", "0018_public_holidays"),
        ("scheduling", "0019_import_until"),
        ("scheduling", "0020_needed_indexes"),
        ("scheduling", "0021_shards"),
        ("scheduling", "0022_chargeable"),
        ("scheduling", "0023_no_shards"),
        ("scheduling", "0024_refused_credentials"),
        ("scheduling", "0025_normalised_text"),
        ("scheduling", "0026_outbox"),
        ("scheduling", "0027_job_names"),
        ("scheduling", "0028_studio"),
        ("scheduling", "0029_revised_at"),
        ("scheduling", "0030_zone_names"),
        ("scheduling", "0031_first_values"),
        ("scheduling", "0032_incidents"),
        ("scheduling", "0033_guardians"),
        ("scheduling", "0034_rooms"),
        ("scheduling", "0035_monitoring"),
        ("scheduling", "0036_api_tokens_and_retention"),
        ("scheduling", "0037_working_hours"),
        ("scheduling", "0038_prices"),
        ("scheduling", "0039_notices"),
        ("scheduling", "0040_substitutes"),
        ("scheduling", "0041_family_pages"),
        ("scheduling", "0042_personal_data"),
        ("scheduling", "0043_cancelled_classes"),
        ("scheduling", "0044_account_links"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("knox", "0009_extend_authtoken_field"),
        ("auditlog", "0017_add_actor_email"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        migrations.swappable_dependency(settings.KNOX_TOKEN_MODEL),
    ]

    operations = [
        *studio.operations,
        *people.operations,
        *weekly_lessons.operations,
        *jobs.operations,
        *classes.operations,
        *access.operations,
        *messages.operations,
        # Reversed, the groups stay: people are in them.
        migrations.RunPython(create_roles, migrations.RunPython.noop),
    ]
