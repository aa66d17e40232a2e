import django.core.validators
import scheduling.models.studio
import scheduling.models.validators
from django.db import migrations, models
from django.db.models import Count
from django.utils import timezone

from scheduling.domain.wallclock import is_zone
from scheduling.models.studio import first_values
from scheduling.services.roles import ensure_roles


def store_studio(apps, schema_editor):
    """Where there are classes, store the values by which they were made."""
    using = schema_editor.connection.alias
    classes = apps.get_model("scheduling", "ScheduledClass").objects.using(using).order_by()
    if not classes.exists():
        return
    values = first_values()
    own = classes.filter(teacher__isnull=True)
    ahead = own.filter(starts_at__gt=timezone.now()).values_list("time_zone")
    frequent = ahead.annotate(n=Count("id")).order_by("-n", "time_zone")
    newest = own.order_by("-starts_at", "-id").values_list("time_zone")
    for name, *_n in (*frequent[:1], *newest[:1]):
        if is_zone(name):
            values["time_zone"] = name
            break
    studio = apps.get_model("scheduling", "Studio")
    # Columns of later migrations have first values too.
    known = {field.name for field in studio._meta.get_fields()}
    own_values = {name: value for name, value in values.items() if name in known}
    studio.objects.using(using).create(id=1, is_settled=True, **own_values)


def give_permissions(apps, schema_editor):
    ensure_roles(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0027_job_names'),
    ]

    operations = [
        migrations.CreateModel(
            name='Studio',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, help_text='Shown in the header of these pages, in calendars, and below e-mails about lessons.', max_length=150, verbose_name='name')),
                ('phone', models.CharField(blank=True, help_text='Shown below e-mails about lessons.', max_length=40, verbose_name='phone')),
                ('reply_to', models.EmailField(blank=True, help_text='Answers to e-mails about lessons go here; if it is empty, to the sender.', max_length=254, verbose_name='reply-to address')),
                ('time_zone', models.CharField(help_text='IANA name, such as Europe/Madrid. It decides what “today” is, when jobs are due, and when classes without a teacher take place.', max_length=64, validators=[scheduling.models.validators.validate_time_zone], verbose_name='time zone')),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], help_text='The language of alerts, of new people, and of visitors whose browser states none of ours.', max_length=2, verbose_name='language')),
                ('unmarked_days', models.PositiveSmallIntegerField(help_text='Unmarked lessons are listed after this number of days; 0: attendance is not kept.', validators=[django.core.validators.MaxValueValidator(366)], verbose_name='days to mark attendance')),
                ('reminder_hours', models.PositiveSmallIntegerField(help_text='How long before a class its student and teacher are reminded; 0: never.', validators=[django.core.validators.MaxValueValidator(168)], verbose_name='hours before a reminder')),
                ('makeup_rule', models.CharField(choices=[('never', 'no cancellation'), ('teacher', "the teacher's or the studio's"), ('notice', "also the student's, a day ahead")], max_length=7, verbose_name='cancellations that earn a make-up')),
                ('makeup_days', models.PositiveSmallIntegerField(help_text='A make-up takes place within this number of days of the lost class.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(366)], verbose_name='days to make up')),
                ('is_settled', models.BooleanField(db_default=False, default=False, editable=False)),
            ],
            options={
                'verbose_name': 'studio',
                'verbose_name_plural': 'studio',
                'default_permissions': ('change', 'view'),
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='studio_once'), models.CheckConstraint(condition=models.Q(('language__in', ['en', 'es'])), name='studio_language'), models.CheckConstraint(condition=models.Q(('unmarked_days__gte', 0), ('unmarked_days__lte', 366)), name='studio_unmarked_days'), models.CheckConstraint(condition=models.Q(('reminder_hours__gte', 0), ('reminder_hours__lte', 168)), name='studio_reminder_hours'), models.CheckConstraint(condition=models.Q(('makeup_rule__in', ['never', 'teacher', 'notice'])), name='studio_makeup_rule'), models.CheckConstraint(condition=models.Q(('makeup_days__gte', 1), ('makeup_days__lte', 366)), name='studio_makeup_days')],
            },
        ),
        # Another default is none of the database's business.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='student',
                    name='language',
                    field=models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], default=scheduling.models.studio.default_language, max_length=2, verbose_name='language'),
                ),
                migrations.AlterField(
                    model_name='teacher',
                    name='language',
                    field=models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], db_default='en', default=scheduling.models.studio.default_language, max_length=2, verbose_name='language'),
                ),
                migrations.AlterField(
                    model_name='teacher',
                    name='time_zone',
                    field=models.CharField(default=scheduling.models.studio.default_time_zone, help_text='IANA name, such as Europe/Madrid. Lessons keep their local time across DST.', max_length=64, validators=[scheduling.models.validators.validate_time_zone], verbose_name='time zone'),
                ),
            ]
        ),
        migrations.RunPython(store_studio, migrations.RunPython.noop),
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
    ]
