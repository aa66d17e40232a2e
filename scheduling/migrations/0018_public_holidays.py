"""Where a public holiday comes from: the next import begins with that country and region."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0017_cancellation_notices")]

    operations = [
        migrations.AddField(
            model_name="closure",
            name="public_holiday_of",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=16
            ),
        ),
    ]
