from django.db import migrations

# Folders of the same zones: posix/ repeats them, right/ counts leap seconds.
PREFIXES = ("posix/", "right/")
ROWS = ("Teacher", "ScheduledClass", "Studio")


def drop_prefixes(apps, schema_editor):
    """posix/Europe/Madrid was accepted as a zone, and no longer is: it is Europe/Madrid.

    Classes whose instants were those of right/… follow their local time with the next run.
    """
    using = schema_editor.connection.alias
    for name in ROWS:
        rows = apps.get_model("scheduling", name).objects.using(using).order_by()
        for prefix in PREFIXES:
            those = rows.filter(time_zone__startswith=prefix)
            for zone in set(those.values_list("time_zone", flat=True)):
                rows.filter(time_zone=zone).update(time_zone=zone.removeprefix(prefix))


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0029_revised_at'),
    ]

    operations = [migrations.RunPython(drop_prefixes, migrations.RunPython.noop)]
