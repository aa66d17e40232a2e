"""Names and scopes of API tokens; an index for pruning messages."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def describe_tokens(apps, schema_editor):
    """Store a row for each token, so that its removal is logged. Its rights stay."""
    alias = schema_editor.connection.alias
    details = apps.get_model("scheduling", "ApiTokenDetails")
    tokens = apps.get_model("knox", "AuthToken").objects.using(alias)
    rows = [details(token_id=pk) for pk in tokens.values_list("pk", flat=True)]
    details.objects.using(alias).bulk_create(rows)


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0035_monitoring'),
        ('knox', '0009_extend_authtoken_field'),
        migrations.swappable_dependency(settings.KNOX_TOKEN_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['expires_at'], name='message_expires'),
        ),
        migrations.CreateModel(
            name='ApiTokenDetails',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='name')),
                ('scope', models.CharField(choices=[('all', 'everything that the account may do'), ('metrics', 'read /metrics only')], default='all', max_length=7, verbose_name='scope')),
                ('token', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='details', to=settings.KNOX_TOKEN_MODEL, verbose_name='API token')),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('scope__in', ['all', 'metrics'])), name='api_token_scope')],
            },
        ),
        migrations.RunPython(describe_tokens, migrations.RunPython.noop),
    ]
