"""The files of ``tests/data/spreadsheets``, as LibreOffice writes them in five countries.

They are stored; ``python -m scheduling.tests.support.spreadsheet_files`` writes them again, with
Debian's package ``libreoffice-calc``.
"""

import subprocess
import tempfile
from datetime import date, time
from pathlib import Path
from typing import Any

from openpyxl import Workbook

FILES = Path(__file__).resolve().parents[1] / "data" / "spreadsheets"
ENGLISH = (
    *("Teacher", "Time zone", "First name", "Last name", "Email", "Weekday", "Start", "End"),
    *("Subject", "Valid from", "Valid until", "Group", "Every weeks"),
)
SPANISH = (
    *("Profesor", "Zona horaria", "Nombre", "Apellidos", "Correo electrónico", "Día"),
    *("Hora de inicio", "Hora de fin", "Asignatura", "Desde", "Hasta", "Grupo", "Semanas"),
)
# Headings, weekdays, the format of times and the title above, which may be empty.
COUNTRIES: dict[str, tuple[tuple[str, ...], tuple[str, ...], str, str]] = {
    "en-US": (ENGLISH, ("Monday", "Tuesday", "Friday"), "h:mm AM/PM", "Lessons, fall 2026"),
    "en-GB": (ENGLISH, ("Mon", "Tue", "Fri"), "h:mm", ""),
    "es-ES": (SPANISH, ("lunes", "martes", "viernes"), "h:mm", "Horario de otoño"),
    "es-MX": (SPANISH, ("lun", "mar", "vie"), "h:mm AM/PM", ""),
    "de-DE": (ENGLISH, ("1", "2", "5"), "hh:mm", ""),
}
# LibreOffice's numbers of encodings and separators.
ENCODINGS = {"utf-8": 76, "windows-1252": 1, "utf-16": 65535}
SEPARATORS = {"comma": 44, "semicolon": 59, "tab": 9}
# The short date of the country, one of the built-in formats of a workbook.
SHORT_DATE = "mm-dd-yy"


def rows(days: tuple[str, ...]) -> list[list[Any]]:
    """Return the timetable with the values of a spreadsheet."""
    monday, tuesday, friday = days
    clara, tom = ["Clara Ibáñez", "Europe/Madrid"], ["Tom O'Neill", "Europe/London"]
    ana = ["Ana", "Pérez Núñez", "ana@example.com"]
    luis = ["Luis", "Soto; Mora", "luis@example.com"]
    eva = ["Eva", "“Evita” Gómez", ""]
    autumn, end = date(2026, 9, 7), date(2027, 6, 30)
    return [
        [*clara, *ana, monday, time(16), time(16, 45), "Piano", autumn, end, None, None],
        # Merged with the teacher above: no value.
        [None, None, *luis, monday, time(16, 45), time(17, 30), "Piano", autumn, None, None, 2],
        [*tom, *eva, tuesday, time(16, 30), time(17, 30), "Violín, 1.º", autumn, end, "x", 1],
        [*tom, *ana, tuesday, time(16, 30), time(17, 30), "Violín, 1.º", autumn, end, "x", 1],
        ["", "", *luis, friday, time(9, 5), time(10), "", date(2026, 10, 2), None, None, None],
    ]


def write_workbook(country: str, file: Path, is_merged: bool) -> None:
    """Write the workbook of a user in ``country``; merged cells are lost in CSV."""
    headings, days, clock, title = COUNTRIES[country]
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if title:
        sheet.append([title])
        sheet.append([])
    sheet.append(list(headings))
    first = sheet.max_row + 1
    for cells in rows(days):
        sheet.append(cells)
    for row in sheet.iter_rows(min_row=first):
        for cell in row:
            if isinstance(cell.value, time):
                cell.number_format = clock
            elif isinstance(cell.value, date):
                cell.number_format = SHORT_DATE
    for column in (1, 2):
        if is_merged:
            sheet.merge_cells(
                start_row=first, end_row=first + 1, start_column=column, end_column=column
            )
        else:
            sheet.cell(first + 1, column).value = sheet.cell(first, column).value
    book.save(file)


def convert(country: str, file: Path, target_format: str, folder: Path) -> Path:
    """Convert ``file`` as LibreOffice does in ``country``; return the new file."""
    profile = folder / f"profile-{country}"
    settings = profile / "user" / "registrymodifications.xcu"
    if not settings.exists():
        settings.parent.mkdir(parents=True)
        settings.write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
            'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            '<item oor:path="/org.openoffice.Setup/L10N">'
            f'<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{country}</value></prop>'
            "</item></oor:items>\n"
        )
    out = folder / "out"
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless"),
            *("--convert-to", target_format, "--outdir", str(out), str(file)),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return out / f"{file.stem}.{target_format.partition(':')[0]}"


def main() -> None:
    FILES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for country in COUNTRIES:
            file = folder / f"{country}.xlsx"
            write_workbook(country, file, is_merged=True)
            saved = convert(country, file, "xlsx:Calc MS Excel 2007 XML", folder)
            (FILES / f"{country}.xlsx").write_bytes(saved.read_bytes())
            write_workbook(country, file, is_merged=False)
            for encoding, charset in ENCODINGS.items():
                for separator, sign in SEPARATORS.items():
                    filter_options = f"{sign},34,{charset},1,,0,false,true,false,false,false"
                    to = f"csv:Text - txt - csv (StarCalc):{filter_options}"
                    saved = convert(country, file, to, folder)
                    target = FILES / f"{country}-{encoding}-{separator}.csv"
                    target.write_bytes(saved.read_bytes())


if __name__ == "__main__":
    main()
