import datetime
import django.core.validators
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0037_working_hours'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='lessonduration',
            options={'ordering': ['minutes', 'valid_from'], 'verbose_name': 'lesson duration', 'verbose_name_plural': 'lesson durations'},
        ),
        migrations.RemoveConstraint(
            model_name='lessonduration',
            name='lesson_duration_once',
        ),
        migrations.AddField(
            model_name='lessonduration',
            name='valid_from',
            field=models.DateField(db_default=datetime.date(1970, 1, 1), default=datetime.date(1970, 1, 1), validators=[django.core.validators.MinValueValidator(datetime.date(1970, 1, 1)), django.core.validators.MaxValueValidator(datetime.date(2199, 12, 31))], verbose_name='valid from'),
        ),
        migrations.AlterField(
            model_name='lessonduration',
            name='price',
            field=models.DecimalField(blank=True, decimal_places=2, help_text='Empty: not offered any more.', max_digits=9, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='price'),
        ),
        migrations.AddConstraint(
            model_name='lessonduration',
            constraint=models.UniqueConstraint(fields=('settings', 'minutes', 'valid_from'), name='lesson_price_once', violation_error_message='This length already has a price from that day on.'),
        ),
    ]
