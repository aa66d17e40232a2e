"""Once made the table of a cache, which 0024 drops."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_no_double_booking")]

    operations = []
