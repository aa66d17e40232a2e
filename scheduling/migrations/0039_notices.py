import django.core.serializers.json
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


def describe_notices(apps, schema_editor):
    """Add the class and the change to the notices so far, which are all of cancellations."""
    using = schema_editor.connection.alias
    items = apps.get_model("scheduling", "MessageItem").objects.using(using)
    classes = apps.get_model("scheduling", "ScheduledClass").objects.using(using)
    for item in items.filter(kind="notice").select_related("message"):
        row = classes.filter(
            student_id=item.student_id,
            teacher_id=item.teacher_id,
            starts_at=item.starts_at,
            status="cancelled",
        ).first()
        if row is None:
            continue
        item.class_id, item.revision, item.change = row.pk, item.message.created_at, "cancelled"
        item.before = {
            "student_id": row.student_id,
            "teacher_id": row.teacher_id,
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "zone": row.time_zone,
            "subject": row.subject,
            "room_id": row.room_id,
            "is_cancelled": False,
        }
        item.save(update_fields=["class_id", "revision", "change", "before"])


def take_first_value(apps, schema_editor):
    """A studio that is stored already takes the new value from the environment, too."""
    studio = apps.get_model("scheduling", "Studio")
    studio.objects.using(schema_editor.connection.alias).update(
        notify_families=settings.NOTIFY_FAMILIES
    )


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0038_prices'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='messageitem',
            name='message_item_once',
        ),
        migrations.AddField(
            model_name='messageitem',
            name='before',
            field=models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
        ),
        migrations.AddField(
            model_name='messageitem',
            name='change',
            field=models.CharField(blank=True, choices=[('cancelled', 'cancelled'), ('moved', 'moved'), ('restored', 'restored'), ('teacher', 'another teacher'), ('given', 'taken over'), ('taken', 'handed over')], db_default='', default='', max_length=9, verbose_name='change'),
        ),
        migrations.AddField(
            model_name='messageitem',
            name='class_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='messageitem',
            name='revision',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='studio',
            name='notify_families',
            field=models.CharField(choices=[('ask', 'ask each time'), ('always', 'always, unless it is unticked'), ('never', 'never')], db_default='ask', default='ask', help_text='E-mails to families and teachers when a person changes lessons ahead.', max_length=6, verbose_name='telling the families'),
        ),
        migrations.AlterField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('reminder', 'reminder'), ('notice', 'notice'), ('alert', 'alert')], max_length=8, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='messageitem',
            name='kind',
            field=models.CharField(choices=[('reminder', 'reminder'), ('notice', 'notice'), ('alert', 'alert')], max_length=8, verbose_name='kind'),
        ),
        migrations.RunPython(describe_notices, migrations.RunPython.noop),
        migrations.RunPython(take_first_value, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='messageitem',
            constraint=models.UniqueConstraint(models.F('student'), models.F('starts_at'), models.F('kind'), models.F('reader'), django.db.models.functions.comparison.Coalesce('teacher', models.Value(0)), django.db.models.functions.comparison.Coalesce('guardian', models.Value(0)), condition=models.Q(('kind', 'notice'), _negated=True), name='message_item_once'),
        ),
        migrations.AddConstraint(
            model_name='messageitem',
            constraint=models.UniqueConstraint(models.F('class_id'), models.F('revision'), models.F('student'), models.F('reader'), django.db.models.functions.comparison.Coalesce('teacher', models.Value(0)), django.db.models.functions.comparison.Coalesce('guardian', models.Value(0)), condition=models.Q(('kind', 'notice')), name='message_item_change_once'),
        ),
        migrations.AddConstraint(
            model_name='studio',
            constraint=models.CheckConstraint(condition=models.Q(('notify_families__in', ['ask', 'always', 'never'])), name='studio_notify_families'),
        ),
    ]
