"""What a reader may do with a class or with an occurrence, as buttons with a form behind each.

Every one calls the verb of the services that all other interfaces call.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import QueryDict
from django.utils.translation import gettext as _

from scheduling.admin.classes.forms import CancelForm
from scheduling.admin.core.permissions import may_change_class, may_change_classes, may_mark_class
from scheduling.models import Attendance, ClassStatus, ScheduledClass
from scheduling.services.classes import edit, occurrences
from scheduling.services.classes.make_ups import made_up_of
from scheduling.services.classes.occurrences import PlannedOccurrence
from scheduling.services.schedules.closures import closed_day_of
from scheduling.text.dates import day_and_hours

from .forms import AttendanceForm, MoveClassForm

Doing = Callable[[dict[str, Any], datetime], str]


@dataclass(slots=True)
class Action:
    """A button: ``name`` is posted, ``label`` read. ``do`` answers what was done, as a sentence."""

    name: str
    label: str
    do: Doing
    form_class: type[Form] = Form
    options: dict[str, Any] = field(default_factory=dict)
    initial: dict[str, Any] = field(default_factory=dict)
    look: str = ""

    @property
    def form(self) -> Form:
        """To be filled in. Ids of one form's fields don't repeat another's."""
        return self.form_class(
            initial=self.initial, auto_id=f"calendar_{self.name}_%s", **self.options
        )

    def bound(self, data: QueryDict) -> Form:
        return self.form_class(data, auto_id=f"calendar_{self.name}_%s", **self.options)


def class_actions(user: Any, one: ScheduledClass, now: datetime) -> list[Action]:
    """What ``user`` may do with a stored class as it stands at ``now``."""
    change, mark = may_change_class(user, one), may_mark_class(user, one)
    cancelled = one.status == ClassStatus.CANCELLED
    completed = one.status == ClassStatus.COMPLETED
    offered = (
        (mark and one.status == ClassStatus.SCHEDULED and one.starts_at <= now, _complete),
        (change and not cancelled, _move),
        (mark and not cancelled, lambda one: _mark(one, now)),
        ((change and cancelled) or (mark and completed), _restore),
        (change and one.status == ClassStatus.SCHEDULED, _cancel),
    )
    return [make(one) for offer, make in offered if offer]


def occurrence_actions(user: Any, one: PlannedOccurrence) -> list[Action]:
    """What ``user`` may do with an occurrence that is not stored: its row is written then."""
    if not may_change_classes(user):
        return []
    return [_move_planned(one), _cancel_planned(one)]


def when(one: ScheduledClass) -> str:
    """“Mon 5 Jan 2026, 10:00–11:00 (Europe/Madrid)”."""
    return day_and_hours(one.date, one.hours, one.time_zone)


def _moved(one: ScheduledClass) -> str:
    text = _("The class of %(student)s is now on %(when)s.")
    return _with_closure(text % {"student": one.student, "when": when(one)}, one)


def _with_closure(text: str, one: ScheduledClass) -> str:
    """What was done, and that its day is closed, where it is."""
    return " ".join(filter(None, (text, closed_day_of(one))))


def _cancelled(one: ScheduledClass) -> str:
    text = _("The class of %(student)s on %(when)s is cancelled.")
    return text % {"student": one.student, "when": when(one)}


def _move(one: ScheduledClass) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        return _moved(edit.move(one.pk, **_place(data), now=now))

    return Action("move", _("Move"), do, MoveClassForm, {"current": one.teacher_id}, _initial(one))


def _move_planned(one: PlannedOccurrence) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        return _moved(occurrences.move(one.key, one.day, **_place(data), now=now))

    return Action("move", _("Move"), do, MoveClassForm, {"current": one.teacher_id}, _initial(one))


def _cancel(one: ScheduledClass) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        return _cancelled(edit.cancel(one.pk, **data, now=now))

    return Action("cancel", _("Cancel the class"), do, CancelForm, look="is-danger")


def _cancel_planned(one: PlannedOccurrence) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        return _cancelled(occurrences.cancel(one.key, one.day, **data, now=now))

    return Action("cancel", _("Cancel this date"), do, CancelForm, look="is-danger")


def _complete(one: ScheduledClass) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        done = edit.complete(one.pk, now=now)
        text = _("The class of %(student)s on %(when)s is completed.")
        return text % {"student": done.student, "when": when(done)}

    return Action("complete", _("It took place"), do, look="is-main")


def _mark(one: ScheduledClass, now: datetime) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        done = edit.mark(one.pk, attendance=data["attendance"], notes=data["notes"], now=now)
        text = _("The attendance and notes of %(student)s on %(when)s are saved.")
        return text % {"student": done.student, "when": when(done)}

    initial = {"attendance": one.attendance, "notes": one.notes}
    begun = {"begun": one.starts_at <= now or one.attendance == Attendance.PRESENT}
    return Action("mark", _("Attendance and notes"), do, AttendanceForm, begun, initial)


def _restore(one: ScheduledClass) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        done = edit.restore(one.pk, now=now)
        text = _("The class of %(student)s on %(when)s is scheduled again.")
        text = _with_closure(text % {"student": done.student, "when": when(done)}, done)
        return " ".join(filter(None, (text, made_up_of(done))))

    cancelled = one.status == ClassStatus.CANCELLED
    label = _("Restore the class") if cancelled else _("Back to scheduled")
    return Action("restore", label, do, look="is-main" if cancelled else "")


def _place(data: dict[str, Any]) -> dict[str, Any]:
    """A form's values as the services name them."""
    return {"to_date": data["date"], **{k: v for k, v in data.items() if k != "date"}}


def _initial(one: ScheduledClass | PlannedOccurrence) -> dict[str, Any]:
    return {
        "date": one.date if isinstance(one, ScheduledClass) else one.day,
        "start_time": one.start_time,
        "end_time": one.end_time,
        "teacher": one.teacher_id,
    }
