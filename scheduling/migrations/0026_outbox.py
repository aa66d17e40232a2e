import uuid

import django.db.models.deletion
from django.db import migrations, models

from scheduling.services.roles import ensure_roles


def move_ledgers(apps, schema_editor):
    """Make a message of each reminder and notice that was claimed: nobody is told again.

    Those without an answer of the mail server are *not known*; a person may send them again, and
    they are written anew then.
    """
    using = schema_editor.connection.alias

    def model(name):
        return apps.get_model("scheduling", name).objects.using(using)

    for name, kind in (("Reminder", "reminder"), ("CancellationNotice", "notice")):
        for row in model(name).select_related("student", "teacher").order_by("id"):
            reader = getattr(row, "reader", "student")
            person = row.student if reader == "student" else row.teacher
            message = model("Message").create(
                kind=kind,
                state=_state(row),
                recipient=person.email,
                language=person.language,
                message_id=f"<{uuid.uuid4()}@localhost>",
                attempts=1,
                error=row.error,
                created_at=row.claimed_at,
                next_try=row.claimed_at,
                expires_at=row.starts_at,
                sent_at=row.sent_at,
            )
            model("MessageItem").create(
                message=message,
                kind=kind,
                reader=reader,
                student=row.student,
                teacher=row.teacher,
                starts_at=row.starts_at,
            )


def _state(row):
    if row.sent_at is not None:
        return "sent"
    refused = row.error and not row.error.startswith(("the mail server did not", "SMTPServerDisc"))
    return "refused" if refused else "unknown"


def give_permissions(apps, schema_editor):
    ensure_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ("scheduling", "0025_normalised_text"),
    ]

    operations = [
        migrations.AlterField(
            model_name='trouble',
            name='kind',
            field=models.CharField(choices=[('late', 'late'), ('failed', 'failed'), ('crashed', 'crashed'), ('stuck', 'stuck'), ('mail', 'blocked')], max_length=8, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reminder', 'reminder'), ('notice', 'notice of cancellation'), ('alert', 'alert')], max_length=8, verbose_name='kind')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('sent', 'sent'), ('refused', 'refused'), ('unknown', 'not known'), ('stale', 'stale')], default='waiting', max_length=8, verbose_name='state')),
                ('recipient', models.EmailField(max_length=254, verbose_name='recipient')),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], max_length=2, verbose_name='language')),
                ('subject', models.TextField(blank=True, verbose_name='subject')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('message_id', models.CharField(max_length=255, unique=True, verbose_name='Message-ID')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='answer of the mail server')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('next_try', models.DateTimeField(verbose_name='next attempt')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent at')),
                ('blocked_since', models.DateTimeField(null=True, verbose_name='blocked since')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ['-id'],
                'default_permissions': ('view', 'change'),
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_try'], name='message_waiting')],
            },
        ),
        migrations.CreateModel(
            name='MessageItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reminder', 'reminder'), ('notice', 'notice of cancellation'), ('alert', 'alert')], max_length=8, verbose_name='kind')),
                ('reader', models.CharField(choices=[('student', 'student'), ('teacher', 'teacher')], max_length=7, verbose_name='reader')),
                ('starts_at', models.DateTimeField(verbose_name='starts at')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='scheduling.message')),
                ('student', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheduling.student')),
                ('teacher', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheduling.teacher')),
            ],
            options={
                'verbose_name': 'lesson of a message',
                'verbose_name_plural': 'lessons of messages',
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='messageitem',
            constraint=models.UniqueConstraint(condition=models.Q(('teacher__isnull', False)), fields=('student', 'starts_at', 'kind', 'reader', 'teacher'), name='message_item_once'),
        ),
        migrations.AddConstraint(
            model_name='messageitem',
            constraint=models.UniqueConstraint(condition=models.Q(('teacher__isnull', True)), fields=('student', 'starts_at', 'kind', 'reader'), name='message_item_once_without_teacher'),
        ),
        migrations.RunPython(move_ledgers, migrations.RunPython.noop),
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
        migrations.DeleteModel(name="CancellationNotice"),
        migrations.DeleteModel(name="Reminder"),
    ]
