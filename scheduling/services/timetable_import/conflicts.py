"""What an import would create that a person has to see: conflicts, and rooms that are too small."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from scheduling.services.classes.conflicts import RuleConflict, collisions, rule_conflicts
from scheduling.services.schedules.rooms import overfull_groups
from scheduling.services.timetable_import.matching.match import MatchResult

from .timetable import Timetable
from .writer import apply

# With more rules the check takes too long for a page; Conflicts lists them after the import.
MAX_RULES = 5_000


class NewProblems(NamedTuple):
    """The new conflicts of this week and the horizon by rules, and warnings about rooms."""

    conflicts: list[RuleConflict]
    overfull: list[str]


def new_problems(
    timetable: Timetable, matching: MatchResult, now: datetime, today: date
) -> NewProblems | None:
    """Return what there is not before the import, within its rows and with what is stored.

    None if the file has too many rules to check. The import is applied and rolled back; nothing is
    written.
    """
    if timetable.rule_count > MAX_RULES:
        return None
    known = {(conflict.key, conflict.day) for conflict in collisions(now)}
    too_small = overfull_groups(today)
    with transaction.atomic():
        apply(timetable, matching, now, today)
        conflicts = rule_conflicts(now)
        groups = overfull_groups(today)
        transaction.set_rollback(True)
    return NewProblems(
        [new for conflict in conflicts if (new := conflict.without(known))],
        [text for group, text in groups.items() if too_small.get(group) != text],
    )
