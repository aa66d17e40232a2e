import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def take_first_values(apps, schema_editor):
    """A studio that is stored already takes the new values from the environment, too."""
    studio = apps.get_model("scheduling", "Studio")
    studio.objects.using(schema_editor.connection.alias).update(
        family_pages=settings.FAMILY_PAGES,
        family_cancel=settings.FAMILY_CANCEL,
        family_makeups=settings.FAMILY_MAKEUPS,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0040_substitutes'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='calendarfeed',
            name='calendar_feed_scope',
        ),
        migrations.AddField(
            model_name='calendarfeed',
            name='guardian',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to='scheduling.guardian', verbose_name='guardian'),
        ),
        migrations.AddField(
            model_name='calendarfeed',
            name='last_used_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last used'),
        ),
        migrations.AddField(
            model_name='message',
            name='feed',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheduling.calendarfeed'),
        ),
        migrations.AddField(
            model_name='studio',
            name='family_cancel',
            field=models.BooleanField(db_default=False, default=False, help_text='On their page, until the hours of notice before a lesson. If such a cancellation earns a make-up, they also cancel later: the lesson is then charged. Otherwise they ask the studio.', verbose_name='families cancel lessons'),
        ),
        migrations.AddField(
            model_name='studio',
            name='family_makeups',
            field=models.BooleanField(db_default=False, default=False, help_text="On their page, within the teacher's working hours and advance booking days, at least the hours of notice ahead.", verbose_name='families book make-ups'),
        ),
        migrations.AddField(
            model_name='studio',
            name='family_pages',
            field=models.BooleanField(db_default=False, default=False, help_text='Families see their lessons at a secret address, without an account.', verbose_name="families' pages"),
        ),
        migrations.AlterField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('reminder', 'reminder'), ('notice', 'notice'), ('alert', 'alert'), ('address', "address of a family's page")], max_length=8, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='messageitem',
            name='change',
            field=models.CharField(blank=True, choices=[('cancelled', 'cancelled'), ('moved', 'moved'), ('restored', 'restored'), ('teacher', 'another teacher'), ('given', 'taken over'), ('taken', 'handed over'), ('booked', 'booked')], db_default='', default='', max_length=9, verbose_name='change'),
        ),
        migrations.AlterField(
            model_name='messageitem',
            name='kind',
            field=models.CharField(choices=[('reminder', 'reminder'), ('notice', 'notice'), ('alert', 'alert'), ('address', "address of a family's page")], max_length=8, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='calendarfeed',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('student__isnull', True), ('teacher__isnull', True)), models.Q(('guardian__isnull', True), ('teacher__isnull', True)), models.Q(('guardian__isnull', True), ('student__isnull', True)), _connector='OR'), name='calendar_feed_owner', violation_error_message='Choose one person: a student, a guardian or a teacher.'),
        ),
        migrations.RunPython(take_first_values, migrations.RunPython.noop),
    ]
