"""Timetable files in the formats of different programs and countries."""

import csv
import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import translation
from openpyxl import Workbook, load_workbook

from scheduling.models import FixedSchedule, RecurringSlot, Student
from scheduling.services.timetable_import import DateOrder, TimeReading
from scheduling.tests.services.timetable_import.timetable_files import (
    COLUMNS,
    NO_TEACHER,
    csv_bytes,
    everything,
    imported,
    nothing_stored,
    places,
    row,
)

UNIVERSITY = Path(__file__).resolve().parents[3] / "data" / "university-2019.csv"
EARLY = {"days": "2", "start_time": "4:30", "end_time": "5:30"}
PAST_NOON = {"days": "2", "start_time": "10.00", "end_time": "1.00", "duration_minutes": "180"}
# Workbooks store dates with a time and without a zone.
A_DAY = datetime(2026, 4, 3)  # noqa: DTZ001

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


def separated_by(sign: str, *rows: dict[str, str]) -> str:
    """Return the file with another separator. The cells must not contain commas."""
    return csv_bytes(*rows).decode().replace(",", sign)


@pytest.mark.parametrize("sign", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("before", ["", "\ufeff", "\r\n\r\n"], ids=["plain", "mark", "blank"])
@pytest.mark.parametrize("line_break", ["\r\n", "\n"])
def test_every_separator_is_understood(sign, before, line_break):
    text = before + separated_by(sign, row(student_first_name="NAME"))
    text = text.replace("NAME", '"Ana; María"').replace("\r\n", line_break)

    report = imported(text.encode())

    assert report.faults == []
    assert Student.objects.get().first_name == "Ana; María"


def test_commas_within_cells_do_not_change_the_separator():
    text = separated_by(";", row(subject="MUSIC")).replace(
        "MUSIC", "a, b, c, d, e, f, g, h, i, j, k, l"
    )

    assert imported(text.encode()).faults == []
    assert RecurringSlot.objects.get().subject.startswith("a, b")


def test_line_numbers_do_not_depend_on_the_separator():
    report = imported(("\n\n" + separated_by(";", row(), row(days="9"))).encode())

    assert [(fault.line, fault.column) for fault in report.faults] == [(5, "days")]


def broken_workbook() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (broken_workbook(), "This is not a workbook that can be read. Save it as .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, "spreadsheet of an old kind. Save it as .xlsx"),
        (b"\0\1\0\0" * 9, "The file is not text. Save it as .xlsx"),
    ],
    ids=["broken", "old", "binary"],
)
def test_other_files_are_one_fault(data, message):
    (fault,) = imported(data).faults
    assert message in fault.message
    assert nothing_stored()


