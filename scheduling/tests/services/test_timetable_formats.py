"""Timetable files as the programs of different countries write them."""

import io
import zipfile

import pytest
from django.utils import translation

from scheduling.models import RecurringSlot, Student
from scheduling.services.timetable_import import Report

from .timetable_files import NO_TEACHER, csv_bytes, everything, imported, nothing_stored, row

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


def separated_by(sign: str, *rows: dict[str, str]) -> str:
    """A file with another separator; its cells have no commas."""
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


def test_lines_are_counted_from_the_beginning_whatever_the_separator():
    report = imported(("\n\n" + separated_by(";", row(), row(days="9"))).encode())

    assert [(fault.line, fault.column) for fault in report.faults] == [(5, "days")]


def spreadsheet() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


def only_sentence(report: Report) -> str:
    (fault,) = report.faults
    assert (fault.line, fault.column) == (1, "")
    return fault.message


@pytest.mark.parametrize("data", [spreadsheet(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9])
def test_a_spreadsheet_is_told_from_text(data):
    assert "This is a spreadsheet, not a CSV file" in only_sentence(imported(data))
    assert nothing_stored()


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_one_sentence(coding):
    data = csv_bytes(row()).decode().encode(coding)

    assert "not UTF-8 text. Save it as “CSV UTF-8”" in only_sentence(imported(data))
    assert nothing_stored()


def test_latin_1_from_a_spreadsheet_is_told_line_by_line():
    rows = [row(), row(student_first_name="Leo", student_last_name="Park"), row(subject="Música")]

    report = imported(csv_bytes(*rows).decode().encode("latin-1"))

    assert [fault.line for fault in report.faults] == [2, 4]
    assert "Save the file as “CSV UTF-8”" in report.faults[0].message
    assert nothing_stored()


@pytest.mark.parametrize("people", [{}, NO_TEACHER], ids=["slot", "fixed schedule"])
@pytest.mark.parametrize("valid_from", ["", "2026-02-10"])
def test_a_rule_given_by_its_length_comes_again_unchanged(people, valid_from):
    rule = row(end_time="", duration_minutes="60", valid_from=valid_from, **people)
    imported(rule)
    before = everything()

    again = imported(rule)

    assert (again.faults, again.unchanged) == ([], 1)
    assert everything() == before


def test_a_length_that_was_edited_is_told_in_the_words_of_the_file():
    rule = row(end_time="", duration_minutes="60")
    imported(rule)
    RecurringSlot.objects.update(duration_minutes=45)

    with translation.override("en"):
        (fault,) = imported(rule).faults

    assert fault.column == "duration_minutes"
    assert "duration in minutes is 45, the file says 60" in fault.message
