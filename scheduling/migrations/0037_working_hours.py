import datetime

import django.db.models.deletion
from django.db import migrations, models

from scheduling.services.roles import ensure_roles


def give_permissions(apps, schema_editor):
    ensure_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0036_api_tokens_and_retention'),
    ]

    operations = [
        migrations.AddField(
            model_name='teacher',
            name='subjects',
            field=models.TextField(blank=True, db_default='', default='', help_text="One a line. Empty: the subjects of the teacher's weekly lessons.", verbose_name='subjects'),
        ),
        migrations.CreateModel(
            name='WorkingHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')], verbose_name='weekday')),
                ('start_time', models.TimeField(verbose_name='start time')),
                ('end_time', models.TimeField(help_text='00:00 is midnight.', verbose_name='end time')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_until', models.DateField(blank=True, help_text='The last day, included.', null=True, verbose_name='valid until')),
                ('teacher', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='working_hours', to='scheduling.teacher', verbose_name='teacher')),
            ],
            options={
                'verbose_name': 'working hours',
                'verbose_name_plural': 'working hours',
                'ordering': ['weekday', 'start_time', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('weekday__gte', 1), ('weekday__lte', 7)), name='working_hours_weekday'), models.CheckConstraint(condition=models.Q(('end_time__gt', models.F('start_time')), ('end_time', datetime.time(0, 0)), _connector='OR'), name='working_hours_end_after_start', violation_error_message='The end time must be after the start time.'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_from__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='working_hours_validity', violation_error_message='“Valid until” is before “valid from”.')],
            },
        ),
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
    ]