@pytest.mark.parametrize(
    "coding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "cp1252"],
)
@pytest.mark.parametrize("sign", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_every_encoding_is_understood(coding, sign):
    text = separated_by(sign, row(student_last_name="Peña Núñez", subject="“Música” – 5 €"))

    assert imported(text.encode(coding)).faults == []

    assert Student.objects.get().last_name == "Peña Núñez"
    assert RecurringSlot.objects.get().subject == "“Música” – 5 €"


def test_an_undecodable_byte_is_a_fault_of_its_line():
    data = csv_bytes(row(), row(days="2", subject="XX")).replace(b"XX", b"M\x81sica")

    report = imported(data)

    assert [(fault.line, fault.column) for fault in report.faults] == [(3, "")]
    assert "The line is not text" in report.faults[0].message


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_separator_line_is_applied(sign):
    text = f"sep={sign}\r\n" + separated_by(sign, row(), row(days="9"))

    assert places(imported(text.encode("utf-8-sig"))) == [(4, "days")]


def test_titles_and_empty_columns_and_rows_are_ignored():
    header, *rows = csv_bytes(row(), row(days="9")).decode().splitlines()
    lines = [
        "Timetable of spring, 2026,,",
        "",
        f"{header},,",
        *[f"{r},," for r in rows],
        ",,,",
    ]

    assert places(imported("\r\n".join(lines).encode())) == [(5, "days")]


def test_text_in_a_column_without_a_heading_is_a_fault():
    header, line = csv_bytes(row()).decode().splitlines()
    (fault,) = imported(f"{header},\r\n{line},why\r\n".encode()).faults
    assert (fault.line, "without a heading" in fault.message) == (2, True)


def test_empty_cells_at_the_end_of_a_row_may_be_missing():
    header, line = csv_bytes(row()).decode().splitlines()
    assert imported(f"{header}\r\n{line.rstrip(',')}\r\n".encode()).faults == []
    assert RecurringSlot.objects.count() == 1


@pytest.mark.parametrize(
    "names",
    [
        "Teacher;Time zone;First name;Last name;E-mail;Weekday;Start;End;Length;Subject;From",
        "Profesor;Zona horaria;Nombre;Apellidos;Correo electrónico;Día;Inicio;Fin;Duración;"
        "Asignatura;Desde",
        "DOCENTE;zona  horaria;nombre del alumno;apellidos del alumno;Correo;días de la semana;"
        "Hora de inicio;Hora de fin;Duración (minutos);Instrumento;Válido desde",
    ],
)
def test_headings_of_both_languages_are_understood(names):
    columns = COLUMNS[: COLUMNS.index("valid_from") + 1]
    text = csv_bytes(row(), columns=columns).decode().replace(",", ";")
    _header, line = text.splitlines()

    assert imported(f"{names}\r\n{line}\r\n".encode()).faults == []

    slot = RecurringSlot.objects.get()
    assert (slot.teacher.name, slot.subject, slot.valid_from) == (
        "Clara",
        "Piano",
        date(2026, 1, 5),
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("16:00", "17:30"),
        ("16:00:00", "17:30:00"),
        ("16.00", "17.30"),
        ("4:00 PM", "5:30 pm"),
        ("4 PM", "5:30PM"),
        ("4:00 p. m.", "5:30 p.m."),
        ("4:00:00 PM", "5:30:00 PM"),
        ("0.6666666667", "0.729166667"),
        ("0,666666667", "0,7291666667"),
    ],
)
def test_common_formats_of_times_are_understood(start, end):
    assert imported(row(start_time=start, end_time=end)).problems == []
    slot = RecurringSlot.objects.get()
    assert (slot.start_time, slot.duration_minutes) == (time(16), 90)


def test_midnight_and_noon_with_am_and_pm():
    assert imported(row(start_time="12:15 AM", end_time="12:45 PM")).problems == []
    slot = RecurringSlot.objects.get()
    assert (slot.start_time, slot.duration_minutes) == (time(0, 15), 750)


@pytest.mark.parametrize(
    ("cell", "weekdays"),
    [
        ("Monday", [1]),
        ("Tue", [2]),
        ("Mondays and Thursdays", [1, 4]),
        ("Mon, Wed; Fri", [1, 3, 5]),
        ("Sa/Su", [6, 7]),
        ("lunes y miércoles", [1, 3]),
        ("MIE, sáb", [3, 6]),
        ("domingos", [7]),
        ("1,3", [1, 3]),
        ("1 3 5", [1, 3, 5]),
    ],
)
def test_weekdays_by_number_or_by_name(cell, weekdays):
    assert imported(row(days=cell)).problems == []
    assert [slot.weekday for slot in RecurringSlot.objects.order_by("weekday")] == weekdays


@pytest.mark.parametrize("cell", ["sí", "Si", "X", "yes", "TRUE", "verdadero", "1"])
def test_yes_in_both_languages(cell):
    assert imported(row(is_shared=cell)).problems == []
    assert RecurringSlot.objects.get().is_shared


# Ambiguous dates and times


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-01-05", date(2026, 1, 5)),
        ("2026-01-05 00:00:00", date(2026, 1, 5)),
        ("2026/1/5", date(2026, 1, 5)),
        ("5.1.2026", date(2026, 1, 5)),
        ("25/12/2026", date(2026, 12, 25)),
        ("12/25/26", date(2026, 12, 25)),
        ("4/4/2026", date(2026, 4, 4)),
    ],
)
def test_unambiguous_dates_raise_no_question(cell, day):
    assert imported(row(valid_from=cell)).problems == []
    assert RecurringSlot.objects.get().valid_from == day


