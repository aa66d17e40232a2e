"""The actions on a class or a planned occurrence, each a button with a form.

They call the same services as the other interfaces.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import QueryDict
from django.utils.translation import gettext as _

from scheduling.admin.classes.forms import CancelForm
from scheduling.admin.core.notices import NotifyField, notified_texts
from scheduling.admin.core.permissions import may_change_class, may_change_classes, may_mark_class
from scheduling.jobs.notifications.changes import ClassChange, Place
from scheduling.jobs.notifications.notices import Notices, notices_about
from scheduling.models import Attendance, ClassStatus, ScheduledClass
from scheduling.services.classes import edit, occurrences
from scheduling.services.classes.make_ups import made_up_of
from scheduling.services.classes.occurrences import PlannedOccurrence, notifying_occurrence
from scheduling.services.notices import author_of, is_offered, is_wanted, notifying, reach_of
from scheduling.services.schedules.closures import closed_day_of
from scheduling.services.schedules.rooms import overfull_class
from scheduling.text.dates import day_and_hours

from .forms import AttendanceForm, MoveClassForm

Handler = Callable[[dict[str, Any], datetime], str]


@dataclass(slots=True)
class Action:
    """A button with a form; ``do`` performs the action and returns a sentence about it.

    ``of`` is the class or occurrence. ``reach``: “Tell the families” is offered, and these would
    be notified.
    """

    name: str
    label: str
    do: Handler
    form_class: type[Form] = Form
    options: dict[str, Any] = field(default_factory=dict)
    initial: dict[str, Any] = field(default_factory=dict)
    look: str = ""
    of: ScheduledClass | PlannedOccurrence | None = None
    reach: Notices | None = None

    @property
    def form(self) -> Form:
        """The unbound form. Its field IDs are unique among the forms of the page."""
        return self._form(initial=self.initial)

    @property
    def is_direct(self) -> bool:
        """Whether one press performs it: there is nothing to enter, except whom to tell."""
        return set(self.form.fields) <= {"notify"}

    def bound(self, data: QueryDict) -> Form:
        return self._form(data=data)

    def _form(self, **values: Any) -> Form:
        form = self.form_class(auto_id=f"calendar_{self.name}_%s", **self.options, **values)
        if self.reach is not None:
            form.fields["notify"] = NotifyField(self.reach)
        return form

    def perform(self, data: dict[str, Any], now: datetime, author_id: int | None) -> str:
        """Perform the action and notify if that is ticked; return a sentence about both.

        Raises ValidationError and DoesNotExist.
        """
        values = {name: value for name, value in data.items() if name != "notify"}
        wanted = is_wanted(data.get("notify", False))
        if isinstance(self.of, PlannedOccurrence):
            watching = notifying_occurrence(self.of.key, self.of.day, wanted, now, author_id)
        else:
            watching = notifying([self.of.pk] if self.of else [], wanted, now, author_id)
        with watching as notified:
            text = self.do(values, now)
        return " ".join([text, *(sentence for _level, sentence in notified_texts(notified))])


def class_actions(user: Any, scheduled_class: ScheduledClass, now: datetime) -> list[Action]:
    """Return the actions that ``user`` may perform on a stored class at ``now``."""
    change, mark = may_change_class(user, scheduled_class), may_mark_class(user, scheduled_class)
    cancelled = scheduled_class.status == ClassStatus.CANCELLED
    completed = scheduled_class.status == ClassStatus.COMPLETED
    candidates = (
        (
            mark
            and scheduled_class.status == ClassStatus.SCHEDULED
            and scheduled_class.starts_at <= now,
            _complete,
        ),
        (change and not cancelled, _move),
        (mark and not cancelled, lambda scheduled_class: _mark(scheduled_class, now)),
        ((change and cancelled) or (mark and completed), _restore),
        (
            change and not cancelled and scheduled_class.original_teacher_id is not None,
            _give_back,
        ),
        (change and scheduled_class.status == ClassStatus.SCHEDULED, _cancel),
    )
    actions = [make(scheduled_class) for is_allowed, make in candidates if is_allowed]
    if change and scheduled_class.starts_at > now:
        _offer_notices(actions, scheduled_class, reach_of([scheduled_class], now, author_of(user)))
    return actions


def occurrence_actions(user: Any, occurrence: PlannedOccurrence, now: datetime) -> list[Action]:
    """Return the actions that ``user`` may perform on a planned occurrence; they store it."""
    if not may_change_classes(user):
        return []
    actions = [_move_planned(occurrence), _cancel_planned(occurrence)]
    if occurrence.starts_at > now:
        place = Place(
            occurrence.student_id,
            occurrence.teacher_id,
            occurrence.starts_at,
            occurrence.ends_at,
            occurrence.zone,
            occurrence.subject,
            occurrence.room_id,
        )
        found = notices_about([ClassChange(0, now, place, None)], now, author_of(user))
        _offer_notices(actions, occurrence, found)
    return actions


def _offer_notices(
    actions: list[Action], of: ScheduledClass | PlannedOccurrence, found: Notices
) -> None:
    """Offer “Tell the families” with the actions that change when and with whom it takes place."""
    for action in actions:
        if is_offered() and action.name in ("move", "cancel", "restore", "give_back"):
            action.of, action.reach = of, found


def when(scheduled_class: ScheduledClass) -> str:
    """Return “Mon 5 Jan 2026, 10:00–11:00”, with the zone if it is not the studio's."""
    return day_and_hours(scheduled_class.date, scheduled_class.hours, scheduled_class.time_zone)


