"""The double bookings that an import would make, among its rows and with what is there."""

from datetime import date, datetime

from django.db import transaction

from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.services.classes.conflicts import collisions
from scheduling.services.timetable_import.matching.match import MatchResult

from .timetable import Timetable
from .writer import apply

# To look at more would take a browser's patience; what clashes is on the page of conflicts then.
MOST_RULES = 5_000


def clashes_of(
    timetable: Timetable, matching: MatchResult, now: datetime, today: date
) -> list[ResultLine] | None:
    """This week's and the horizon's lessons that would find their place taken, in order.

    Those that do already are not among them. None where there are too many rules to look. Nothing
    is written: the import is tried and taken back.
    """
    if timetable.rule_count > MOST_RULES:
        return None
    known = {(one.key, one.day) for one in collisions(now)}
    with transaction.atomic():
        apply(timetable, matching, now, today)
        found = collisions(now)
        transaction.set_rollback(True)
    return [one.line for one in found if (one.key, one.day) not in known]
