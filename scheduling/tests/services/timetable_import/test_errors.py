"""All faults of a file are listed with line and column, and nothing is written."""

import time as stopwatch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduling.services.timetable_import import importer
from scheduling.services.timetable_import.errors import MAX_FAULTS

from .timetable_files import COLUMNS, NO_TEACHER, ROW, csv_bytes, imported, nothing_stored, places
from .timetable_files import row as valid_row

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

CELLS = [
    ("days", "0", "“0” is not a weekday. Write digits from 1 (Monday) to 7 (Sunday)"),
    ("days", "8", "“8” is not a weekday"),
    ("days", "138", "“8” is not a weekday"),
    ("days", "Moonday", "is not a weekday"),
    ("days", "M", "is not a weekday"),
    ("days", "Mon, lunes", "has the weekday lunes twice"),
    ("days", "11", "has the weekday 1 twice"),
    ("days", "١", "is not a weekday"),
    ("days", "", "is empty"),
    ("start_time", "25:00", "“25:00” is not a time of day"),
    ("start_time", "17:60", "is not a time of day"),
    ("start_time", "24:00", "is not a time of day"),
    ("start_time", "13 pm", "is not a time of day"),
    ("start_time", "0 pm", "is not a time of day"),
    ("start_time", "0.71", "is not a time of day"),
    ("start_time", "1.5", "is not a time of day"),
    ("start_time", "17:00:30", "is not a time of day"),
    ("start_time", "١٧:٠٠", "is not a time of day"),
    ("start_time", "", "is empty"),
    ("end_time", "16:00", "“16:00” is not after the start, “17:00”"),
    ("end_time", "17:00", "is not after the start"),
    ("end_time", "noon", "is not a time of day"),
    ("end_time", "", "neither an end time nor a duration"),
    ("duration_minutes", "0", "is not a whole number from 1 to 1440"),
    ("duration_minutes", "-60", "is not a whole number"),
    ("duration_minutes", "1441", "is not a whole number"),
    ("duration_minutes", "60.0", "is not a whole number"),
    ("duration_minutes", "9" * 5000, "is not a whole number"),
    ("teacher_time_zone", "Europe/Atlantis", "“Europe/Atlantis” is not a time zone"),
    ("teacher_time_zone", "../../etc/passwd", "is not a time zone"),
    ("teacher_time_zone", "America", "is not a time zone"),
    ("teacher_time_zone", "right/Europe/Madrid", "is not a time zone"),
    ("teacher_time_zone", "localtime", "is not a time zone"),
    ("teacher_time_zone", "Europe/" + "x" * 300, "is not a time zone"),
    ("teacher_time_zone", "", "is empty"),
    ("valid_from", "2026-02-31", "“2026-02-31” does not exist in the calendar"),
    ("valid_from", "2026-02-29", "does not exist"),
    ("valid_from", "31/31/2026", "does not exist"),
    ("valid_from", "31-01/2026", "is not a date"),
    ("valid_from", "46027", "is not a date"),
    ("valid_from", "20260131", "is not a date"),
    ("valid_from", "0001-01-01", "is too far away"),
    ("valid_until", "9999-12-31", "is too far away"),
    ("valid_until", "2026-01-04", "2026-01-04 is before valid_from, 2026-01-05"),
    ("interval_weeks", "0", "is not a whole number from 1 to 4"),
    ("interval_weeks", "5", "is not a whole number from 1 to 4"),
    ("interval_weeks", "two", "is not a whole number from 1 to 4"),
    ("is_shared", "maybe", "is neither yes nor no"),
    ("is_shared", "2", "is neither yes nor no"),
    ("teacher", "x" * 151, "has 151 characters; shorten it to 150"),
    ("student_first_name", "x" * 101, "shorten it to 100"),
    ("student_first_name", "", "is empty"),
    ("student_last_name", "é" * 101, "shorten it to 100"),
    ("subject", "🎻" * 201, "shorten it to 200"),
    ("student_email", "ana", "“ana” is not an e-mail address"),
    ("student_email", "ana@x@example.com", "is not an e-mail address"),
    ("student_email", "a" * 250 + "@example.com", "shorten it to 254"),
    ("student_first_name", "Ana\x00", "control character or line break (U+0000)"),
    ("subject", "Piano\nViolin", "control character or line break (U+000A)"),
    ("teacher", "Cla\x1b[31mra", "U+001B"),
]


