"""Changes of closures: added, edited, deleted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.models import CancelledBy, Closure, ScheduledClass

from .base import ChangeContext, ChangeRecord, is_relevant
from .remaining_classes import list_or_cancel_remaining

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class AddClosure:
    """A new closure with these ``values``: for everyone, a teacher, or a student."""

    values: Mapping[str, Any]

    def write(self, context: ChangeContext) -> ChangeRecord:
        closure = Closure(**self.values)
        closure.full_clean()
        overlapping = _overlapping(closure)
        covering = list(
            overlapping.filter(first_date__lte=closure.first_date, last_date__gte=closure.last_date)
        )
        if any(_is_identical(other, closure) for other in covering):
            raise ValidationError(_("An identical closure already exists."), code="no_change")
        record = ChangeRecord(before=_state(overlapping))
        record.warnings += [_closed_already(other) for other in covering[:1]]
        closure.save()
        record.closures.append(closure.pk)
        _add_scope(record, closure)
        _add_remaining(record, closure, context)
        return record


@dataclass(frozen=True, slots=True)
class AddHolidays:
    """New closures for everyone, one per day with its name; days already closed are skipped.

    ``holidays_of``: the country and region of public holidays, such as ``ES-MD``.
    """

    days: tuple[tuple[date, str], ...]
    holidays_of: str = ""

    def scope(self) -> ChangeRecord:
        """Return whose lessons it concerns; writing so many closures for that would be slow."""
        days = [(day, day) for day, _name in self.days]
        return ChangeRecord(before="", days=days, for_all=True)

    def write(self, context: ChangeContext) -> ChangeRecord:
        closed = closed_days(day for day, _name in self.days)
        added = []
        for day, name in sorted(self.days):
            if day not in closed:
                closure = Closure(
                    name=name[:150],
                    first_date=day,
                    last_date=day,
                    public_holiday_of=self.holidays_of,
                )
                closure.save()
                added.append(closure)
                closed[day] = name
        if not added:
            raise ValidationError(_("All of these days are closed already."), code="no_change")
        record = ChangeRecord(before=repr(added[0].first_date))
        record.closures = [closure.pk for closure in added]
        record.days = [(closure.first_date, closure.last_date) for closure in added]
        record.for_all = True
        new_days = {closure.first_date for closure in added}
        remaining = list_or_cancel_remaining(
            {}, context.now, first=min(new_days), last=max(new_days), cancel=None
        )
        record.lines = [line for line in remaining if line.day in new_days]
        record.is_reported = _report_filter([])
        return record


@dataclass(frozen=True, slots=True)
class EditClosure:
    """The closure ``id`` gets these ``values``; its other fields stay."""

    id: int
    values: Mapping[str, Any]

    def write(self, context: ChangeContext) -> ChangeRecord:
        (closure,) = _lock_closures((self.id,))
        record = ChangeRecord(before=_state([closure]))
        changed = {name for name, value in self.values.items() if getattr(closure, name) != value}
        if not changed:
            raise ValidationError(_("No change: the values are the same."), code="no_change")
        has_new_scope = not changed.isdisjoint(_SCOPE)
        reopened = _add_scope(record, closure) if has_new_scope else []
        for name, value in self.values.items():
            setattr(closure, name, value)
        closure.full_clean()
        closure.save()
        if "name" in changed:
            cancelled = ScheduledClass.objects.filter(
                closure=closure, cancelled_by=CancelledBy.CLOSURE
            )
            cancelled.update(cancel_reason=closure.name)
        if has_new_scope:
            _add_scope(record, closure)
            _add_remaining(record, closure, context)
            record.is_reported = _report_filter(reopened)
        return record


@dataclass(frozen=True, slots=True)
class DeleteClosures:
    """Closures are deleted; the classes that they cancelled are restored."""

    ids: tuple[int, ...]

    def write(self, context: ChangeContext) -> ChangeRecord:
        closures = _lock_closures(self.ids)
        record = ChangeRecord(before=_state(closures))
        reopened: list[Days] = []
        for closure in closures:
            reopened += _add_scope(record, closure)
            closure.delete()
        record.is_reported = _report_filter(reopened)
        return record


# The reason code of a class that a person cancelled.
_CANCELLED_BY_HAND = "cancelled_by_hand"
# The fields that decide which classes a closure affects.
_SCOPE = ("first_date", "last_date", "teacher", "student")


def closed_days(days: Iterable[date]) -> dict[date, str]:
    """Return which of ``days`` are closed for everyone, with the closure's name."""
    wanted = sorted(days)
    if not wanted:
        return {}
    rows = Closure.objects.filter(
        teacher__isnull=True,
        student__isnull=True,
        first_date__lte=wanted[-1],
        last_date__gte=wanted[0],
    ).order_by("-id")
    return {
        day: closure.name
        for closure in rows
        for day in wanted
        if closure.first_date <= day <= closure.last_date
    }


