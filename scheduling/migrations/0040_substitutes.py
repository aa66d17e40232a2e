import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0039_notices'),
    ]

    operations = [
        migrations.AddField(
            model_name='scheduledclass',
            name='original_teacher',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='substituted_classes', to='scheduling.teacher', verbose_name='substitute for'),
        ),
        migrations.AddIndex(
            model_name='scheduledclass',
            index=models.Index(condition=models.Q(('original_teacher__isnull', False)), fields=['original_teacher'], name='class_original_teacher'),
        ),
        migrations.AddConstraint(
            model_name='scheduledclass',
            constraint=models.CheckConstraint(condition=models.Q(('original_teacher__isnull', True), models.Q(('teacher__isnull', False), models.Q(('original_teacher', models.F('teacher')), _negated=True)), _connector='OR'), name='class_substitute_is_another_teacher'),
        ),
    ]
