import django.core.validators
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


def take_first_values(apps, schema_editor):
    """A studio that is stored already takes the new values from the environment, too."""
    studio = apps.get_model("scheduling", "Studio")
    studio.objects.using(schema_editor.connection.alias).update(
        cancel_notice_hours=settings.CANCEL_NOTICE_HOURS, currency=settings.CURRENCY
    )


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0030_zone_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='studio',
            name='cancel_notice_hours',
            field=models.PositiveSmallIntegerField(db_default=24, default=24, help_text='A student cancels in time at least this number of hours before the class.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(168)], verbose_name='hours of notice'),
        ),
        migrations.AddField(
            model_name='studio',
            name='currency',
            field=models.CharField(blank=True, db_default='', default='', help_text='ISO 4217 code, such as EUR, shown with prices; empty: none is shown.', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}\\Z', 'Write the three capital letters of an ISO 4217 code, such as EUR.', code='currency')], verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='studio',
            name='makeup_rule',
            field=models.CharField(choices=[('never', 'no cancellation'), ('teacher', "the teacher's or the studio's"), ('notice', "also the student's, in time")], max_length=7, verbose_name='cancellations that earn a make-up'),
        ),
        migrations.AddConstraint(
            model_name='studio',
            constraint=models.CheckConstraint(condition=models.Q(('currency', ''), models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('currency'), 3), ('currency', django.db.models.functions.text.Upper(models.F('currency')))), _connector='OR'), name='studio_currency'),
        ),
        migrations.AddConstraint(
            model_name='studio',
            constraint=models.CheckConstraint(condition=models.Q(('cancel_notice_hours__gte', 1), ('cancel_notice_hours__lte', 168)), name='studio_cancel_notice_hours'),
        ),
        migrations.RunPython(take_first_values, migrations.RunPython.noop),
    ]
