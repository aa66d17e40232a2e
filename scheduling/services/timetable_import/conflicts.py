"""The double bookings that an import would create, within its rows and with stored classes."""

from datetime import date, datetime

from django.db import transaction

from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.services.classes.conflicts import collisions
from scheduling.services.timetable_import.matching.match import MatchResult

from .timetable import Timetable
from .writer import apply

# With more rules the check takes too long for a page; Conflicts lists them after the import.
MAX_RULES = 5_000


def new_conflicts(
    timetable: Timetable, matching: MatchResult, now: datetime, today: date
) -> list[ResultLine] | None:
    """Return the new conflicts of this week and the horizon, in order.

    Conflicts that exist before the import are left out. None if the file has too many rules to
    check. The import is applied and rolled back; nothing is written.
    """
    if timetable.rule_count > MAX_RULES:
        return None
    known = {(conflict.key, conflict.day) for conflict in collisions(now)}
    with transaction.atomic():
        apply(timetable, matching, now, today)
        conflicts = collisions(now)
        transaction.set_rollback(True)
    return [conflict.line for conflict in conflicts if (conflict.key, conflict.day) not in known]
