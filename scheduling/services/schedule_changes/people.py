"""A student or a teacher leaves: all that is theirs ends, and nothing keeps its hour for ever."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from scheduling.domain.windows import DAY
from scheduling.models import (
    CancelledBy,
    Closure,
    FixedSchedule,
    RecurringSlot,
    SlotStatus,
    Student,
    Teacher,
)

from .base import ChangeContext, ChangeRecord, is_no_clash, is_relevant
from .remaining_classes import list_or_cancel_remaining
from .series_rows import close


@dataclass(frozen=True, slots=True)
class EndPerson:
    """``day`` is the last on which ``person`` has lessons; their schedules end with it.

    Classes after it on which somebody acted, and one-offs, are named; with ``cancel_rest`` they
    are cancelled by the studio, for this ``reason``.
    """

    person: Student | Teacher
    day: date
    cancel_rest: bool = False
    reason: str = ""

    def write(self, moment: ChangeContext) -> ChangeRecord:
        column = "student" if isinstance(self.person, Student) else "teacher"
        manager: Any = type(self.person)._default_manager
        person = manager.select_for_update(no_key=True).get(pk=self.person.pk)
        rules = _not_over(column, person, self.day)
        state = [(type(one).__name__, one.pk, one.valid_from, one.valid_until) for one in rules]
        written = ChangeRecord(
            before=repr((person.is_active, getattr(person, "end_date", None), state))
        )
        written.reports = is_no_clash
        getattr(written, f"{column}s").add(person.pk)
        changed = _end(person, self.day, moment.today)
        for rule in rules:
            changed |= close(rule, self.day)
        by = CancelledBy.STUDIO if self.cancel_rest else None
        written.lines = list_or_cancel_remaining(
            {column: person}, moment.now, first=self.day + DAY, cancel=by, reason=self.reason
        )
        if not changed and not written.lines:
            raise ValidationError(_("All their schedules already end by that date."), "ended")
        return written


def _not_over(column: str, person: Student | Teacher, day: date) -> list[Any]:
    """Their schedules that go on after ``day``."""
    goes_on = Q(valid_until__isnull=True) | Q(valid_until__gt=day)
    fixed = FixedSchedule.objects.filter(goes_on, **{column: person}).order_by("id")
    slots = RecurringSlot.objects.filter(goes_on, **{column: person}).order_by("id")
    return [*fixed, *slots.exclude(status=SlotStatus.CANCELLED)]


def _end(person: Any, day: date, today: date) -> bool:
    """Note it on the person; whether that changed anything.

    A student who leaves before the first day never was one: that can't be said by dates.
    """
    before = (person.is_active, getattr(person, "end_date", None))
    never = False
    if isinstance(person, Student):
        never = person.start_date is not None and day < person.start_date
        if not never and (person.end_date is None or person.end_date > day):
            person.end_date = day
    if never or day < today:
        person.is_active = False
    if (person.is_active, getattr(person, "end_date", None)) == before:
        return False
    person.save()
    return True


@dataclass(frozen=True, slots=True)
class TeacherAbsence:
    """``teacher`` gives no lesson from ``first`` to ``last``, both included, by their own clock.

    What no person touched is cancelled by the closure, and comes back with it; the rest, one-offs
    among them, is cancelled for the teacher. What has begun stays.
    """

    teacher: Teacher
    first: date
    last: date
    name: str = ""

    def is_entered(self) -> bool:
        """Whether these days are closed for the teacher already."""
        there = Closure.objects.filter(
            teacher=self.teacher, first_date__lte=self.first, last_date__gte=self.last
        )
        return there.exists()

    def write(self, moment: ChangeContext) -> ChangeRecord:
        teacher = Teacher.objects.select_for_update(no_key=True).get(pk=self.teacher.pk)
        if self.last < self.first:
            text = _("The last date is before the first date.")
            raise ValidationError({"last": text}, code="validity")
        name = self.name or _("Teacher absent")
        if not self.is_entered():
            Closure.objects.create(
                name=name, first_date=self.first, last_date=self.last, teacher=teacher
            )
        written = ChangeRecord(before=teacher.time_zone, teachers={teacher.pk})
        written.days.append((self.first, self.last))
        written.reports = lambda line: is_relevant(line) and is_no_clash(line)
        written.lines = list_or_cancel_remaining(
            {"teacher": teacher},
            moment.now,
            first=self.first,
            last=self.last,
            cancel=CancelledBy.TEACHER,
            reason=name,
        )
        return written


@dataclass(frozen=True, slots=True)
class DeactivatePeople:
    """These students or teachers, by their ids. Whoever is not active already is passed over."""

    model: type[Student] | type[Teacher]
    ids: tuple[int, ...]

    def write(self, moment: ChangeContext) -> ChangeRecord:
        manager: Any = self.model._default_manager
        rows = manager.select_for_update(no_key=True).filter(pk__in=self.ids, is_active=True)
        people = list(rows.order_by("pk"))
        if not people:
            text = _("None of them is active: there is nothing to do.")
            raise ValidationError(text, code="so_already")
        # One by one, as the log of hand edits sees no update of many.
        for person in people:
            person.is_active = False
            person.save(update_fields=["is_active"])
        ids = {person.pk for person in people}
        written = ChangeRecord(before=repr(sorted(ids)))
        getattr(written, "students" if self.model is Student else "teachers").update(ids)
        return written
