"""Result lines: the outcomes of a chunk with the names of people, to store and to show."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from scheduling.domain.existing_classes import Booking, ClassAttributes, StoredClass, attributes_of
from scheduling.domain.outcomes import Outcome
from scheduling.domain.planning import Note, PlannedClass
from scheduling.domain.planning.resolve import Conflict, Plan
from scheduling.domain.series import Series, SeriesKey
from scheduling.domain.wallclock import hours_on
from scheduling.models import JobRunItem
from scheduling.selectors.people import student_names, teacher_names
from scheduling.selectors.rooms import room_names
from scheduling.text.reasons import reason_text

# Values of a reason that are not part of a fingerprint.
_LOOSE = {"error", "free_rooms"}
# Values of a reason that the planner gives as the id of a room, 0 for none.
_ROOMS = ("from_room", "to_room")
# The most free rooms that a line names.
_MOST_ROOMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """The outcome of an occurrence, class or series, with its reason (``code``, ``params``).

    ``occurrences``: how many occurrences the line covers. Dates and times are local to ``zone``.
    ``becomes``: the attributes of the class after the change, if one is written.
    """

    outcome: Outcome
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    student_id: int | None = None
    teacher_id: int | None = None
    room_id: int | None = None
    student: str = ""
    teacher: str = ""
    room: str = ""
    series: SeriesKey | None = None
    class_id: int | None = None
    day: date | None = None
    start_time: time | None = None
    end_time: time | None = None
    zone: str = ""
    occurrences: int = 1
    becomes: ClassAttributes | None = None

    @property
    def hours(self) -> str:
        """“10:00–11:00” by the clocks of that day; empty without times."""
        return hours_of(self.day, self.start_time, self.end_time, self.zone)

    @property
    def reason(self) -> str:
        """The reason in the current language."""
        return reason_text(self.code, self.params)

    def facts(self) -> tuple[object, ...]:
        """Return the values for a fingerprint: equal, with equal ``repr``, for equal lines.

        Names and error texts are left out: they may be in another language. So are the free rooms,
        which say nothing about this class. Without a room they are those from before there were
        rooms.
        """
        return (
            self.outcome.value,
            self.code,
            sorted((name, str(value)) for name, value in self.params.items() if name not in _LOOSE),
            self.student_id,
            self.teacher_id,
            *((self.room_id,) if self.room_id is not None else ()),
            self.series and (self.series.kind.value, self.series.id),
            self.class_id,
            self.day,
            self.start_time,
            self.end_time,
            self.zone,
            self.occurrences,
            self.becomes and self.becomes.facts(),
        )

    def item(self, run_id: int) -> JobRunItem:
        """Return the row for the run's log."""
        return JobRunItem(
            run_id=run_id,
            outcome=self.outcome.value,
            student_id=self.student_id,
            teacher_id=self.teacher_id,
            student_name=self.student[:201],
            teacher_name=self.teacher[:150],
            series_kind=self.series.kind.value if self.series else "",
            series_id=self.series.id if self.series else None,
            class_id=self.class_id,
            date=self.day,
            start_time=self.start_time,
            end_time=self.end_time,
            occurrences=self.occurrences,
            code=self.code,
            params=self.params,
        )


class PersonNames:
    """The names of students, teachers and rooms, read in at most three queries."""

    def __init__(
        self,
        students: Iterable[int | None],
        teachers: Iterable[int | None],
        rooms: Iterable[int | None] = (),
    ) -> None:
        student_ids = {pk for pk in students if pk is not None}
        teacher_ids = {pk for pk in teachers if pk is not None}
        self._students = student_names(student_ids) if student_ids else {}
        self._teachers = teacher_names(teacher_ids) if teacher_ids else {}
        room_ids = {pk for pk in rooms if pk is not None}
        self._rooms = room_names(room_ids) if room_ids else {}

    def student(self, pk: int | None) -> str:
        return self._students.get(pk, "") if pk is not None else ""

    def teacher(self, pk: int | None) -> str:
        return self._teachers.get(pk, "") if pk is not None else ""

    def room(self, pk: int | None) -> str:
        return self._rooms.get(pk, "") if pk is not None else ""


def lines_of(plan: Plan, with_creates: bool = False) -> list[ResultLine]:
    """Return the result lines of ``plan``, with ``with_creates`` also those of its new classes."""
    creates = plan.creates if with_creates else []
    bookings = [conflict.clash.booking for conflict in plan.conflicts]
    all_series = [conflict.planned.series for conflict in plan.conflicts]
    all_series += [planned.series for planned in creates]
    names = PersonNames(
        [note.student_id for note in plan.notes]
        + [series.student_id for series in all_series]
        + [booking.student_id for booking in bookings]
        + [closure.student_id for closure, _day in plan.closed],
        [note.teacher_id for note in plan.notes]
        + [series.teacher_id for series in all_series]
        + [booking.teacher_id for booking in bookings]
        + [closure.teacher_id for closure, _day in plan.closed],
        [note.room_id for note in plan.notes]
        + [planned.series.room_id for planned in creates]
        + [
            room
            for note in plan.notes
            for name in _ROOMS
            if isinstance(room := note.reason.params.get(name), int)
        ]
        + rooms_of(plan.conflicts),
    )
    new_attributes = _new_attributes(plan)
    return [
        *(_created_line(planned, names) for planned in creates),
        *(_note_line(note, names, new_attributes.get(note.class_id)) for note in plan.notes),
        *(conflict_line(conflict, names) for conflict in plan.conflicts),
        *(
            ResultLine(
                outcome=Outcome.CLOSED,
                code="closed",
                params={"closure": closure.name},
                # The person of the closure; a closure for everyone has none.
                student_id=closure.student_id,
                teacher_id=closure.teacher_id,
                student=names.student(closure.student_id),
                teacher=names.teacher(closure.teacher_id),
                day=day,
                occurrences=count,
            )
            for (closure, day), count in sorted(
                plan.closed.items(), key=lambda item: (item[0][1], item[0][0].id)
            )
        ),
    ]


