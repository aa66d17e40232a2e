"""Warnings about rooms that are smaller than a group."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from scheduling.models import ClassStatus, FixedSchedule, RecurringSlot, Room, ScheduledClass
from scheduling.selectors.people_lists import active_slots, not_ended

Rule = FixedSchedule | RecurringSlot


def overfull_class(scheduled_class: ScheduledClass) -> str:
    """Return a warning if the room of a stored class is smaller than its group; else nothing."""
    if not _is_limited(scheduled_class) or scheduled_class.status == ClassStatus.CANCELLED:
        return ""
    group = ScheduledClass.objects.filter(
        room=scheduled_class.room_id,
        starts_at=scheduled_class.starts_at,
        ends_at=scheduled_class.ends_at,
        is_shared=True,
    ).exclude(status=ClassStatus.CANCELLED)
    return _text(scheduled_class.room, group.count())


def overfull_rule(rule: Rule, today: date) -> str:
    """Return a warning if the room of a stored rule is smaller than its group; else nothing."""
    if not _is_limited(rule):
        return ""
    group = {
        "room": rule.room_id,
        "teacher": rule.teacher_id,
        "weekday": rule.weekday,
        "start_time": rule.start_time,
        "is_shared": True,
        "student__is_active": True,
    }
    tables = (FixedSchedule.objects.filter(not_ended(today)), active_slots(today))
    # A student has two rows where one continues the other.
    students = {pk for rows in tables for pk in rows.filter(**group).values_list("student_id")}
    return _text(rule.room, len(students))


def overfull_rules(rules: Iterable[Rule], today: date) -> list[str]:
    """Return the different warnings of ``overfull_rule``."""
    return list(dict.fromkeys(filter(None, (overfull_rule(rule, today) for rule in rules))))


def _is_limited(row: ScheduledClass | Rule) -> bool:
    return row.is_shared and row.room is not None and row.room.capacity is not None


def _text(room: Room | None, count: int) -> str:
    if room is None or room.capacity is None or count <= room.capacity:
        return ""
    text = _("%(room)s holds %(capacity)d, and this group has %(count)d.")
    return text % {"room": room, "capacity": room.capacity, "count": count}
