"""``check_schedules``: differences from the schedules are found, named and repaired."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.models import ClassStatus, JobRun, ScheduledClass, Teacher
from scheduling.services.classes.edit import cancel, move
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at, moment
from scheduling.tests.jobs.helpers import calendar, horizon, weekly

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
NOW = datetime(2026, 1, 5, 6, tzinfo=UTC)
NEXT = MONDAY + timedelta(7)


@pytest.fixture
def slot():
    """Create a slot with twelve future classes."""
    slot = make.slot(make.teacher("Marta Gil"), make.student("Ana Ruiz"))
    horizon(now=NOW)
    return slot


def check(*args):
    """Run the command; return its exit status and its JSON."""
    out = StringIO()
    status = 0
    try:
        call_command("check_schedules", "--json", *args, stdout=out, stderr=StringIO())
    except SystemExit as exit:
        status = exit.code
    return status, json.loads(out.getvalue())


def printed(*args):
    out = StringIO()
    with suppress(SystemExit):
        call_command("check_schedules", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def lesson_on(day):
    return ScheduledClass.objects.get(date=day)


def findings(document):
    """Return the dates of the findings by kind, without empty kinds."""
    kinds = ("missing", "extra", "drifted", "orphaned")
    dates = {kind: [finding["date"] for finding in document[kind]] for kind in kinds}
    return {kind: found for kind, found in dates.items() if found}


def test_calendar_that_matches_schedules_has_no_findings(slot):
    status, document = check()
    assert (status, document["success"], findings(document)) == (0, True, {})
    assert "The calendar matches the schedules." in printed()


def test_row_deleted_by_sql_is_missing_and_repaired(slot):
    sql("DELETE FROM classes WHERE date = %s", NEXT)
    before = calendar()
    status, document = check()
    assert (status, findings(document)) == (3, {"missing": ["2026-01-12"]})
    assert calendar() == before  # the check writes nothing

    status, document = check("--fix")
    assert (status, findings(document), document["fixed"]) == (0, {}, 1)
    assert document["mended"][0]["date"] == "2026-01-12"
    assert lesson_on(NEXT).recurring_slot == slot
    assert check()[0] == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("start_time", "10:30:00"),
        ("subject", "Drums"),
        ("starts_at", "2026-01-12 10:20:00"),
        ("is_shared", True),
        ("date", "2026-01-13"),
        ("time_zone", "Europe/Madrid"),
    ],
)
def test_row_edited_by_sql_has_drifted_and_is_repaired(slot, column, value):
    expected = calendar()
    row = lesson_on(NEXT)
    sql(f"UPDATE classes SET {column} = %s WHERE id = %s", value, row.pk)
    status, document = check()
    assert status == 3
    assert [finding["classId"] for finding in document["drifted"]] == [row.pk]
    assert check("--fix")[0] == 0
    assert calendar() == expected


def test_instants_shifted_by_sql_are_reported_as_such(slot):
    sql("UPDATE classes SET starts_at = '2026-01-12 10:20:00' WHERE date = %s", NEXT)
    _status, document = check()
    assert [finding["reason"] for finding in document["drifted"]] == [
        "start and end in UTC did not match the local time; they were 2026-01-12 10:20 – 11:00 UTC"
    ]


def test_unreadable_schedules_are_not_reported_clean(slot):
    Teacher.objects.update(time_zone="Mars/Olympus")
    status, document = check()
    assert (status, document["success"], findings(document)) == (3, False, {})
    assert len(document["invalid"]) == 1
    output = printed()
    assert "1 schedule can't be read: whether its classes are right is not known." in output
    assert "The calendar matches the schedules." not in output


def test_row_in_week_without_occurrence_is_extra(slot):
    slot.valid_until = MONDAY + timedelta(70)
    slot.save()
    status, document = check()
    assert (status, findings(document)) == (3, {"extra": ["2026-03-23"]})
    assert "the schedule ended on 2026-03-16" in document["extra"][0]["reason"]
    assert check("--fix")[0] == 0
    assert not ScheduledClass.objects.filter(date="2026-03-23").exists()


def test_edited_class_of_inactive_student_is_orphaned_and_kept(slot):
    row = lesson_on(NEXT)
    move(row.pk, start_time=at("15:00"), end_time=at("16:00"), now=NOW)
    student = slot.student
    student.end_date = MONDAY
    student.save()
    assert check("--fix")[0] == 3
    status, document = check()
    assert (status, findings(document)) == (3, {"orphaned": ["2026-01-12"]})
    assert document["orphaned"][0]["reason"] == (
        "edited by hand: stays, though its schedule does not include it: "
        "the student ended on 2026-01-05"
    )
    assert "a person's to cancel" in printed()
    cancel(row.pk, by="studio", now=NOW)
    assert check()[0] == 0


def test_class_moved_or_cancelled_by_hand_is_not_a_finding(slot):
    move(lesson_on(NEXT).pk, to_date=NEXT + timedelta(1), now=NOW)
    cancel(lesson_on(NEXT + timedelta(7)).pk, by="student", now=NOW)
    assert check()[0] == 0


def test_new_zone_of_teacher_changes_instants_of_future_classes(slot):
    slot.teacher.time_zone = "America/New_York"
    slot.teacher.save()
    status, document = check()
    assert (status, len(document["drifted"])) == (3, 12)
    assert check("--fix")[0] == 0
    row = lesson_on(NEXT)
    assert (row.start_time, row.time_zone) == (at("10:00"), "America/New_York")
    assert row.starts_at == moment("2026-01-12 15:00")


def test_started_classes_keep_their_instants(slot):
    before = lesson_on(MONDAY).starts_at
    slot.teacher.time_zone = "Europe/Madrid"
    slot.teacher.save()
    with time_machine.travel(moment("2026-01-05 10:30"), tick=False):
        check("--fix")
    assert lesson_on(MONDAY).starts_at == before


@pytest.mark.parametrize("one_off", [True, False], ids=["one-off", "edited"])
def test_instants_outdated_by_zone_data_are_derived_again(one_off):
    student = make.student("Ana Ruiz")
    if one_off:
        row = make.lesson(student, NEXT, time_zone="Europe/Madrid")
    else:
        schedule = make.schedule(student)
        row = make.lesson(
            fixed_schedule=schedule, on=NEXT, time_zone="Europe/Madrid", edited_at=NOW, notes="x"
        )
        weekly(now=NOW)
    sql(
        "UPDATE classes SET starts_at = %s, ends_at = %s WHERE id = %s",
        *("2026-01-12 10:00:00", "2026-01-12 11:00:00", row.pk),
    )
    status, document = check()
    assert (status, findings(document)) == (3, {"drifted": ["2026-01-12"]})
    assert "they were 2026-01-12 10:00 – 11:00 UTC" in document["drifted"][0]["reason"]
    assert check("--fix")[0] == 0
    row.refresh_from_db()
    assert row.starts_at == moment("2026-01-12 09:00")


def test_instants_without_free_place_remain_a_finding():
    teacher = make.teacher("Marta Gil", "Europe/Madrid")
    row = make.lesson(make.student("Ana Ruiz"), NEXT, teacher=teacher)
    sql(
        "UPDATE classes SET starts_at = %s, ends_at = %s WHERE id = %s",
        *("2026-01-12 15:00:00", "2026-01-12 16:00:00", row.pk),
    )
    make.lesson(make.student("Leo Park"), NEXT, teacher=teacher)
    status, document = check("--fix")
    assert (status, document["fixed"]) == (3, 0)
    assert [finding["classId"] for finding in document["drifted"]] == [row.pk]


def test_missing_class_names_conflict_in_its_place(slot):
    make.slot(slot.teacher, make.student("Leo Park"))
    status, document = check()
    assert (status, document["conflicts"]) == (0, 12)
    assert "12 lessons clash with other lessons" in printed()


def test_repairs_are_listed_line_by_line(slot):
    sql("DELETE FROM classes WHERE date = %s", NEXT)
    text = printed("--fix")
    assert "mended: missing: + created · Ana Ruiz · Marta Gil · 2026-01-12 10:00–11:00" in text
    assert "1 finding mended." in text
    assert JobRun.objects.filter(trigger="command").count() == 3  # the fixture and both jobs


def test_completed_future_class_is_not_a_finding(slot):
    ScheduledClass.objects.filter(date=NEXT).update(status=ClassStatus.COMPLETED)
    assert check()[0] == 0


def test_query_count_does_not_grow_with_findings(slot):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as context:
            check()
        return len(context)

    sql("DELETE FROM classes WHERE date = %s", NEXT)
    count = queries()
    sql("DELETE FROM classes WHERE date > %s", NEXT)
    assert queries() == count
