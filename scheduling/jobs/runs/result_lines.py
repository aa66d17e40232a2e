"""The noteworthy results of a chunk, with names: what is logged, stored and shown."""

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
from scheduling.text.reasons import reason_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """One result: whom it concerns, what became of it, and why (``code``, ``params``).

    ``occurrences``: how many it stands for. Dates and times are local to ``zone``. ``becomes``: how
    the class will look, where one is written.
    """

    outcome: Outcome
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    student_id: int | None = None
    teacher_id: int | None = None
    student: str = ""
    teacher: str = ""
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
        """“10:00–11:00” by the clocks of that day; empty where there are no times."""
        return hours_of(self.day, self.start_time, self.end_time, self.zone)

    @property
    def reason(self) -> str:
        """Why, in the current language."""
        return reason_text(self.code, self.params)

    def facts(self) -> tuple[object, ...]:
        """All that it says, for comparing two looks: equal, and printed alike, for the same result.

        Names and what went wrong in words are left out: they may be told in another language.
        """
        return (
            self.outcome.value,
            self.code,
            sorted((name, str(value)) for name, value in self.params.items() if name != "error"),
            self.student_id,
            self.teacher_id,
            self.series and (self.series.kind.value, self.series.id),
            self.class_id,
            self.day,
            self.start_time,
            self.end_time,
            self.zone,
            self.occurrences,
            self.becomes and tuple(self.becomes),  # that prints faster than with its names
        )

    def item(self, run_id: int) -> JobRunItem:
        """The row of the run's log."""
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
    """Names of the people that a plan speaks of, in two queries."""

    def __init__(self, students: Iterable[int | None], teachers: Iterable[int | None]) -> None:
        wanted_students = {pk for pk in students if pk is not None}
        wanted_teachers = {pk for pk in teachers if pk is not None}
        self._students = student_names(wanted_students) if wanted_students else {}
        self._teachers = teacher_names(wanted_teachers) if wanted_teachers else {}

    def student(self, pk: int | None) -> str:
        return self._students.get(pk, "") if pk is not None else ""

    def teacher(self, pk: int | None) -> str:
        return self._teachers.get(pk, "") if pk is not None else ""


def lines_of(plan: Plan, with_creates: bool = False) -> list[ResultLine]:
    """The noteworthy results of ``plan``; with ``with_creates`` its new classes as well."""
    creates = plan.creates if with_creates else []
    bookings = [conflict.clash.booking for conflict in plan.conflicts]
    series = [conflict.planned.series for conflict in plan.conflicts]
    series += [planned.series for planned in creates]
    names = PersonNames(
        [note.student_id for note in plan.notes]
        + [one.student_id for one in series]
        + [booking.student_id for booking in bookings]
        + [closure.student_id for closure, _day in plan.closed],
        [note.teacher_id for note in plan.notes]
        + [one.teacher_id for one in series]
        + [booking.teacher_id for booking in bookings]
        + [closure.teacher_id for closure, _day in plan.closed],
    )
    becoming = _becoming(plan)
    return [
        *(_created(planned, names) for planned in creates),
        *(_noted(note, names, becoming.get(note.class_id)) for note in plan.notes),
        *(conflict_line(conflict, names) for conflict in plan.conflicts),
        *(
            ResultLine(
                outcome=Outcome.CLOSED,
                code="closed",
                params={"closure": closure.name},
                # Whose closure it is; nobody's is everyone's.
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


def _becoming(plan: Plan) -> dict[int | None, ClassAttributes]:
    """How the stored classes will look that are written, by their numbers."""
    planned_classes = (*plan.moves, *plan.restores)
    found = {
        planned.row.id if planned.row else None: attributes_of(planned.series)
        for planned in planned_classes
    }
    return found | {cancel.row.id: attributes_of(cancel.series) for cancel in plan.cancels}


def _created(planned: PlannedClass, names: PersonNames) -> ResultLine:
    return _wanted(planned, names, Outcome.CREATED, "", {}, attributes_of(planned.series))


def _noted(note: Note, names: PersonNames, becomes: ClassAttributes | None) -> ResultLine:
    return ResultLine(
        outcome=note.outcome,
        code=note.reason.code,
        params=dict(note.reason.params),
        student_id=note.student_id,
        teacher_id=note.teacher_id,
        student=names.student(note.student_id),
        teacher=names.teacher(note.teacher_id),
        series=note.series,
        class_id=note.class_id,
        day=note.day,
        start_time=note.start_time,
        end_time=note.end_time,
        zone=note.zone,
        occurrences=note.occurrences,
        becomes=becomes,
    )


def conflict_line(conflict: Conflict, names: PersonNames) -> ResultLine:
    """An occurrence that has no place, and the class that is in its way."""
    planned, clash = conflict.planned, conflict.clash
    booking = clash.booking
    code = clash.code
    if code == "student_busy" and booking.teacher_id is None:
        code = "student_busy_alone"
    params: dict[str, Any] = {
        "with_student": names.student(booking.student_id),
        "with_teacher": names.teacher(booking.teacher_id),
        "with_when": f"{booking.day} {_hours(booking)} {booking.zone}",
        "with_class": booking.class_id,
    }
    if conflict.stays and (row := planned.row) is not None:
        params["stays_on"] = f"{row.date} {_hours(row)}"
    return _wanted(planned, names, Outcome.CONFLICT, code, params)


def hours_of(day: date | None, start: time | None, end: time | None, zone: str) -> str:
    """“10:00–11:00” by the clocks in ``zone``, of that day if there is one; or nothing."""
    if start is None or end is None:
        return ""
    return hours_on(day, start, end, zone) if day else f"{start:%H:%M}–{end:%H:%M}"


def _hours(one: Booking | StoredClass) -> str:
    day = one.day if isinstance(one, Booking) else one.date
    return hours_on(day, one.start_time, one.end_time, one.zone)


def _wanted(
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
        student=names.student(series.student_id),
        teacher=names.teacher(series.teacher_id),
        series=series.key,
        class_id=planned.row.id if planned.row else None,
        day=planned.day,
        start_time=series.start_time,
        end_time=series.end_time,
        zone=series.zone,
        becomes=becomes,
    )


def lines_of_fault(series: Collection[Series], fault: str) -> list[ResultLine]:
    """``fault`` kept the run from dealing with each of them."""
    names = PersonNames([one.student_id for one in series], [one.teacher_id for one in series])
    return [
        ResultLine(
            outcome=Outcome.ERROR,
            code="error",
            params={"error": fault},
            student_id=one.student_id,
            teacher_id=one.teacher_id,
            student=names.student(one.student_id),
            teacher=names.teacher(one.teacher_id),
            series=one.key,
            start_time=one.start_time,
            end_time=one.end_time,
            zone=one.zone,
        )
        for one in series
    ]


def lines_without_schedule(students: Collection[int]) -> list[ResultLine]:
    """These have neither a fixed schedule nor a recurring slot."""
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
