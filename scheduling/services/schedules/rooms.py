"""Warnings about rooms that are smaller than a group."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, time
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from scheduling.models import ClassStatus, FixedSchedule, RecurringSlot, Room, ScheduledClass
from scheduling.models.timetable import Weekday
from scheduling.selectors.people import teacher_names
from scheduling.selectors.people_lists import active_slots, not_ended

Rule = FixedSchedule | RecurringSlot


class Group(NamedTuple):
    """A weekly group lesson in a room, by the columns of its rules."""

    room_id: int
    teacher_id: int | None
    weekday: int
    start_time: time


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
    own = Q(**{name: getattr(rule, name) for name in Group._fields})
    students = {student for group in _groups(own, today).values() for student in group}
    return _text(rule.room, len(students))


def overfull_rules(rules: Iterable[Rule], today: date) -> list[str]:
    """Return the different warnings of ``overfull_rule``."""
    return list(dict.fromkeys(filter(None, (overfull_rule(rule, today) for rule in rules))))


def overfull_groups(today: date) -> dict[Group, str]:
    """Return a warning for each weekly group lesson that is larger than its room."""
    groups = _groups(Q(room__capacity__isnull=False), today)
    rooms = Room.objects.in_bulk({group.room_id for group in groups})
    teachers = teacher_names({id for group in groups if (id := group.teacher_id) is not None})
    found = {}
    for group, students in groups.items():
        if text := _text(rooms[group.room_id], len(students)):
            teacher = [teachers[group.teacher_id]] if group.teacher_id is not None else []
            when = f"{Weekday(group.weekday).label} {group.start_time:%H:%M}"
            found[group] = f"{', '.join([*teacher, when])}: {text}"
    return found


def _groups(condition: Q, today: date) -> dict[Group, set[int]]:
    """Return the students of the weekly group lessons whose rules meet ``condition``.

    Their teacher may be None. A student has two rows where one continues the other.
    """
    found: defaultdict[Group, set[int]] = defaultdict(set)
    for rows in (FixedSchedule.objects.filter(not_ended(today)), active_slots(today)):
        rules = rows.filter(condition, is_shared=True, student__is_active=True).order_by("id")
        for *group, student in rules.values_list(*Group._fields, "student_id"):
            found[Group._make(group)].add(student)
    return found


def _is_limited(row: ScheduledClass | Rule) -> bool:
    return row.is_shared and row.room is not None and row.room.capacity is not None


def _text(room: Room | None, count: int) -> str:
    if room is None or room.capacity is None or count <= room.capacity:
        return ""
    text = _("%(room)s holds %(capacity)d, and this group has %(count)d.")
    return text % {"room": room, "capacity": room.capacity, "count": count}
