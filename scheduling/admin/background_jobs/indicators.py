"""The numbers of studio and jobs, all of them, each with its name."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from scheduling.jobs.health import Health
from scheduling.services.moments import number


@dataclass(frozen=True, slots=True)
class Indicator:
    """``wrong``: it should be nought and is not."""

    name: str
    value: str
    wrong: bool


# Counted by planning, which a page does not do without end.
PLANNED = ("missing_classes_this_week", "unresolved_conflicts")


def indicators(health: Health, is_complete: bool) -> list[Indicator]:
    """In the order of the contract. ``is_complete``: whether all was planned."""
    wrong = {finding.name for finding in health.findings}
    if not is_complete:
        wrong.update(PLANNED)
    names = {
        "active_teachers": _("Active teachers"),
        "active_students": _("Active students"),
        "active_recurring_slots": _("Active recurring slots"),
        "teachers_without_settings": _("Teachers with slots but no lesson settings"),
        "orphaned_slots": _("Slots of people who have left"),
        "old_slots": _("Slots older than six months"),
        "missing_classes_this_week": _("Classes missing this week"),
        "unresolved_conflicts": _("Unresolved conflicts"),
        "overdue_jobs": _("Late jobs"),
        "crashed_runs": _("Crashed runs since the last success"),
        "stuck_runs": _("Stalled runs"),
    }
    found = []
    for name, value in health.indicators.items():
        text = number(value)
        if name in PLANNED and not is_complete:
            text = _("too many to count here; see the preview")
        found.append(Indicator(names.get(name, name), text, name in wrong))
    return found