def _moved_text(scheduled_class: ScheduledClass) -> str:
    text = _("The class of %(student)s is now on %(when)s.")
    return _with_warnings(
        text % {"student": scheduled_class.student, "when": when(scheduled_class)}, scheduled_class
    )


def _with_warnings(text: str, scheduled_class: ScheduledClass) -> str:
    """Return ``text``, with a warning if its day is closed or its room too small."""
    warnings = (closed_day_of(scheduled_class), overfull_class(scheduled_class))
    return " ".join(filter(None, (text, *warnings)))


def _cancelled_text(scheduled_class: ScheduledClass) -> str:
    text = _("The class of %(student)s on %(when)s is cancelled.")
    return text % {"student": scheduled_class.student, "when": when(scheduled_class)}


def _move(scheduled_class: ScheduledClass) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        return _moved_text(edit.move(scheduled_class.pk, **_service_arguments(data), now=now))

    return Action(
        "move",
        _("Move"),
        do,
        MoveClassForm,
        {"current": scheduled_class.teacher_id, "room": scheduled_class.room_id},
        _initial(scheduled_class),
    )


def _move_planned(occurrence: PlannedOccurrence) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        return _moved_text(
            occurrences.move(occurrence.key, occurrence.day, **_service_arguments(data), now=now)
        )

    return Action(
        "move",
        _("Move"),
        do,
        MoveClassForm,
        {"current": occurrence.teacher_id, "room": occurrence.room_id},
        _initial(occurrence),
    )


def _cancel(scheduled_class: ScheduledClass) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        return _cancelled_text(edit.cancel(scheduled_class.pk, **data, now=now))

    return Action("cancel", _("Cancel the class"), do, CancelForm, look="is-danger")


def _cancel_planned(occurrence: PlannedOccurrence) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        return _cancelled_text(occurrences.cancel(occurrence.key, occurrence.day, **data, now=now))

    return Action("cancel", _("Cancel this date"), do, CancelForm, look="is-danger")


def _complete(scheduled_class: ScheduledClass) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        done = edit.complete(scheduled_class.pk, now=now)
        text = _("The class of %(student)s on %(when)s is completed.")
        return text % {"student": done.student, "when": when(done)}

    return Action("complete", _("It took place"), do, look="is-main")


def _mark(scheduled_class: ScheduledClass, now: datetime) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        done = edit.mark(
            scheduled_class.pk, attendance=data["attendance"], notes=data["notes"], now=now
        )
        text = _("The attendance and notes of %(student)s on %(when)s are saved.")
        return text % {"student": done.student, "when": when(done)}

    initial = {"attendance": scheduled_class.attendance, "notes": scheduled_class.notes}
    options = {
        "has_begun": scheduled_class.starts_at <= now
        or scheduled_class.attendance == Attendance.PRESENT
    }
    return Action("mark", _("Attendance and notes"), do, AttendanceForm, options, initial)


def _restore(scheduled_class: ScheduledClass) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        done = edit.restore(scheduled_class.pk, now=now)
        text = _("The class of %(student)s on %(when)s is scheduled again.")
        text = _with_warnings(text % {"student": done.student, "when": when(done)}, done)
        return " ".join(filter(None, (text, made_up_of(done))))

    cancelled = scheduled_class.status == ClassStatus.CANCELLED
    label = _("Restore the class") if cancelled else _("Back to scheduled")
    return Action("restore", label, do, look="is-main" if cancelled else "")


def _give_back(scheduled_class: ScheduledClass) -> Action:
    def do(data: dict[str, Any], now: datetime) -> str:
        done = edit.give_back(scheduled_class.pk, now=now)
        text = _("%(teacher)s gives the class of %(student)s on %(when)s again.")
        names = {"teacher": done.teacher, "student": done.student, "when": when(done)}
        return _with_warnings(text % names, done)

    label = _("Give it back to %(regular)s") % {"regular": scheduled_class.original_teacher}
    return Action("give_back", label, do)


def _service_arguments(data: dict[str, Any]) -> dict[str, Any]:
    """Return the values of MoveClassForm by the services' parameter names."""
    return {
        "to_date": data["date"],
        **{name: value for name, value in data.items() if name != "date"},
    }


def _initial(occurrence: ScheduledClass | PlannedOccurrence) -> dict[str, Any]:
    return {
        "date": occurrence.date if isinstance(occurrence, ScheduledClass) else occurrence.day,
        "start_time": occurrence.start_time,
        "end_time": occurrence.end_time,
        "teacher": occurrence.teacher_id,
        "room": occurrence.room_id,
    }
