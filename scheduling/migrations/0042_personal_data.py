from django.db import migrations, models

from scheduling.services.roles import ensure_roles


def give_permission(apps, schema_editor):
    ensure_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0041_family_pages'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='student',
            options={'ordering': ['last_name', 'first_name', 'id'], 'permissions': [('import_timetable', 'Can import a timetable'), ('manage_personal_data', 'Can export and erase the data of a person')], 'verbose_name': 'student', 'verbose_name_plural': 'students'},
        ),
        migrations.AddField(
            model_name='student',
            name='erased_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='erased'),
        ),
        migrations.AddField(
            model_name='teacher',
            name='erased_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='erased'),
        ),
        migrations.AddConstraint(
            model_name='student',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), ('is_active', False), _connector='OR'), name='student_erased_is_inactive', violation_error_message="An erased person can't be activated."),
        ),
        migrations.AddConstraint(
            model_name='teacher',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), ('is_active', False), _connector='OR'), name='teacher_erased_is_inactive', violation_error_message="An erased person can't be activated."),
        ),
        migrations.RunPython(give_permission, migrations.RunPython.noop),
    ]
