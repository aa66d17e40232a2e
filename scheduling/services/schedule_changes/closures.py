"""Days on which nothing takes place: entered, changed, taken away, each with its plan first."""

from collections.abc import Iterable, Mapping
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
    """A new closure with these ``values``: for all, for a teacher, or for a student."""

    values: Mapping[str, Any]

    def write(self, moment: ChangeContext) -> ChangeRecord:
        one = Closure(**self.values)
        one.full_clean()
        same = _of_the_same(one)
        closed = list(same.filter(first_date__lte=one.first_date, last_date__gte=one.last_date))
        if any(_says_the_same(other, one) for other in closed):
            raise ValidationError(_("An identical closure already exists."), code="no_change")
        written = ChangeRecord(before=_state(same))
        written.warnings += [_closed_already(other) for other in closed[:1]]
        one.save()
        written.closures.append(one.pk)
        _reaches(written, one)
        _what_goes_on(written, one, moment)
        return written


@dataclass(frozen=True, slots=True)
class AddHolidays:
    """Days closed for everyone, each by its name; those closed already stay as they are.

    ``holidays_of``: the country and region whose public holidays they are.
    """

    days: tuple[tuple[date, str], ...]
    holidays_of: str = ""

    def write(self, moment: ChangeContext) -> ChangeRecord:
        there = closed_days(day for day, _name in self.days)
        made = []
        for day, name in sorted(self.days):
            if day not in there:
                one = Closure(
                    name=name[:150],
                    first_date=day,
                    last_date=day,
                    public_holiday_of=self.holidays_of,
                )
                one.save()
                made.append(one)
                there[day] = name
        if not made:
            raise ValidationError(_("All of these days are closed already."), code="no_change")
        written = ChangeRecord(before=repr(made[0].first_date))
        written.closures = [one.pk for one in made]
        written.days = [(one.first_date, one.last_date) for one in made]
        written.for_all = True
        closed = {one.first_date for one in made}
        found = list_or_cancel_remaining(
            {}, moment.now, first=min(closed), last=max(closed), cancel=None
        )
        written.lines = [line for line in found if line.day in closed]
        written.reports = _series_affected([])
        return written


@dataclass(frozen=True, slots=True)
class EditClosure:
    """The closure ``id`` has these ``values``; what they do not name stays."""

    id: int
    values: Mapping[str, Any]

    def write(self, moment: ChangeContext) -> ChangeRecord:
        (one,) = _locked((self.id,))
        written = ChangeRecord(before=_state([one]))
        changed = {name for name, value in self.values.items() if getattr(one, name) != value}
        if not changed:
            raise ValidationError(_("No change: the values are the same."), code="no_change")
        moves = not changed.isdisjoint(_WHO)
        opened = _reaches(written, one) if moves else []
        for name, value in self.values.items():
            setattr(one, name, value)
        one.full_clean()
        one.save()
        if "name" in changed:
            theirs = ScheduledClass.objects.filter(closure=one, cancelled_by=CancelledBy.CLOSURE)
            theirs.update(cancel_reason=one.name)
        if moves:
            _reaches(written, one)
            _what_goes_on(written, one, moment)
            written.reports = _series_affected(opened)
        return written


@dataclass(frozen=True, slots=True)
class DeleteClosures:
    """These closures are taken away; what they cancelled comes back."""

    ids: tuple[int, ...]

    def write(self, moment: ChangeContext) -> ChangeRecord:
        rows = _locked(self.ids)
        written = ChangeRecord(before=_state(rows))
        opened: list[Days] = []
        for one in rows:
            opened += _reaches(written, one)
            one.delete()
        written.reports = _series_affected(opened)
        return written


BY_HAND = "cancelled_by_hand"
# What decides which classes a closure concerns.
_WHO = ("first_date", "last_date", "teacher", "student")


def closed_days(days: Iterable[date]) -> dict[date, str]:
    """Those of ``days`` that are closed for everyone, with the closure's name."""
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
        day: one.name for one in rows for day in wanted if one.first_date <= day <= one.last_date
    }


def _locked(ids: tuple[int, ...]) -> list[Closure]:
    rows = Closure.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("id")
    if len(found := list(rows)) < len(set(ids)):
        raise ValidationError(_("This closure is gone: someone else took it away."), code="gone")
    return found


def _of_the_same(one: Closure) -> Any:
    """The closures of the same people that touch these days."""
    return Closure.objects.filter(
        teacher=one.teacher,
        student=one.student,
        fixed_schedule=None,
        recurring_slot=None,
        first_date__lte=one.last_date,
        last_date__gte=one.first_date,
    ).order_by("id")


def _says_the_same(other: Closure, one: Closure) -> bool:
    return all(getattr(other, name) == getattr(one, name) for name in ("name", *_WHO))


def _closed_already(other: Closure) -> str:
    return _("These days are closed already: %(closure)s.") % {"closure": other}


def _state(rows: Iterable[Closure]) -> str:
    names = ("pk", "name", "first_date", "last_date", "teacher_id", "student_id")
    return repr([[getattr(one, name) for name in names] for one in rows])


def _reaches(written: ChangeRecord, one: Closure) -> list[Days]:
    """Have the classes of all whom ``one`` concerns follow; answers its days."""
    written.days.append((one.first_date, one.last_date))
    if one.teacher_id is not None:
        written.teachers.add(one.teacher_id)
    elif one.student_id is not None:
        written.students.add(one.student_id)
    else:
        written.for_all = True
    return [(one.first_date, one.last_date)]


def _what_goes_on(written: ChangeRecord, one: Closure, moment: ChangeContext) -> None:
    """Name the classes that take place although their day is closed: a person wants them to."""
    whose: dict[str, Any] = {}
    for name in ("teacher", "student", "fixed_schedule", "recurring_slot"):
        if getattr(one, f"{name}_id") is not None:
            whose[name] = getattr(one, f"{name}_id")
    told = {line.class_id for line in written.lines}
    found = list_or_cancel_remaining(
        whose, moment.now, first=one.first_date, last=one.last_date, cancel=None
    )
    written.lines += [line for line in found if line.class_id not in told]
    written.reports = _series_affected([])


def _series_affected(opened: list[Days]) -> Any:
    """Of what clashes, and of what a person left cancelled, only opened days are news."""

    def reports(line: ResultLine) -> bool:
        if line.outcome not in (Outcome.CONFLICT, Outcome.PROTECTED):
            return is_relevant(line)
        day = line.day
        return (
            (is_relevant(line) if line.outcome is Outcome.CONFLICT else line.code == BY_HAND)
            and day is not None
            and any(first <= day <= last for first, last in opened)
        )

    return reports
