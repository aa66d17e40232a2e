"""The texts of the calendar's script in the current language; the script fills in ``{name}``."""

from django.utils.translation import gettext as _

from scheduling.models import Attendance


def js_texts() -> dict[str, object]:
    """Return the texts by the script's names."""
    return {
        "day": _("Day"),
        "today": _("Today"),
        "allDay": _("All day"),
        "hours": _("Hours"),
        "studioZone": _("Times in {zone}, the studio's zone ({offset})."),
        "browserZone": _("Times in {zone}, the zone of this browser ({offset})."),
        "namedZone": _("Times in {zone} ({offset})."),
        "ownZone": _("Each class in its own zone, its teacher's: times of different zones differ."),
        "yearZone": _("Each class counts on its own date, in its own zone."),
        "scheduled": _("scheduled"),
        "completed": _("completed"),
        "cancelled": _("cancelled"),
        "planned": _("not created yet"),
        "conflict": _("clashes with another lesson"),
        "closed": _("closed: not created"),
        "shared": _("shared lesson"),
        "oneOff": _("one-off"),
        "touched": _("edited by hand"),
        "noTeacher": _("no teacher"),
        "closure": _("Closed: {name}"),
        "free": _("Free from {start} to {end}"),
        "absence": _("{who} is away: {name}"),
        "dayTotal": _("{n} classes"),
        "dayTotalOne": _("1 class"),
        "dayCancelled": _("{n} cancelled"),
        "more": _("more"),
        "some": _("not all statuses"),
        "empty": _("No classes in these days."),
        "loading": _("Loading…"),
        "failed": _("The calendar could not be loaded. Check the connection and try again."),
        "plannedFailed": _(
            "Classes that are not created yet could not be loaded; all others are shown."
        ),
        "loggedOut": _("You are not logged in any more. Log in, then try again."),
        "forbidden": _("You may not do this."),
        "confirmMove": _("Move it to {when}? Confirm below."),
        "countOne": _("1 class shown."),
        "count": _("{n} classes shown."),
        "countPlanned": _("{n} not created yet."),
        "countConflicts": _("Clashes: {n}."),
        "attendance": {value: str(label) for value, label in Attendance.choices},
    }
