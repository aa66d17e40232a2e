from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0046_classes_not_marked"),
    ]

    operations = [
        migrations.AddField(
            model_name="closure",
            name="earns_make_ups",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="For one teacher only: whether these lessons are made up, as the studio's "
                "rule says.",
                verbose_name="make-ups are owed",
            ),
        ),
    ]
