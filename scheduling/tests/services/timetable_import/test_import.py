"""Imports of valid files, once and repeatedly."""

import io
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from scheduling.models import FixedSchedule, RecurringSlot, Student, Teacher
from scheduling.models.studio import one_reading
from scheduling.services.timetable_import import import_timetable

from .timetable_files import (
    COLUMNS,
    NO_TEACHER,
    NOW,
    csv_bytes,
    everything,
    imported,
    nothing_stored,
    places,
    row,
)

UNIVERSITY = Path(__file__).resolve().parents[2] / "data" / "university-2019.csv"

pytestmark = pytest.mark.django_db


def created(report):
    return tuple(report.document()["created"].values())


def test_a_row_with_a_teacher_is_a_slot_for_each_day():
    report = imported(row(days="135", valid_until="2026-06-30", interval_weeks="2", is_shared="1"))

    assert not report.faults
    assert created(report) == (1, 1, 0, 3)
    teacher = Teacher.objects.get()
    assert (teacher.name, teacher.time_zone, teacher.is_active) == ("Clara", "Europe/Madrid", True)
    student = Student.objects.get()
    assert (student.full_name, student.email) == ("Ana Pérez", "ana@example.com")
    assert student.start_date == date(2026, 1, 5)
    slots = list(RecurringSlot.objects.order_by("id"))
    assert [slot.weekday for slot in slots] == [1, 3, 5]
    for slot in slots:
        assert (slot.start_time, slot.duration_minutes) == (time(17), 60)
        assert (slot.valid_from, slot.valid_until) == (date(2026, 1, 5), date(2026, 6, 30))
        assert (slot.interval_weeks, slot.is_shared, slot.status) == (2, True, "active")
        assert (slot.subject, slot.teacher, slot.student) == ("Piano", teacher, student)


def test_a_row_without_a_teacher_is_a_fixed_schedule():
    report = imported(row(**NO_TEACHER, days="27"))

    assert created(report) == (0, 1, 2, 0)
    meeting = FixedSchedule.objects.order_by("weekday").last()
    assert (meeting.teacher, meeting.weekday) == (None, 7)
    assert (meeting.start_time, meeting.end_time) == (time(17), time(18))


