"""Unparseable dates, which SQLite stores: only their series is invalid, and it is named."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from scheduling.models import RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import counts, horizon, items, weekly
from scheduling.tests.management.generating import generate
from scheduling.text.reasons import reason_text

# PostgreSQL refuses invalid dates.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(statement, params)
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


@pytest.fixture
def studio():
    """Return two students, each with a fixed schedule and a slot with the same teacher."""
    teacher = make.teacher("Marta Gil")
    people = [make.student("Ana Ruiz"), make.student("Juan Vega")]
    for number, person in enumerate(people):
        make.schedule(person, weekday=2 + number)
        make.slot(teacher, person, weekday=4 + number)
    return people


UNPARSEABLE = [
    ("student", "start_date", "2026-13-45"),
    ("student", "end_date", "2026-02-30"),
    ("fixedschedule", "valid_from", "2026-13-45"),
    ("fixedschedule", "valid_until", "9999-99-99"),
    ("fixedschedule", "start_time", "25:61:00"),
    ("fixedschedule", "end_time", "99:00:00"),
    ("fixedschedule", "created_at", "2026-13-45 00:00:00"),
]


@pytest.mark.parametrize("has_classes", [False, True], ids=["new", "with classes"])
@pytest.mark.parametrize(("table", "column", "value"), UNPARSEABLE)
def test_unparseable_value_makes_only_its_series_invalid(studio, table, column, value, has_classes):
    if has_classes:
        weekly()
    ana = studio[0].pk
    owner = "id" if table == "student" else "student_id"
    sql(f"UPDATE scheduling_{table} SET {column} = %s WHERE {owner} = %s", value, ana)

    result = weekly()

    assert result.state == RunState.PARTIAL
    assert counts(result) == {"invalid": 1, "exists" if has_classes else "created": 1}
    (item,) = items(result, "invalid")
    assert item.student_name == "Ana Ruiz"
    place = f"student.{column}" if table == "student" else column
    assert reason_text(item.code, item.params) == (
        f"{place} is “{value}”, which is neither a date nor a time; correct it in the database"
    )
    assert ScheduledClass.objects.count() == 1 + has_classes


def test_both_jobs_and_check_name_the_student(studio):
    sql("UPDATE scheduling_student SET start_date = '2026-13-45' WHERE id = %s", studio[0].pk)

    done = generate("--json", "--date", "2026-01-05", "--weeks", 2)

    assert done.status == 3
    errors_by_run = [run["errors"] for run in done.json["runs"]]
    assert [len(errors) for errors in errors_by_run] == [1, 1]
    assert all(error.startswith("Ana Ruiz: student.start_date is") for (error,) in errors_by_run)
    assert [run["classesCreated"] for run in done.json["runs"]] == [1, 2]
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_schedules", stdout=out, stderr=StringIO())
    assert ended.value.code == 3
    assert "invalid · Ana Ruiz" in out.getvalue()


def test_missing_job_creates_classes_of_other_students(studio):
    sql("UPDATE scheduling_student SET start_date = '0000-00-00' WHERE id = %s", studio[0].pk)

    done = generate("--only", "missing", "--date", "2026-01-11")

    assert done.status == 3
    assert ScheduledClass.objects.count() > 0


def test_unparseable_date_of_slot_makes_it_invalid(studio):
    sql(
        "UPDATE scheduling_recurringslot SET valid_until = '2026-13-45' WHERE student_id = %s",
        studio[0].pk,
    )
    assert counts(horizon(weeks=1)) == {"invalid": 1, "created": 1}