@pytest.mark.parametrize(("column", "cell", "message"), CELLS)
def test_a_bad_cell(column, cell, message):
    report = imported(valid_row(days="2"), valid_row(**{column: cell}), valid_row(days="3"))

    assert places(report) == [(3, column)]
    assert message in report.faults[0].message
    assert len(report.faults[0].sentence("x.csv").splitlines()) == 1
    assert not report.succeeded
    assert nothing_stored()
    assert set(report.document()["created"].values()) == {0}


def test_the_text_of_a_fault_has_file_line_and_column():
    (fault,) = imported(valid_row(start_time="25:00")).faults
    assert fault.sentence("week.csv") == (
        "week.csv, line 2, column start_time: “25:00” is not a time of day; write it as 09:30 or "
        "17:00."
    )


def test_a_fixed_schedule_does_not_cross_midnight():
    late = valid_row(**NO_TEACHER, start_time="23:00", end_time="", duration_minutes="60")
    assert places(imported(late)) == [(2, "duration_minutes")]
    assert not imported(late | {"duration_minutes": "59"}).faults


def test_every_fault_of_every_line_is_listed():
    report = imported(
        valid_row(days="9", start_time="25:00", valid_until="soon"),
        valid_row(),
        valid_row(student_email="?", is_shared="?", teacher=""),
    )
    assert places(report) == [
        (2, "days"),
        (2, "start_time"),
        (2, "valid_until"),
        (4, "teacher_time_zone"),
        (4, "student_email"),
        (4, "is_shared"),
    ]


def test_lines_are_counted_as_an_editor_does():
    text = csv_bytes(valid_row(), valid_row(days="9")).decode().replace("\r\n", "\n")
    header, first, second = text.splitlines()
    multi_line = first.replace("Piano", '"Pia\n\nno"')
    report = imported("\n".join([header, multi_line, "", second]).encode())
    assert places(report) == [(2, "subject"), (6, "days")]


def test_contradicting_rows_name_both_lines():
    report = imported(
        valid_row(), valid_row(days="2"), valid_row(end_time="19:00", subject="Violin")
    )
    assert places(report) == [(4, "end_time")]
    message = report.faults[0].message
    assert "rule of line 2" in message
    assert "end time is 19:00 here and 18:00 there" in message
    assert "subject is “Violin” here and “Piano” there" in message
    assert nothing_stored()


def test_a_teacher_in_two_zones_names_both_lines():
    report = imported(valid_row(), valid_row(days="2", teacher_time_zone="Europe/Paris"))
    assert places(report) == [(3, "teacher_time_zone")]
    assert "Europe/Madrid on line 2" in report.faults[0].message


@pytest.mark.parametrize("dated_first", [True, False])
def test_a_rule_with_and_without_valid_from_is_a_fault(dated_first):
    rows = [valid_row(), valid_row(valid_from="")]
    report = imported(*(rows if dated_first else rows[::-1]))
    assert places(report) == [(3, "valid_from")]


def test_a_new_rule_that_ends_before_it_begins_is_a_fault():
    past = valid_row(valid_from="", valid_until="2026-02-09")
    assert places(imported(past)) == [(2, "valid_until")]
    assert not imported(past | {"valid_until": "2026-02-10"}).faults


def test_missing_cells_are_empty_and_surplus_cells_a_fault():
    lines = csv_bytes(valid_row(), valid_row(days="2"), valid_row(days="3")).decode().splitlines()
    lines[1] += ",x"
    lines[2] = lines[2][:-1]  # some programs omit empty cells
    report = imported("\n".join(lines).encode())
    assert places(report) == [(2, "")]
    assert "15 cells, the header 14" in report.faults[0].message


NO_LENGTH = [name for name in COLUMNS if name not in ("end_time", "duration_minutes")]
HEADERS = [
    ("", [(1, "")]),
    ("\ufeff", [(1, "")]),
    ("\n\n ,,\n", [(1, "")]),
    (",".join(COLUMNS), [(None, "")]),
    (";".join(COLUMNS), [(None, "")]),
    (",".join(COLUMNS[1:]), [(1, "teacher")]),
    (",".join((*COLUMNS, "days")), [(1, "days")]),
    (",".join((*COLUMNS, "floor")), [(1, "floor")]),
    (",".join((*COLUMNS, "")), [(None, "")]),
    (",".join(NO_LENGTH), [(1, "end_time")]),
    (",".join(("Teecher", *COLUMNS[1:])), [(1, "Teecher"), (1, "teacher")]),
]


