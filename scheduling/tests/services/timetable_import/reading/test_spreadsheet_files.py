"""Fifty files written by LibreOffice in five locales are the same timetable."""

from datetime import date, time

import pytest

from scheduling.services.timetable_export import TimetableRow, timetable_rows
from scheduling.tests.services.timetable_import.timetable_files import NOW, imported
from scheduling.tests.support.spreadsheet_files import COUNTRIES, ENCODINGS, FILES, SEPARATORS

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
AUTUMN, END = date(2026, 9, 7), date(2027, 6, 30)
CLARA, TOM = ("Clara Ibáñez", "Europe/Madrid"), ("Tom O'Neill", "Europe/London")
ANA = ("Ana", "Pérez Núñez", "ana@example.com")
LUIS = ("Luis", "Soto; Mora", "luis@example.com")
EVA = ("Eva", "“Evita” Gómez", "")


def lesson(teacher, student, weekday, start, end, subject, first, last, shared, weeks):
    place = (weekday, time.fromisoformat(start), time.fromisoformat(end), None)
    return TimetableRow(*teacher, *student, *place, subject, "", first, last, shared, weeks)


TIMETABLE = [
    lesson(("", ""), LUIS, 5, "09:05", "10:00", "", date(2026, 10, 2), None, False, 1),
    lesson(CLARA, ANA, 1, "16:00", "16:45", "Piano", AUTUMN, END, False, 1),
    lesson(CLARA, LUIS, 1, "16:45", "17:30", "Piano", AUTUMN, None, False, 2),
    lesson(TOM, ANA, 2, "16:30", "17:30", "Violín, 1.º", AUTUMN, END, True, 1),
    lesson(TOM, EVA, 2, "16:30", "17:30", "Violín, 1.º", AUTUMN, END, True, 1),
]


def test_all_files_exist():
    names = [f"{country}.xlsx" for country in COUNTRIES]
    for country in COUNTRIES:
        names += [f"{country}-{code}-{sign}.csv" for code in ENCODINGS for sign in SEPARATORS]
    assert sorted(names) == sorted(file.name for file in FILES.iterdir())
    assert len(names) == 50


@pytest.mark.parametrize("file", sorted(FILES.iterdir()), ids=lambda file: file.name)
def test_each_file_is_the_same_timetable_without_questions(file):
    report = imported(file.read_bytes())

    assert report.problems == []
    assert sorted(timetable_rows(NOW.date())) == sorted(TIMETABLE)
