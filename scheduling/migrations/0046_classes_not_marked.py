from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0045_weekly_notices'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='scheduledclass',
            index=models.Index(condition=models.Q(('attendance', ''), ('status__in', ['scheduled', 'completed'])), fields=['starts_at'], name='class_not_marked'),
        ),
    ]
