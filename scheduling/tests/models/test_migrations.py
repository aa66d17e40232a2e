"""The migrations match the models and only add columns."""

from datetime import time

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.db.migrations import operations as ops
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from scheduling.domain.wallclock import instant
from scheduling.domain.windows import WEEK
from scheduling.models import Job, ScheduledClass
from scheduling.services.roles import ensure_roles
from scheduling.tests.factories import LONG_AGO, MONDAY
from scheduling.tests.jobs.helpers import counts, dry_run


@pytest.mark.django_db
def test_migrations_match_models():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db
def test_all_migrations_are_applied():
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


@pytest.mark.django_db
def test_table_of_classes_has_documented_columns():
    with connection.cursor() as cursor:
        names = {c.name for c in connection.introspection.get_table_description(cursor, "classes")}
        tables = connection.introspection.table_names(cursor)
    assert {"student_id", "date", "start_time", "end_time", "teacher_id", "status"} <= names
    assert {"scheduling_student", "scheduling_teacher", "scheduling_jobrun"} <= set(tables)


# The migrations of the first release.
FIRST = {f"{number:04}" for number in range(1, 10)}
# These remove or rename only unreleased columns.
UNRELEASED = {"0023", "0024", "0026", "0032"}


def test_migrations_only_add_so_that_two_versions_can_run():
    """A column is kept until the release after the last one that uses it."""
    removing = (ops.RemoveField, ops.RenameField, ops.DeleteModel, ops.RenameModel)
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if app != "scheduling" or name[:4] in FIRST | UNRELEASED:
            continue
        new = {op.name_lower for op in migration.operations if isinstance(op, ops.CreateModel)}
        for operation in migration.operations:
            assert not isinstance(operation, removing), f"{name}: {operation.describe()}"
            if isinstance(operation, ops.AddField) and operation.model_name_lower not in new:
                field = operation.field
                # The old code inserts rows without this column.
                has_value = field.null or field.has_db_default() or field.many_to_many
                assert has_value, f"{name}: {operation.describe()}"


@pytest.mark.django_db(transaction=True)
def test_migration_0036_keeps_scope_and_expiry_of_tokens(migrate):
    before = migrate([("scheduling", "0035_monitoring")])
    teresa = before.get_model("auth", "User").objects.create(username="teresa")
    tokens = before.get_model("knox", "AuthToken").objects
    tokens.create(digest="a" * 128, token_key="a" * 15, user=teresa, expiry=None)

    after = migrate([("scheduling", "0036_api_tokens_and_retention")])
    token = after.get_model("knox", "AuthToken").objects.get()
    assert (token.expiry, token.details.name, token.details.scope) == (None, "", "all")


@pytest.mark.django_db(transaction=True)
def test_migration_0030_replaces_prefixed_zone_names(migrate):
    before = migrate([("scheduling", "0029_revised_at")])
    names = ["posix/Europe/Madrid", "right/Asia/Tokyo", "Europe/Kiev", "localtime"]
    for name in names:
        teachers = before.get_model("scheduling", "Teacher").objects
        teachers.create(name=name, time_zone=name, language="en")

    after = migrate([("scheduling", "0030_zone_names")])

    teachers = after.get_model("scheduling", "Teacher").objects.order_by("id")
    zones = list(teachers.values_list("time_zone", flat=True))
    assert zones == ["Europe/Madrid", "Asia/Tokyo", "Europe/Kiev", "localtime"]


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_to_rooms_changes_no_class_and_no_plan(migrate):
    """A studio without rooms, stored before there were any, keeps every row and its plan."""
    before = migrate([("scheduling", "0033_guardians")])
    teachers = before.get_model("scheduling", "Teacher").objects
    students = before.get_model("scheduling", "Student").objects
    slots = before.get_model("scheduling", "RecurringSlot").objects
    classes = before.get_model("scheduling", "ScheduledClass").objects
    marta = teachers.create(name="Marta", time_zone="Europe/Madrid", language="en")
    for number in range(3):
        ana = students.create(first_name=f"Ana {number}", start_date=LONG_AGO, language="en")
        slot = slots.create(
            teacher=marta, student=ana, weekday=1, start_time=time(9 + number), duration_minutes=60,
            valid_from=LONG_AGO, subject="Piano",
        )  # fmt: skip
        for week in range(2 + number):
            day, zone = MONDAY + week * WEEK, marta.time_zone
            classes.create(
                student=ana, teacher=marta, recurring_slot=slot, week=day, occurrence_date=day,
                date=day, start_time=time(9 + number), end_time=time(10 + number), subject="Piano",
                time_zone=zone, starts_at=instant(day, time(9 + number), zone),
                ends_at=instant(day, time(10 + number), zone),
            )  # fmt: skip
    rows = list(classes.order_by("id").values())
    stale = rows[-1]["id"]
    classes.filter(pk=stale).update(subject="Cello")
    rows[-1]["subject"] = "Cello"

    migrate()

    stored = list(ScheduledClass.objects.order_by("id").values())
    added = {"room_id": None, "original_teacher_id": None}
    assert stored == [row | added for row in rows]
    result, lines = dry_run(Job.HORIZON, weeks=4)
    assert counts(result) == {"exists": 8, "moved": 1, "created": 3}
    facts = [line.facts() for line in lines if line.class_id == stale]
    # As the release before wrote it: an approved plan stays valid.
    assert facts == [
        ("moved", "details_changed", [("from_subject", "Cello"), ("to_subject", "Piano")],
         ana.pk, marta.pk, ("recurring_slot", slot.pk), stale, rows[-1]["date"], time(11),
         time(12), zone, 1, (1, time(11), time(12), 3600, zone, marta.pk, ana.pk, "Piano", False))
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_roles_of_a_studio_may_see_and_enter_rooms_after_the_upgrade(migrate):
    ensure_roles(migrate([("scheduling", "0033_guardians")]))
    Permission.objects.filter(codename__endswith="_room").delete()
    migrate()
    held = {
        group.name: set(
            group.permissions.filter(codename__endswith="_room").values_list("codename", flat=True)
        )
        for group in Group.objects.all()
    }
    assert held["Viewer"] == {"view_room"}
    assert held["Scheduler"] == {"view_room", "add_room", "change_room"}
    assert held["Owner"] == held["Scheduler"] | {"delete_room"}
    assert held["Teacher"] == set()


@pytest.mark.django_db(transaction=True)
def test_migration_0038_keeps_prices_for_all_days(migrate):
    before = migrate([("scheduling", "0036_api_tokens_and_retention")])
    teachers = before.get_model("scheduling", "Teacher").objects
    # The default of the zone reads the settings of the studio, which has later columns.
    teacher = teachers.create(name="Marta", language="en", time_zone="UTC")
    settings = before.get_model("scheduling", "LessonSettings").objects.create(teacher=teacher)
    durations = before.get_model("scheduling", "LessonDuration").objects
    durations.create(settings=settings, minutes=45, price="30.50")

    after = migrate([("scheduling", "0038_prices")])

    duration = after.get_model("scheduling", "LessonDuration").objects.get()
    assert (str(duration.price), str(duration.valid_from)) == ("30.50", "1970-01-01")