@pytest.mark.parametrize(("text", "where"), HEADERS)
def test_a_bad_header_is_a_fault(text, where):
    assert places(imported(text.encode())) == where


def test_a_misspelt_column_is_recognised():
    report = imported(csv_bytes(valid_row(), columns=COLUMNS).replace(b"is_shared", b"is_shard"))
    assert "is is_shared meant?" in report.faults[0].message


def test_each_undecodable_line_is_a_fault():
    lines = csv_bytes(*(valid_row(days=str(day)) for day in range(1, 6))).split(b"\r\n")
    lines[2] = lines[2].replace(b"Piano", b"Pia\x81no")
    lines[4] = lines[4].replace(b"17:00", b"17:\x9d")
    report = imported(b"\r\n".join(lines))
    assert places(report) == [(3, ""), (5, "")]
    assert "The line is not text" in report.faults[0].message


def test_too_many_rows_are_one_fault(monkeypatch):
    monkeypatch.setattr(importer, "MAX_ROWS", 3)
    assert not imported(*(valid_row(days=str(day)) for day in range(1, 4)), dry_run=True).faults
    (fault,) = imported(*(valid_row(days=str(day)) for day in range(1, 5))).faults
    assert "more than 3 rows; import it in parts" in fault.message


def test_an_open_quotation_mark_does_not_hide_the_faults_after_it():
    lines = csv_bytes(valid_row(), valid_row(days="9"), valid_row(days="8")).decode().splitlines()
    lines[1] = lines[1].replace("Piano", '"Piano" forte')
    report = imported("\n".join(lines).encode())
    assert places(report) == [(2, ""), (3, "days"), (4, "days")]
    lines[1] = lines[1].replace('"Piano" forte', '"Piano')
    assert places(imported("\n".join(lines).encode())) == [(2, "")]


def test_a_too_long_cell_is_a_fault():
    report = imported(valid_row(subject="x" * 200_000), valid_row(days="9"))
    assert places(report) == [(2, ""), (3, "days")]
    assert "longer than" in report.faults[0].message


HUGE = 10_000_000


@pytest.mark.parametrize(
    "data",
    [
        b"x" * HUGE,
        b"\x00" * HUGE,
        b"\n" * HUGE,
        b'"' * HUGE,
        pytest.param(b"," * HUGE, marks=pytest.mark.soak),
        b"," * (HUGE // 10),
        csv_bytes() + b"x\n" * (HUGE // 2),
        csv_bytes() + b'"x\n' * (HUGE // 3),
        csv_bytes() + (b"x" + b"," * 13 + b"\n") * (HUGE // 15),
        csv_bytes() + b"\xff\n" * (HUGE // 2),
    ],
    ids=[
        "letters",
        "NULs",
        "blank lines",
        "quotes",
        "commas",
        "a million commas",
        "short",
        "open",
        "bad",
        "not UTF-8",
    ],
)
def test_a_large_invalid_file_is_refused_quickly(data):
    began = stopwatch.monotonic()
    report = imported(data)
    assert stopwatch.monotonic() - began < 30
    assert 0 < len(report.faults) < MAX_FAULTS + 20
    assert nothing_stored()


BAD_CELL = st.one_of(
    st.sampled_from(["", "0", "8", "25:00", "2026-02-31", '"', "\n", "\x00", "yes", "=1+1", "é"]),
    st.text(max_size=20),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.fixed_dictionaries({}, optional=dict.fromkeys(ROW, BAD_CELL)), min_size=1, max_size=4
    )
)
def test_any_cells_give_a_report(rows):
    data = csv_bytes(*(valid_row(**changes) for changes in rows))
    report = imported(data, dry_run=True)
    for fault in report.faults:
        assert fault.line is not None
        assert fault.column in (*COLUMNS, "")
        assert "\n" not in fault.sentence("x.csv")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), header=st.booleans())
def test_any_bytes_give_a_report(data, header):
    report = imported(csv_bytes() + data if header else data, dry_run=True)
    assert report.document()["success"] is not bool(report.faults)
