"""Changes of one or more people: leaving, a teacher's absence, deactivation."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.domain.wallclock import from_epoch
from scheduling.domain.windows import DAY, Window, horizon_window, monday_of
from scheduling.jobs.generation.class_insert import insert_classes
from scheduling.jobs.notifications.changes import earlier_cancellations
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.models import (
    CancelledBy,
    ClassStatus,
    Closure,
    FixedSchedule,
    RecurringSlot,
    ScheduledClass,
    SlotStatus,
    Student,
    Teacher,
)
from scheduling.services.classes.occurrences.planned import plan_of

from .base import ChangeContext, ChangeRecord, is_not_conflict, is_relevant
from .closures import AddClosure
from .remaining_classes import list_or_cancel_remaining
from .series_rows import end_rule
from .substitutes import add_substitutes


@dataclass(frozen=True, slots=True)
class EndPerson:
    """``person`` leaves: all their schedules end on ``day``, the last date with lessons.

    Later one-offs, and classes edited by hand, are named; with ``cancel_rest`` the studio cancels
    them, with this ``reason``.
    """

    person: Student | Teacher
    day: date
    cancel_rest: bool = False
    reason: str = ""

    def write(self, context: ChangeContext) -> ChangeRecord:
        column = "student" if isinstance(self.person, Student) else "teacher"
        manager: Any = type(self.person)._default_manager
        person = manager.select_for_update(no_key=True).get(pk=self.person.pk)
        rules = _rules_after(column, person, self.day)
        state = [
            (type(rule).__name__, rule.pk, rule.valid_from, rule.valid_until) for rule in rules
        ]
        record = ChangeRecord(
            before=repr((person.is_active, getattr(person, "end_date", None), state))
        )
        record.is_reported = is_not_conflict
        getattr(record, f"{column}s").add(person.pk)
        changed = _end_person(person, self.day, context.today)
        for rule in rules:
            changed |= end_rule(rule, self.day)
        cancel = CancelledBy.STUDIO if self.cancel_rest else None
        record.lines = list_or_cancel_remaining(
            {column: person},
            context.now,
            first=self.day + DAY,
            cancel=cancel,
            reason=self.reason,
        )
        if not changed and not record.lines:
            raise ValidationError(_("All their schedules already end by that date."), "ended")
        return record


def _rules_after(column: str, person: Student | Teacher, day: date) -> list[Any]:
    """Return the schedules of ``person`` that don't end by ``day``."""
    ends_later = Q(valid_until__isnull=True) | Q(valid_until__gt=day)
    fixed = FixedSchedule.objects.filter(ends_later, **{column: person}).order_by("id")
    slots = RecurringSlot.objects.filter(ends_later, **{column: person}).order_by("id")
    return [*fixed, *slots.exclude(status=SlotStatus.CANCELLED)]


def _end_person(person: Any, day: date, today: date) -> bool:
    """Save the end on the person; return whether anything changed.

    A student whose ``day`` is before the start date is deactivated: the dates can't express it.
    """
    before = (person.is_active, getattr(person, "end_date", None))
    is_before_start = False
    if isinstance(person, Student):
        is_before_start = person.start_date is not None and day < person.start_date
        if not is_before_start and (person.end_date is None or person.end_date > day):
            person.end_date = day
    if is_before_start or day < today:
        person.is_active = False
    if (person.is_active, getattr(person, "end_date", None)) == before:
        return False
    person.save()
    return True