def _lock_closures(ids: tuple[int, ...]) -> list[Closure]:
    rows = Closure.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("id")
    if len(found := list(rows)) < len(set(ids)):
        raise ValidationError(
            _("This closure no longer exists: someone else deleted it."), code="gone"
        )
    return found


def _overlapping(closure: Closure) -> Any:
    """Return the closures of the same people that overlap the days of ``closure``."""
    return Closure.objects.filter(
        teacher=closure.teacher,
        student=closure.student,
        fixed_schedule=None,
        recurring_slot=None,
        first_date__lte=closure.last_date,
        last_date__gte=closure.first_date,
    ).order_by("id")


def _is_identical(other: Closure, closure: Closure) -> bool:
    return all(
        getattr(other, name) == getattr(closure, name)
        for name in ("name", "earns_make_ups", *_SCOPE)
    )


def _closed_already(other: Closure) -> str:
    return _("These days are closed already: %(closure)s.") % {"closure": other}


def _state(closures: Iterable[Closure]) -> str:
    names = (
        *("pk", "name", "first_date", "last_date", "teacher_id", "student_id"),
        "earns_make_ups",
    )
    return repr([[getattr(closure, name) for name in names] for closure in closures])


def _add_scope(record: ChangeRecord, closure: Closure) -> list[Days]:
    """Have the classes that ``closure`` affects planned; return its days."""
    days = (closure.first_date, closure.last_date)
    record.days.append(days)
    if closure.teacher_id is not None:
        record.teachers.add(closure.teacher_id)
    elif closure.student_id is not None:
        record.students.add(closure.student_id)
    else:
        record.for_all = True
    return [days]


def _add_remaining(record: ChangeRecord, closure: Closure, context: ChangeContext) -> None:
    """Add the edited classes and one-offs that take place although their day is closed."""
    filters: dict[str, Any] = {}
    for name in ("teacher", "student", "fixed_schedule", "recurring_slot"):
        if getattr(closure, f"{name}_id") is not None:
            filters[name] = getattr(closure, f"{name}_id")
    listed = {line.class_id for line in record.lines}
    remaining = list_or_cancel_remaining(
        filters, context.now, first=closure.first_date, last=closure.last_date, cancel=None
    )
    record.lines += [line for line in remaining if line.class_id not in listed]
    record.is_reported = _report_filter([])


def _report_filter(reopened: list[Days]) -> Callable[[ResultLine], bool]:
    """Return a filter: conflicts and classes cancelled by hand count on reopened days only."""

    def is_reported(line: ResultLine) -> bool:
        if line.outcome not in (Outcome.CONFLICT, Outcome.PROTECTED):
            return is_relevant(line)
        day = line.day
        is_conflict = line.outcome is Outcome.CONFLICT
        return (
            (is_relevant(line) if is_conflict else line.code == _CANCELLED_BY_HAND)
            and day is not None
            and any(first <= day <= last for first, last in reopened)
        )

    return is_reported