def test_a_row_without_a_teacher_may_have_the_studios_zone(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    assert not imported(row(teacher="", teacher_time_zone="Asia/Tokyo")).faults
    assert places(imported(row(teacher=""))) == [(2, "teacher_time_zone")]


def test_old_and_new_zone_names_are_equal(settings):
    kiev, kyiv = {"teacher_time_zone": "Europe/Kiev"}, {"teacher_time_zone": "Europe/Kyiv"}
    assert not imported(row(**kiev), row(**kyiv, start_time="18:00", end_time="19:00")).faults
    assert Teacher.objects.get().time_zone == "Europe/Kiev"  # as the file has it first

    again = imported(row(**kyiv))

    assert not again.faults
    assert created(again) == (0, 0, 0, 0)
    assert Teacher.objects.get().time_zone == "Europe/Kiev"
    settings.TIME_ZONE = "Europe/Kiev"
    assert not imported(row(teacher="", **kyiv)).faults


def test_a_duration_replaces_the_end_and_may_cross_midnight():
    columns = tuple(name for name in COLUMNS if name != "end_time")
    rows = [
        row(start_time="23:30", duration_minutes="90"),
        row(**NO_TEACHER, start_time="9:05", duration_minutes="45"),
        row(start_time="06:00", duration_minutes="1440"),
    ]
    for line in rows:
        line.pop("end_time")
    assert not imported(csv_bytes(*rows, columns=columns)).faults

    assert list(
        RecurringSlot.objects.order_by("id").values_list("duration_minutes", flat=True)
    ) == [
        90,
        1440,
    ]
    assert FixedSchedule.objects.get().end_time == time(9, 50)


def test_an_end_and_an_equal_duration_are_accepted():
    assert not imported(row(duration_minutes="60")).faults
    assert places(imported(row(days="2", duration_minutes="45"))) == [(2, "duration_minutes")]


def test_optional_columns_may_be_missing():
    needed = ("teacher", "teacher_time_zone", "student_first_name", "student_last_name")
    needed += ("student_email", "days", "start_time", "end_time")
    required = {name: row()[name] for name in needed}
    assert not imported(csv_bytes(required, columns=needed)).faults
    slot = RecurringSlot.objects.get()
    assert (slot.valid_from, slot.valid_until) == (NOW.date(), None)
    assert (slot.subject, slot.is_shared, slot.interval_weeks) == ("", False, 1)


def test_column_order_byte_order_mark_blank_lines_and_line_ends():
    data = csv_bytes(row(), row(days="2"), columns=COLUMNS[::-1])
    lines = data.decode().splitlines()
    text = "\ufeff" + "\r".join([lines[0], "", lines[1], "," * (len(COLUMNS) - 1), lines[2]])
    report = imported(text.encode())
    assert not report.faults
    assert (report.rows, report.rules) == (2, 2)


@pytest.mark.parametrize("value", ["yes", "TRUE", "1", "no", "False", "0", ""])
def test_spellings_of_shared(value):
    assert not imported(row(is_shared=value)).faults
    assert RecurringSlot.objects.get().is_shared is (value in ("yes", "TRUE", "1"))


NAMES = [
    'Ana "La Rubia", de Ávila',
    "O'Brien-Ó Súilleabháin",
    "🎻 Yo-Yo 👩‍👩‍👧",
    "\u200fمريم\u200f \u202aAna\u202c",
    "=1+1",
    "@SUM(A1)",
    "'; DROP TABLE classes; --",
    "<script>alert(1)</script>",
    "%(name)s {0} %s",
    "\\N",
    "a\\tb",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_stored_unchanged(name):
    report = imported(row(student_first_name=name, teacher=name, subject=name))
    assert not report.faults
    assert Student.objects.get().first_name == name
    assert Teacher.objects.get().name == name
    assert RecurringSlot.objects.get().subject == name
    before = everything()
    assert imported(row(student_first_name=name, teacher=name, subject=name)).unchanged == 1
    assert everything() == before


def test_the_same_e_mail_address_with_other_names_is_another_student():
    imported(
        row(),
        row(student_first_name="Eva", start_time="18:00", end_time="19:00"),
        row(student_email="", days="3"),
        row(student_email="", student_first_name="Eva", days="4"),
    )
    assert Student.objects.count() == 4


def test_a_student_starts_at_the_earliest_valid_from():
    imported(
        row(valid_from="2026-03-02"),
        row(days="2", valid_from="2025-09-15"),
        row(days="3", valid_from=""),
        row(days="4", student_first_name="Eva", valid_from=""),
    )
    started = dict(Student.objects.values_list("first_name", "start_date"))
    assert started == {"Ana": date(2025, 9, 15), "Eva": NOW.date()}


def test_today_is_the_studios_date(settings):
    settings.TIME_ZONE = "Pacific/Kiritimati"
    imported(row(valid_from=""), now=datetime(2026, 2, 10, 11, tzinfo=UTC))
    assert RecurringSlot.objects.get().valid_from == date(2026, 2, 11)


def test_identical_rows_are_merged_and_counted():
    report = imported(row(days="13"), row(days="13"), row(days="4"), row(days=" 13 "))
    assert (report.rows, report.merged_rows, report.rules) == (4, 2, 3)
    assert RecurringSlot.objects.count() == 3


def test_rows_that_share_a_weekday_create_its_rule_once():
    report = imported(row(days="13"), row(days="35"))
    assert (report.rows, report.merged_rows, report.rules) == (2, 0, 3)
    assert not report.faults


def test_earlier_rows_are_older_rules():
    imported(*(row(**(NO_TEACHER if day % 2 else {}), days=str(day)) for day in range(7, 0, -1)))
    rules = [*FixedSchedule.objects.all(), *RecurringSlot.objects.all()]
    assert [rule.weekday for rule in sorted(rules, key=lambda rule: rule.created_at)] == [
        *range(7, 0, -1)
    ]


@pytest.mark.parametrize("valid_from", ["2026-01-05", ""])
@pytest.mark.parametrize("teacher", [{}, NO_TEACHER])
def test_the_same_file_on_a_later_day_changes_nothing(teacher, valid_from):
    rows = [row(**teacher, valid_from=valid_from, days="135"), row(days="2", valid_from=valid_from)]
    imported(*rows)
    before = everything()
    for days in (0, 1, 40, 400):
        report = imported(*rows, now=NOW + timedelta(days=days))
        assert not report.faults
        assert (created(report), report.unchanged) == ((0, 0, 0, 0), 4)
        assert everything() == before


def test_an_ended_rule_without_valid_from_is_recognised():
    limited = row(valid_from="", valid_until="2026-02-20")
    imported(limited)
    report = imported(limited, now=NOW + timedelta(days=60))
    assert (report.faults, report.unchanged) == ([], 1)


def test_more_rows_are_added():
    imported(row())
    report = imported(row(), row(days="2"), row(days="3", student_first_name="Eva"))
    assert (created(report), report.unchanged) == ((0, 1, 0, 2), 1)
    assert Teacher.objects.count() == 1


def test_a_dry_run_counts_the_same_and_writes_nothing():
    rows = [row(days="13"), row(days="13"), row(**NO_TEACHER)]
    dry = imported(*rows, dry_run=True)
    assert nothing_stored()
    wet = imported(*rows)
    assert dry.document() | {"dryRun": False} == wet.document()
    assert imported(*rows, dry_run=True).unchanged == 3


@pytest.mark.one_database(name="sqlite")
def test_the_real_timetable():
    with UNIVERSITY.open("rb") as file:
        report = import_timetable(file, now=NOW)
    assert report.document() == {
        "success": True,
        "dryRun": False,
        "rows": 456,
        "rules": 1184,
        "mergedRows": 9,
        "created": {
            "teachers": 256,
            "students": 387,
            "fixedSchedules": 0,
            "recurringSlots": 1184,
        },
        "startDatesSet": 0,
        "unchanged": 0,
        "faults": [],
    }
    before = everything()
    with UNIVERSITY.open("rb") as file:
        report = import_timetable(file, now=NOW + timedelta(days=3))
    assert (created(report), report.unchanged) == ((0, 0, 0, 0), 1184)
    assert everything() == before


@pytest.mark.one_database(name="sqlite")
def test_query_count_does_not_grow_with_the_file(django_assert_max_num_queries):
    def rows(count):
        return [
            row(student_email=f"{i}@example.com", teacher=f"T{i % 50}", days=str(i % 7 + 1))
            for i in range(count)
        ]

    for data in (csv_bytes(*rows(10)), csv_bytes(*rows(1000)), csv_bytes(*rows(1000))):
        with one_reading(), django_assert_max_num_queries(36):
            assert not imported(data).faults
    assert Student.objects.count() == 1000


def test_the_file_stays_open():
    source = io.BytesIO(csv_bytes(row()))
    import_timetable(source, now=NOW)
    assert not source.closed


def test_address_case_and_accent_encoding_do_not_matter():
    apart = {"student_last_name": "Pe\u0301rez", "teacher": "Ine\u0301s", "subject": "Fla\u0301m"}
    together = {"student_last_name": "P\u00e9rez", "teacher": "In\u00e9s", "subject": "Fl\u00e1m"}

    report = imported(row(**apart, student_email="Ana@Example.com"), row(**together))

    assert not report.faults
    assert (created(report), report.merged_rows) == ((1, 1, 0, 1), 1)
    student = Student.objects.get()
    assert (student.last_name, student.email) == ("P\u00e9rez", "ana@example.com")
    assert Teacher.objects.get().name == "In\u00e9s"


@pytest.mark.parametrize("email", ["Ana@Example.com", ""], ids=["address", "none"])
def test_stored_people_in_another_encoding_are_found(email):
    imported(row(student_email=email))
    Student.objects.update(
        first_name="Ine\u0301s", last_name="Pe\u0301rez", email=email, start_date="2026-01-05"
    )
    Teacher.objects.update(name="Jose\u0301")
    RecurringSlot.objects.update(subject="Fla\u0301m", import_key=None)
    names = {"student_first_name": "In\u00e9s", "teacher": "Jos\u00e9", "subject": "Fl\u00e1m"}
    before = len(everything()[3])

    report = imported(row(**names, student_email=email.upper()))

    assert (places(report), created(report)) == ([], (0, 0, 0, 0))
    assert len(everything()[3]) == before
