import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from scheduling.services.roles import ensure_roles

# Equal for the students of one group lesson, and different for any other two classes. A group
# lesson has a negative teacher's number (the lower half: start and length in seconds); any other
# class has its own, positive id. A UUID holds both halves without loss.
SESSION_KEY = """(
    CASE WHEN is_shared THEN
        lpad(to_hex(-1 - coalesce(teacher_id, 0)), 16, '0') || lpad(to_hex(
            (extract(epoch FROM (starts_at - '1970-01-01 00:00+00'::timestamptz))::bigint << 20)
            + extract(epoch FROM (ends_at - starts_at))::bigint
        ), 16, '0')
    ELSE lpad(to_hex(id), 32, '0') END
)::uuid"""

# Classes without a room are not in the index: they cost nothing.
POSTGRESQL = f"""ALTER TABLE classes ADD CONSTRAINT class_room_not_double_booked
    EXCLUDE USING gist (
        room_id WITH =, tstzrange(starts_at, ends_at) WITH &&, ({SESSION_KEY}) WITH <>
    ) WHERE (status <> 'cancelled' AND room_id IS NOT NULL)
    DEFERRABLE INITIALLY IMMEDIATE"""

POSTGRESQL_REVERSE = "ALTER TABLE classes DROP CONSTRAINT class_room_not_double_booked"
# SQLite's triggers are created after every ``migrate``: scheduling/db/class_constraints.py.
SQLITE_REVERSE = tuple(f"DROP TRIGGER IF EXISTS class_room_{event}" for event in ("insert", "update"))


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)


def uninstall(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in (POSTGRESQL_REVERSE,) if is_postgresql else SQLITE_REVERSE:
        schema_editor.execute(statement)


def give_permissions(apps, schema_editor):
    ensure_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0033_guardians'),
    ]

    operations = [
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revised_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('name_key', models.CharField(editable=False, max_length=300)),
                ('capacity', models.PositiveSmallIntegerField(blank=True, help_text='How many students it holds. A larger group causes a warning.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='capacity')),
                ('is_active', models.BooleanField(db_default=True, default=True, help_text='A room that is not active is not offered. Its lessons keep it.', verbose_name='active')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
            ],
            options={
                'verbose_name': 'room',
                'verbose_name_plural': 'rooms',
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(fields=('name_key',), name='room_name_once', violation_error_message='There is a room with this name already.'), models.CheckConstraint(condition=models.Q(('capacity__isnull', True), ('capacity__gte', 1), _connector='OR'), name='room_capacity')],
            },
        ),
        migrations.AddField(
            model_name='fixedschedule',
            name='room',
            field=models.ForeignKey(blank=True, help_text='Empty: none, as for a lesson online.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='scheduling.room', verbose_name='room'),
        ),
        migrations.AddField(
            model_name='recurringslot',
            name='room',
            field=models.ForeignKey(blank=True, help_text='Empty: none, as for a lesson online.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='scheduling.room', verbose_name='room'),
        ),
        migrations.AddField(
            model_name='fixedschedule',
            name='import_room',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name='recurringslot',
            name='import_room',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name='scheduledclass',
            name='room',
            field=models.ForeignKey(blank=True, db_index=False, help_text='Empty: none, as for a lesson online.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='classes', to='scheduling.room', verbose_name='room'),
        ),
        migrations.AddIndex(
            model_name='scheduledclass',
            index=models.Index(condition=models.Q(('room__isnull', False)), fields=['room', 'starts_at'], name='class_room_start'),
        ),
        migrations.RunPython(install, uninstall),
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
    ]