def test_an_ambiguous_date_is_read_like_the_others():
    rows = [row(valid_from="3/4/2026"), row(days="2", valid_from="25/12/2026")]
    assert imported(*rows).problems == []
    assert RecurringSlot.objects.get(weekday=1).valid_from == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("rows", "column", "option", "answers"),
    [
        (
            [row(valid_from="4/4/2026"), row(days="2", valid_from="3/4/2026")],
            "valid_from",
            "--dates",
            {"dmy": date(2026, 4, 3), "mdy": date(2026, 3, 4)},
        ),
        (
            # The file has dates in both orders, so it has no order of its own.
            [
                row(days="3", valid_from="25/12/2026"),
                row(days="2", valid_from="3/4/2026"),
                row(days="4", valid_from="12/25/2026"),
            ],
            "valid_from",
            "--dates",
            {"dmy": date(2026, 4, 3), "mdy": date(2026, 3, 4)},
        ),
        (
            [
                row(start_time="11:00", end_time="12:00"),
                row(days="2", start_time="4:30", end_time="5:30"),
            ],
            "start_time",
            "--times",
            {"as-is": time(4, 30), "afternoon": time(16, 30)},
        ),
        (
            [
                row(start_time="8:00", end_time="9:00"),
                row(days="2", start_time="10.00", end_time="1.00", duration_minutes="180"),
            ],
            "end_time",
            "--times",
            {"afternoon": time(10)},
        ),
    ],
    ids=["date", "date in a mixed file", "time", "end"],
)
def test_ambiguities_are_one_question(rows, column, option, answers):
    report = imported(*rows)
    assert not report.succeeded
    (fault,) = report.problems
    assert (fault.line, fault.column) == (3, column)
    assert option in fault.message
    assert nothing_stored()

    for answer, value in answers.items():
        with transaction.atomic():
            assert imported(*rows, **{option[2:]: kind_of(option)(answer)}).succeeded
            slot = RecurringSlot.objects.get(weekday=2)
            assert value in (slot.valid_from, slot.start_time)
            transaction.set_rollback(True)


def kind_of(option):
    return DateOrder if option == "--dates" else TimeReading


@pytest.mark.parametrize(
    "other",
    [
        row(days="2", start_time="16:00", end_time="17:00"),
        row(days="2", start_time="09:00", end_time="10:00"),
    ],
)
def test_a_24_hour_file_raises_no_question(other):
    rule = row(start_time="4:30", end_time="5:30")
    assert imported(rule, other).problems == []
    assert RecurringSlot.objects.get(weekday=1).start_time == time(4, 30)


# Workbooks


