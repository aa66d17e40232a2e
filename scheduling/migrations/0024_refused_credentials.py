from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0023_no_shards'),
    ]

    operations = [
        migrations.CreateModel(
            name='RefusedCredentials',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=64)),
                ('window_end', models.DateTimeField()),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('address', 'window_end'), name='refused_credentials_once')],
            },
        ),
        # Django's cache table, in which they were counted until now.
        migrations.RunSQL(
            'DROP TABLE IF EXISTS scheduling_cache',
            'CREATE TABLE IF NOT EXISTS scheduling_cache (cache_key varchar(255) NOT NULL PRIMARY KEY,'
            ' value text NOT NULL, expires timestamp with time zone NOT NULL)',
        ),
    ]
