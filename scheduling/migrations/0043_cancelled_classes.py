from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0042_personal_data'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='scheduledclass',
            index=models.Index(condition=models.Q(('status', 'cancelled')), fields=['date'], name='class_cancelled'),
        ),
    ]