def workbook(*rows, title=None, prepare=lambda sheet: None):
    """Return a workbook of these rows below the header."""
    book = Workbook()
    sheet = book.active
    if title:
        sheet.append([title])
    sheet.append(list(COLUMNS))
    for line in rows:
        sheet.append([line.get(name) for name in COLUMNS])
    prepare(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_typed_dates_and_times_of_a_workbook_are_read():
    cells = row(
        days=13,
        start_time=time(16),
        end_time=None,
        duration_minutes=90,
        valid_from=A_DAY,
        valid_until=date(2026, 6, 30),
        is_shared=True,
    )

    assert imported(workbook(cells, title="Spring 2026")).problems == []

    for slot in RecurringSlot.objects.all():
        assert (slot.start_time, slot.duration_minutes) == (time(16), 90)
        assert (slot.valid_from, slot.valid_until) == (date(2026, 4, 3), date(2026, 6, 30))
        assert slot.is_shared
    assert RecurringSlot.objects.count() == 2


def test_a_workbook_and_its_csv_are_the_same_timetable():
    rule = row(start_time="16:00", end_time="17:30", valid_from="2026-04-03")
    imported(rule)
    cells = rule | {"days": 1, "start_time": 16 / 24, "end_time": time(17, 30)}

    report = imported(workbook(cells | {"valid_from": A_DAY}))

    assert (report.problems, report.unchanged) == ([], 1)


def test_the_real_timetable_as_a_workbook_is_the_same_timetable():
    with UNIVERSITY.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    book = Workbook()
    book.active.append(header)
    for cells in rows:
        book.active.append([typed(name, cell) for name, cell in zip(header, cells, strict=True)])
    file = io.BytesIO()
    book.save(file)
    assert imported(UNIVERSITY.read_bytes()).succeeded

    report = imported(file.getvalue())

    assert (report.problems, report.unchanged, report.rows) == ([], report.rules, 456)


def typed(name, cell):
    """Return a cell with the type that a spreadsheet stores."""
    if not cell:
        return None
    if name.startswith("valid_"):
        return datetime.fromisoformat(cell)
    if name.endswith("_time"):
        return time.fromisoformat(cell)
    return int(cell) if cell.isdecimal() else cell


@pytest.mark.parametrize(
    ("shown_as", "is_asked"),
    [("hh:mm", False), ("hh:mm:ss", False), ("h:mm AM/PM", False), ("h:mm", True)],
)
def test_a_time_of_a_workbook_is_read_as_displayed(shown_as, is_asked):
    def shape(sheet):
        for cell in (sheet.cell(2, COLUMNS.index("start_time") + 1), sheet.cell(2, 8)):
            cell.number_format = shown_as

    cells = row(days=1, start_time=time(4, 30), end_time=time(5, 30))
    report = imported(workbook(cells, prepare=shape), dry_run=True)
    assert [doubt.question for doubt in report.ambiguities] == ["times"] * is_asked


def test_merged_cells_apply_to_every_row():
    rows = [row(), row(teacher=None, teacher_time_zone=None, days=2), row(days=3, teacher="Tom")]

    def merge(sheet):
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("B2:B3")

    assert imported(workbook(*rows, prepare=merge)).problems == []
    assert RecurringSlot.objects.filter(teacher__name="Clara").count() == 2
    assert not FixedSchedule.objects.exists()


def test_csv_cells_lost_by_merging_cause_a_warning():
    rows = [row(), row(**NO_TEACHER, days="2"), row(**NO_TEACHER, days="3"), row(days="4")]
    report = imported(*rows, dry_run=True)
    assert report.merged_cells_warning.startswith("Lines 3, 4 have no teacher")
    assert report.merged_cells_warning in list(report.lines())
    own = row(**NO_TEACHER | {"teacher_time_zone": "UTC"}, days="2")
    assert imported(row(), own, dry_run=True).merged_cells_warning == ""
    assert imported(row(**NO_TEACHER), row(days="2"), dry_run=True).merged_cells_warning == ""


def test_the_sheet_with_a_header_is_read():
    book = load_workbook(io.BytesIO(workbook(row(days=1))))
    book.create_sheet("Notes", 0).append(["Call Ana", "tomorrow"])
    file = io.BytesIO()
    book.save(file)

    assert imported(file.getvalue()).problems == []
    assert RecurringSlot.objects.count() == 1


def test_a_fault_of_a_workbook_has_the_number_of_its_row():
    assert places(imported(workbook(row(days=1), row(days=9), title="Spring"))) == [(4, "days")]


def test_a_zip_bomb_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (201 * 1024 * 1024))
    (fault,) = imported(file.getvalue()).faults
    assert "too large" in fault.message


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({"days": "1", "valid_from": "2026-12-02", "valid_until": "2026-12-04"}, "Monday"),
        (
            {
                "days": "1",
                "valid_from": "2026-12-02",
                "valid_until": "2026-12-10",
                "interval_weeks": "2",
            },
            "Monday",
        ),
        ({"days": "35", "valid_from": "2026-12-03", "valid_until": "2026-12-04"}, "Wednesday"),
    ],
)
@pytest.mark.parametrize("people", [{}, NO_TEACHER], ids=["slot", "fixed schedule"])
def test_a_rule_without_occurrences_is_a_fault(changes, days, people):
    (fault,) = imported(row(**changes, **people)).faults
    assert (fault.line, fault.column) == (2, "days")
    assert days in fault.message
    assert nothing_stored()


def test_a_rule_with_one_occurrence_is_valid():
    changes = {"days": "5", "valid_from": "2026-12-02", "valid_until": "2026-12-10"}
    assert imported(row(**changes, interval_weeks="2")).problems == []


@pytest.mark.parametrize("people", [{}, NO_TEACHER], ids=["slot", "fixed schedule"])
@pytest.mark.parametrize("valid_from", ["", "2026-02-10"])
def test_a_rule_with_a_duration_is_unchanged_on_reimport(people, valid_from):
    rule = row(end_time="", duration_minutes="60", valid_from=valid_from, **people)
    imported(rule)
    before = everything()

    again = imported(rule)

    assert (again.faults, again.unchanged) == ([], 1)
    assert everything() == before


def test_an_edited_length_is_reported_in_the_files_column():
    rule = row(end_time="", duration_minutes="60")
    imported(rule)
    RecurringSlot.objects.update(duration_minutes=45)

    with translation.override("en"):
        (fault,) = imported(rule).faults

    assert fault.column == "duration_minutes"
    assert "duration in minutes is 45, the file says 60" in fault.message
