"""The last day that a timetable file gave a rule: what a person changes since is not given again."""

from django.db import migrations, models
from django.db.models import F


def remember(apps, schema_editor):
    for name in ("FixedSchedule", "RecurringSlot"):
        rows = apps.get_model("scheduling", name).objects.filter(import_key__isnull=False)
        rows.update(import_until=F("valid_until"))


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0018_public_holidays")]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="import_until",
                field=models.DateField(blank=True, editable=False, null=True),
            )
            for name in ("fixedschedule", "recurringslot")
        ),
        migrations.RunPython(remember, migrations.RunPython.noop, elidable=True),
    ]