@dataclass(frozen=True, slots=True)
class TeacherAbsence:
    """``teacher`` gives no lessons from ``first`` to ``last``, both included, in their own zone.

    A closure cancels the unedited classes until it is deleted. Edited classes and one-offs are
    cancelled for the teacher. Classes that have begun stay. The lessons of ``substitutes``, by
    reference, are given to these teachers, by id, instead. Lessons that no run has created yet are
    stored first: their families are notified, and a make-up can be owed for them.
    """

    teacher: Teacher
    first: date
    last: date
    name: str = ""
    substitutes: tuple[tuple[str, int], ...] = ()

    def is_entered(self) -> bool:
        """Return whether a closure of the teacher already covers these days."""
        closures = Closure.objects.filter(
            teacher=self.teacher, first_date__lte=self.first, last_date__gte=self.last
        )
        return closures.exists()

    def write(self, context: ChangeContext) -> ChangeRecord:
        teacher = Teacher.objects.select_for_update(no_key=True).get(pk=self.teacher.pk)
        if self.last < self.first:
            text = _("The last date is before the first date.")
            raise ValidationError({"last": text}, code="validity")
        record = ChangeRecord(before=teacher.time_zone, teachers={teacher.pk})
        if self.substitutes:
            add_substitutes(record, self.substitutes, context)
        earlier = cancelled_for(teacher, self.first, self.last, context.now)
        name = self.name or _("Teacher absent")
        if not self.is_entered():
            record.new_classes |= self._store_planned(context)
            Closure.objects.create(
                name=name, first_date=self.first, last_date=self.last, teacher=teacher
            )
        record.earlier_changes = earlier_cancellations(earlier)
        record.days.append((self.first, self.last))
        record.is_only_cause = True
        record.is_reported = _is_absence_reported
        record.lines += list_or_cancel_remaining(
            {"teacher": teacher},
            context.now,
            first=self.first,
            last=self.last,
            cancel=CancelledBy.TEACHER,
            reason=name,
        )
        return record

    def _store_planned(self, context: ChangeContext) -> set[int]:
        """Store the planned occurrences of these days, up to the horizon; return their ids."""
        horizon = horizon_window(context.today - DAY, settings.HORIZON_WEEKS)
        first, end = max(self.first, horizon.start), min(self.last + DAY, horizon.end)
        if first >= end:
            return set()
        keys, chunk = plan_of(Window(first, end), Q(teacher_id=self.teacher.pk), context.now)
        new = [
            planned
            for planned in chunk.plan.creates
            if planned.series.key in keys and from_epoch(planned.starts) > context.now
        ]
        if not new:
            return set()
        rows = ScheduledClass.objects.filter(
            teacher=self.teacher, week__gte=monday_of(first), week__lt=end
        )
        known = set(rows.values_list("pk", flat=True))
        insert_classes(new, None)
        return set(rows.values_list("pk", flat=True)) - known


@dataclass(frozen=True, slots=True)
class PausePeople:
    """Students or teachers, by their ids, have no classes from ``first`` to ``last``."""

    model: type[Student] | type[Teacher]
    ids: tuple[int, ...]
    first: date
    last: date
    name: str

    def write(self, context: ChangeContext) -> ChangeRecord:
        if self.last < self.first:
            text = _("The last date is before the first date.")
            raise ValidationError({"last": text}, code="validity")
        column = "student" if self.model is Student else "teacher"
        manager: Any = self.model._default_manager
        people = manager.select_for_update(no_key=True).filter(pk__in=self.ids).order_by("pk")
        record = ChangeRecord(before="")
        unchanged: list[ValidationError] = []
        for person in people:
            days = {"first_date": self.first, "last_date": self.last}
            try:
                added = AddClosure({"name": self.name, column: person, **days}).write(context)
            except ValidationError as error:
                if getattr(error, "code", "") != "no_change":
                    raise
                unchanged.append(error)
            else:
                record.add(added)
        if not record.closures:
            raise unchanged[0] if unchanged else ValidationError(_("Choose some in the list."))
        return record


def _is_absence_reported(line: ResultLine) -> bool:
    """Return whether an absence reports the line of a run.

    Not the classes that stay: their teacher's are cancelled already, the others have a substitute.
    """
    is_kept = line.outcome is Outcome.PROTECTED
    return is_relevant(line) and is_not_conflict(line) and not is_kept


def cancelled_for(teacher: Teacher, first: date, last: date, now: datetime) -> list[ScheduledClass]:
    """Return the future classes on these days that an absence of ``teacher`` cancels, in order."""
    rows = ScheduledClass.objects.filter(
        Q(closure__teacher=teacher) | Q(cancelled_by=CancelledBy.TEACHER),
        teacher=teacher,
        status=ClassStatus.CANCELLED,
        date__gte=first,
        date__lte=last,
        starts_at__gt=now,
    )
    return list(rows.select_related("student", "teacher").order_by("starts_at", "id"))


@dataclass(frozen=True, slots=True)
class DeactivatePeople:
    """Students or teachers are deactivated, by their ids. Inactive ones are skipped."""

    model: type[Student] | type[Teacher]
    ids: tuple[int, ...]

    def write(self, context: ChangeContext) -> ChangeRecord:
        manager: Any = self.model._default_manager
        rows = manager.select_for_update(no_key=True).filter(pk__in=self.ids, is_active=True)
        people = list(rows.order_by("pk"))
        if not people:
            text = _("None of them is active: there is nothing to do.")
            raise ValidationError(text, code="so_already")
        # Saved one by one: the audit log misses bulk updates.
        for person in people:
            person.is_active = False
            person.save(update_fields=["is_active"])
        ids = {person.pk for person in people}
        record = ChangeRecord(before=repr(sorted(ids)))
        getattr(record, "students" if self.model is Student else "teachers").update(ids)
        return record
