"""The results that no plan holds: series that could not be dealt with, students without any."""

from collections.abc import Collection

from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import Series

from .lines import Line, Names


def lines_of_fault(series: Collection[Series], fault: str) -> list[Line]:
    """``fault`` kept the run from dealing with each of them."""
    names = Names([one.student_id for one in series], [one.teacher_id for one in series])
    return [
        Line(
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


def lines_without_schedule(students: Collection[int]) -> list[Line]:
    """These have neither a fixed schedule nor a recurring slot."""
    names = Names(students, [])
    return [
        Line(
            outcome=Outcome.NO_SCHEDULE,
            code="no_schedule",
            student_id=student,
            student=names.student(student),
        )
        for student in students
    ]
