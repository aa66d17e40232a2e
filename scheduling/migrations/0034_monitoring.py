from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0032_incidents'),
    ]

    operations = [
        migrations.AlterField(
            model_name='incident',
            name='kind',
            field=models.CharField(
                choices=[
                    ('late', 'late'),
                    ('failed', 'failed'),
                    ('crashed', 'crashed'),
                    ('stuck', 'stalled'),
                    ('mail', 'blocked'),
                    ('missing', 'incomplete'),
                ],
                max_length=8,
                verbose_name='kind',
            ),
        ),
    ]
