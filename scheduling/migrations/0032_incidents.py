from django.db import migrations


class Migration(migrations.Migration):
    """Rename the model ``Trouble`` to ``Incident``. The table keeps its name: no SQL runs."""

    dependencies = [
        ('scheduling', '0031_first_values'),
    ]

    operations = [
        migrations.AlterModelTable(name='trouble', table='scheduling_trouble'),
        migrations.RenameModel(old_name='Trouble', new_name='Incident'),
        migrations.AlterModelOptions(
            name='incident',
            options={
                'default_permissions': (),
                'ordering': ['-id'],
                'verbose_name': 'incident',
                'verbose_name_plural': 'incidents',
            },
        ),
    ]
