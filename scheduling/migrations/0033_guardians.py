import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import scheduling.models.studio
from django.db import migrations, models

from scheduling.services.roles import ensure_roles


def give_permissions(apps, schema_editor):
    ensure_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0032_incidents'),
    ]

    operations = [
        migrations.CreateModel(
            name='Guardian',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_name', models.CharField(max_length=100, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=100, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email')),
                ('phone', models.CharField(blank=True, max_length=50, verbose_name='phone')),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], default=scheduling.models.studio.default_language, max_length=2, verbose_name='language')),
                ('reminders', models.BooleanField(db_default=True, default=True, help_text='An e-mail before each class.', verbose_name='reminders')),
                ('notices', models.BooleanField(db_default=True, default=True, help_text='An e-mail when the studio changes or cancels a lesson.', verbose_name='notices')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
            ],
            options={
                'verbose_name': 'guardian',
                'verbose_name_plural': 'guardians',
                'ordering': ['last_name', 'first_name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='StudentGuardian',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('relation', models.CharField(blank=True, help_text='For example: mother, grandfather.', max_length=50, verbose_name='relation')),
                ('is_payer', models.BooleanField(db_default=False, default=False, help_text="The student's lessons count in this guardian's statement.", verbose_name='payer')),
            ],
            options={
                'verbose_name': 'guardian of a student',
                'verbose_name_plural': 'guardians of students',
                'ordering': ['-is_payer', 'id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='messageitem',
            name='message_item_once',
        ),
        migrations.RemoveConstraint(
            model_name='messageitem',
            name='message_item_once_without_teacher',
        ),
        migrations.AlterField(
            model_name='messageitem',
            name='reader',
            field=models.CharField(choices=[('student', 'student'), ('teacher', 'teacher'), ('guardian', 'guardian')], max_length=8, verbose_name='reader'),
        ),
        migrations.AddField(
            model_name='messageitem',
            name='guardian',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheduling.guardian'),
        ),
        migrations.AddConstraint(
            model_name='messageitem',
            constraint=models.UniqueConstraint(models.F('student'), models.F('starts_at'), models.F('kind'), models.F('reader'), django.db.models.functions.comparison.Coalesce('teacher', models.Value(0)), django.db.models.functions.comparison.Coalesce('guardian', models.Value(0)), name='message_item_once'),
        ),
        migrations.AddField(
            model_name='studentguardian',
            name='guardian',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='student_guardians', to='scheduling.guardian', verbose_name='guardian'),
        ),
        migrations.AddField(
            model_name='studentguardian',
            name='student',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='student_guardians', to='scheduling.student', verbose_name='student'),
        ),
        migrations.AddField(
            model_name='guardian',
            name='students',
            field=models.ManyToManyField(related_name='guardians', through='scheduling.StudentGuardian', to='scheduling.student', verbose_name='students'),
        ),
        migrations.AddConstraint(
            model_name='studentguardian',
            constraint=models.UniqueConstraint(fields=('student', 'guardian'), name='student_guardian_once', violation_error_message='This guardian is already in the list.'),
        ),
        migrations.AddConstraint(
            model_name='studentguardian',
            constraint=models.UniqueConstraint(condition=models.Q(('is_payer', True)), fields=('student',), name='student_guardian_one_payer', violation_error_message='Another guardian is already the payer.'),
        ),
        migrations.AddIndex(
            model_name='guardian',
            index=models.Index(fields=['email'], name='guardian_email'),
        ),
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
    ]
