"""The columns of a timetable file, and the check of its header."""

from difflib import get_close_matches

from django.utils.translation import gettext as _

from .faults import Faults, shown

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
OPTIONAL = ("subject", "valid_from", "valid_until", "is_shared", "interval_weeks", "replaces")
ALL = (*REQUIRED, *LENGTH, *OPTIONAL)


def read_header(line: int, cells: list[str], faults: Faults) -> list[str] | None:
    """The names of the columns in their order; None, and faults, unless all is well."""
    names = [cell.strip() for cell in cells]
    before = len(faults)
    for position, name in enumerate(names):
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
    if not name:
        return _("The header has a column without a name; name it or remove it.")
    near = get_close_matches(name.lower(), ALL, n=1)
    if near:
        return _("%(name)s is not a column of a timetable; is %(near)s meant?") % {
            "name": shown(name),
            "near": near[0],
        }
    return _("%(name)s is not a column of a timetable; remove it. The columns are: %(all)s.") % {
        "name": shown(name),
        "all": ", ".join(ALL),
    }
