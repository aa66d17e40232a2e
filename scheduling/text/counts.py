"""Counts as text in the current language."""

from django.utils.translation import ngettext


def weekly_rules(count: int) -> str:
    """“2 weekly rules”."""
    return ngettext("%(n)d weekly rule", "%(n)d weekly rules", count) % {"n": count}


def people_and_rules(
    teachers: int, students: int, fixed_schedules: int, recurring_slots: int, rooms: int = 0
) -> str:
    """“2 teachers, 1 student, 0 fixed schedules, 1 recurring slot”, and rooms if there are any."""
    parts = [
        ngettext("%(n)d teacher", "%(n)d teachers", teachers) % {"n": teachers},
        ngettext("%(n)d student", "%(n)d students", students) % {"n": students},
        ngettext("%(n)d fixed schedule", "%(n)d fixed schedules", fixed_schedules)
        % {"n": fixed_schedules},
        ngettext("%(n)d recurring slot", "%(n)d recurring slots", recurring_slots)
        % {"n": recurring_slots},
    ]
    if rooms:
        parts.append(ngettext("%(n)d room", "%(n)d rooms", rooms) % {"n": rooms})
    return ", ".join(parts)
