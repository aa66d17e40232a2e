"""The columns of a timetable file with their names in both languages, and the header check."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache

from django.utils.translation import gettext as _

from scheduling.domain.typed_text import plain_letters
from scheduling.services.timetable_import.errors import ImportFaults, quoted

REQUIRED = (
    "teacher",
    "teacher_time_zone",
    "student_first_name",
    "student_last_name",
    "student_email",
    "days",
    "start_time",
)
# At least one of the two.
LENGTH = ("end_time", "duration_minutes")
OPTIONAL = (
    "subject",
    "room",
    "valid_from",
    "valid_until",
    "is_shared",
    "interval_weeks",
    "replaces",
    "guardian_name",
    "guardian_email",
)
ALL = (*REQUIRED, *LENGTH, *OPTIONAL)
# Other headings by column; case, accents and punctuation are ignored.
_OTHER_NAMES = {
    "teacher": "teacher name, profesor, profesora, profesor/a, docente, maestro, maestra",
    "teacher_time_zone": (
        "time zone, timezone, zona horaria, zona horaria del profesor, zona horaria de la profesora"
    ),
    "student_first_name": (
        "first name, given name, nombre, nombre del alumno, nombre de la alumna, nombre alumno"
    ),
    "student_last_name": (
        "last name, surname, family name, student surname, apellido, apellidos, "
        "apellidos del alumno, apellidos de la alumna, apellidos alumno"
    ),
    "student_email": (
        "email, e-mail, mail, email address, student e-mail, correo, correo electrónico, "
        "correo del alumno, correo de la alumna, email del alumno"
    ),
    "days": "day, weekday, weekdays, day of week, día, días, día de la semana, días de la semana",
    "start_time": "start, starts, time, begins, hora, inicio, hora de inicio, hora inicio, empieza",
    "end_time": "end, ends, fin, final, hora de fin, hora fin, hora final, termina",
    "duration_minutes": (
        "duration, minutes, length, duration in minutes, duration (minutes), duración, minutos, "
        "duración en minutos, duración (minutos), duración (min)"
    ),
    "subject": "instrument, course, asignatura, materia, instrumento, curso",
    "room": "classroom, room name, location, aula, sala, salón, nombre del aula",
    "valid_from": (
        "from, first day, start date, since, desde, válido desde, vigente desde, primer día, "
        "fecha de inicio"
    ),
    "valid_until": (
        "until, to, last day, end date, hasta, válido hasta, vigente hasta, último día, "
        "fecha de fin"
    ),
    "is_shared": "shared, group, group lesson, compartida, compartido, grupo, en grupo",
    "interval_weeks": (
        "interval, every weeks, every n weeks, interval in weeks, semanas, cada semanas, "
        "cada cuántas semanas, intervalo, intervalo de semanas, intervalo en semanas"
    ),
    "replaces": "sustituye, sustituye a, reemplaza, reemplaza a",
    "guardian_name": (
        "guardian, parent, parent name, mother, father, tutor, tutora, tutor legal, "
        "padre o madre, madre o padre, nombre del tutor, nombre de la tutora"
    ),
    "guardian_email": (
        "guardian e-mail, parent email, parent e-mail, correo del tutor, correo de la tutora, "
        "email del tutor, correo de la familia"
    ),
}
# A row with at least this many known headings is a header.
_MIN_KNOWN = 3
# The header is searched in the first rows, as titles may precede it.
HEADER_SEARCH_ROWS = 20

# The first line of a row, and its cells.
Record = tuple[int, list[str]]


def column_of(name: str) -> str:
    """Return the column of a heading; empty if unknown."""
    return _columns().get(_plain(name), "")


def count_known(cells: Sequence[str]) -> int:
    """Return the number of cells that are headings of a column."""
    return sum(bool(column_of(cell)) for cell in cells)


def find_header(rows: Sequence[Record]) -> int | None:
    """Return the index of the header among the first rows; None if there is none."""
    for index, (_line, cells) in enumerate(rows[:HEADER_SEARCH_ROWS]):
        if count_known(cells) >= _MIN_KNOWN:
            return index
    return None


def read_header(line: int, cells: list[str], faults: ImportFaults) -> list[str] | None:
    """Return the columns in order, "" for an empty heading; None after adding faults."""
    names = [column_of(cell) or cell.strip() for cell in cells]
    before = len(faults)
    for position, name in enumerate(names):
        if not name:
            continue
        if name not in ALL:
            faults.add(line, name[:60], _unknown(name))
        elif name in names[:position]:
            faults.add(line, name, _("The header names this column twice; remove one of them."))
    for name in REQUIRED:
        if name not in names:
            faults.add(line, name, _("The header lacks this column; add it."))
    if not set(LENGTH) & set(names):
        message = _("The header has neither end_time nor duration_minutes; add one of them.")
        faults.add(line, LENGTH[0], message)
    return names if len(faults) == before else None


def _unknown(name: str) -> str:
    near = get_close_matches(name.lower(), ALL, n=1)
    if near:
        return _("%(name)s is not a column of a timetable; is %(near)s meant?") % {
            "name": quoted(name),
            "near": near[0],
        }
    return _("%(name)s is not a column of a timetable; remove it. The columns are: %(all)s.") % {
        "name": quoted(name),
        "all": ", ".join(ALL),
    }


@cache
def _columns() -> dict[str, str]:
    """Return the columns by normalised heading."""
    return dict(_names())


def _names() -> Iterator[tuple[str, str]]:
    for column in ALL:
        for name in (column, *_OTHER_NAMES.get(column, "").split(", ")):
            yield _plain(name), column


def _plain(name: str) -> str:
    """Normalise a heading: lower case, no accents or punctuation, single spaces."""
    return " ".join(re.findall(r"[a-z0-9]+", plain_letters(name)))
