from django.db import migrations, models

JOBS = [
    ('weekly', "This week's lessons"),
    ('horizon', 'Lessons ahead'),
    ('missing', 'Missing classes'),
    ('prune', 'Prune job logs'),
    ('watch', 'Watch'),
    ('backup', 'Backup'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0034_rooms'),
    ]

    operations = [
        migrations.AlterField(
            model_name='jobrun',
            name='job',
            field=models.CharField(choices=JOBS, max_length=10, verbose_name='job'),
        ),
        migrations.AlterField(
            model_name='incident',
            name='job',
            field=models.CharField(choices=JOBS, max_length=10, verbose_name='job'),
        ),
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