def _new_attributes(plan: Plan) -> dict[int | None, ClassAttributes]:
    """Return the attributes that the plan gives to stored classes, by class id."""
    planned_classes = (*plan.moves, *plan.restores)
    attributes = {
        planned.row.id if planned.row else None: attributes_of(planned.series)
        for planned in planned_classes
    }
    return attributes | {cancel.row.id: attributes_of(cancel.series) for cancel in plan.cancels}


def _created_line(planned: PlannedClass, names: PersonNames) -> ResultLine:
    return _planned_line(planned, names, Outcome.CREATED, "", {}, attributes_of(planned.series))


def _note_line(note: Note, names: PersonNames, becomes: ClassAttributes | None) -> ResultLine:
    params: dict[str, Any] = dict(note.reason.params)
    params |= {name: names.room(params[name]) for name in _ROOMS if name in params}
    return ResultLine(
        outcome=note.outcome,
        code=note.reason.code,
        params=params,
        student_id=note.student_id,
        teacher_id=note.teacher_id,
        room_id=note.room_id,
        student=names.student(note.student_id),
        teacher=names.teacher(note.teacher_id),
        room=names.room(note.room_id),
        series=note.series,
        class_id=note.class_id,
        day=note.day,
        start_time=note.start_time,
        end_time=note.end_time,
        zone=note.zone,
        occurrences=note.occurrences,
        becomes=becomes,
    )


def rooms_of(conflicts: Iterable[Conflict]) -> list[int | None]:
    """Return the ids of the rooms that the lines of ``conflicts`` name."""
    return [
        room
        for conflict in conflicts
        for room in (
            conflict.planned.series.room_id,
            conflict.clash.booking.room_id,
            *conflict.free_rooms[:_MOST_ROOMS],
        )
    ]


def conflict_line(conflict: Conflict, names: PersonNames) -> ResultLine:
    """Return the line of a conflict: the planned occurrence and the class in its way."""
    planned, clash = conflict.planned, conflict.clash
    booking = clash.booking
    code = clash.code
    if code in ("student_busy", "room_busy") and booking.teacher_id is None:
        code += "_alone"
    params: dict[str, Any] = {
        "with_student": names.student(booking.student_id),
        "with_teacher": names.teacher(booking.teacher_id),
        "with_when": f"{booking.day} {_hours(booking)} {booking.zone}",
        "with_class": booking.class_id,
    }
    if clash.code == "room_busy":
        params["with_room"] = names.room(booking.room_id)
        params["free_rooms"] = [names.room(id) for id in conflict.free_rooms[:_MOST_ROOMS]]
    if conflict.stays and (row := planned.row) is not None:
        params["stays_on"] = f"{row.date} {_hours(row)}"
    return _planned_line(planned, names, Outcome.CONFLICT, code, params)


def hours_of(day: date | None, start: time | None, end: time | None, zone: str) -> str:
    """Return “10:00–11:00”, by the clocks of ``zone`` if ``day`` is given; empty without times."""
    if start is None or end is None:
        return ""
    return hours_on(day, start, end, zone) if day else f"{start:%H:%M}–{end:%H:%M}"


def _hours(row: Booking | StoredClass) -> str:
    day = row.day if isinstance(row, Booking) else row.date
    return hours_on(day, row.start_time, row.end_time, row.zone)


def _planned_line(
    planned: PlannedClass,
    names: PersonNames,
    outcome: Outcome,
    code: str,
    params: dict[str, Any],
    becomes: ClassAttributes | None = None,
) -> ResultLine:
    series = planned.series
    return ResultLine(
        outcome=outcome,
        code=code,
        params=params,
        student_id=series.student_id,
        teacher_id=series.teacher_id,
        room_id=series.room_id,
        student=names.student(series.student_id),
        teacher=names.teacher(series.teacher_id),
        room=names.room(series.room_id),
        series=series.key,
        class_id=planned.row.id if planned.row else None,
        day=planned.day,
        start_time=series.start_time,
        end_time=series.end_time,
        zone=series.zone,
        becomes=becomes,
    )


def lines_of_error(all_series: Collection[Series], error: str) -> list[ResultLine]:
    """Return an error line with the text ``error`` for each of ``all_series``."""
    names = PersonNames(
        [series.student_id for series in all_series],
        [series.teacher_id for series in all_series],
        [series.room_id for series in all_series],
    )
    return [
        ResultLine(
            outcome=Outcome.ERROR,
            code="error",
            params={"error": error},
            student_id=series.student_id,
            teacher_id=series.teacher_id,
            room_id=series.room_id,
            student=names.student(series.student_id),
            teacher=names.teacher(series.teacher_id),
            room=names.room(series.room_id),
            series=series.key,
            start_time=series.start_time,
            end_time=series.end_time,
            zone=series.zone,
        )
        for series in all_series
    ]


def lines_without_schedule(students: Collection[int]) -> list[ResultLine]:
    """Return the lines of students with neither a fixed schedule nor a recurring slot."""
    names = PersonNames(students, [])
    return [
        ResultLine(
            outcome=Outcome.NO_SCHEDULE,
            code="no_schedule",
            student_id=student,
            student=names.student(student),
        )
        for student in students
    ]
