"""The time that is taken in a studio, by brute force: from the rows alone, without the planner."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from scheduling.domain.closures import Closure as DomainClosure
from scheduling.domain.existing_classes import Booking
from scheduling.models import (
    ClassStatus,
    Closure,
    FixedSchedule,
    RecurringSlot,
    ScheduledClass,
    SlotStatus,
)
from scheduling.selectors.classes import NOT_EDITED
from scheduling.selectors.studio import studio

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def taken(person, first, last, now):
    """Every booking of a teacher, student or room: stored classes, and dates that rules want."""
    whose = person._meta.model_name
    found = [
        _booking(row, row.date, row.start_time, row.starts_at, row.ends_at, row.time_zone)
        for row in ScheduledClass.objects.filter(**{whose: person}).exclude(
            status=ClassStatus.CANCELLED
        )
    ]
    for rule in (
        *FixedSchedule.objects.filter(**{whose: person}),
        *RecurringSlot.objects.filter(**{whose: person}, status=SlotStatus.ACTIVE),
    ):
        found += (_occurrence(rule, day) for day in _wanted_days(rule, first, last, now))
    return found


def closures_of(teacher, student):
    """The closures of all, of this teacher and of this student."""
    people = Q(teacher=None, student=None) | Q(teacher=teacher)
    if student is not None:
        people |= Q(student=student, fixed_schedule=None, recurring_slot=None)
    return [
        DomainClosure(row.pk, row.name, row.first_date, row.last_date)
        for row in Closure.objects.filter(people)
    ]


def _wanted_days(rule, first, last, now):
    student, teacher = rule.student, rule.teacher
    if not student.is_active or (teacher is not None and not teacher.is_active):
        return
    if isinstance(rule, FixedSchedule) and student.start_date is None:
        return
    anchor = rule.valid_from or student.start_date
    day = first
    while day <= last:
        weeks = (_monday(day) - _monday(anchor)) // (7 * DAY) if anchor else 0
        if (
            day.isoweekday() == rule.weekday
            and weeks % rule.interval_weeks == 0
            and all(
                bound is None or bound <= day for bound in (rule.valid_from, student.start_date)
            )
            and all(bound is None or day <= bound for bound in (rule.valid_until, student.end_date))
            and not _is_closed(rule, day)
            and not _is_settled(rule, day, now)
        ):
            yield day
        day += DAY


def _is_settled(rule, day, now):
    """Whether a person or the past has decided about the week's class."""
    rows = ScheduledClass.objects.filter(week=_monday(day), **_source(rule))
    return rows.exists() and not rows.filter(NOT_EDITED, starts_at__gt=now).exists()


def _is_closed(rule, day):
    people = Q(teacher=None, student=None) | Q(teacher=rule.teacher, teacher__isnull=False)
    people |= Q(student=rule.student, fixed_schedule=None, recurring_slot=None) | Q(**_source(rule))
    return Closure.objects.filter(people, first_date__lte=day, last_date__gte=day).exists()


def _source(rule):
    name = "fixed_schedule" if isinstance(rule, FixedSchedule) else "recurring_slot"
    return {name: rule}


def _occurrence(rule, day):
    zone = rule.teacher.time_zone if rule.teacher else studio().time_zone
    starts_at = datetime.combine(day, rule.start_time, ZoneInfo(zone)).astimezone(UTC)
    minutes = getattr(rule, "duration_minutes", None)
    if minutes is None:
        start, end = (at.hour * 60 + at.minute for at in (rule.start_time, rule.end_time))
        minutes = end - start
    return _booking(rule, day, rule.start_time, starts_at, starts_at + minutes * MINUTE, zone)


def _booking(row, day, start, starts_at, ends_at, zone):
    end = (datetime.combine(day, start) + (ends_at - starts_at)).time()
    return Booking(
        None, None, row.student_id, row.teacher_id, int(starts_at.timestamp()),
        int(ends_at.timestamp()), False, day, start, getattr(row, "end_time", end), zone,
    )  # fmt: skip


def _monday(day):
    return day - timedelta(days=day.weekday())
