"""The time of people and rooms that is taken."""

from collections.abc import Collection
from datetime import UTC, datetime, time

from django.db.models import Q

from scheduling.domain.existing_classes import Booking
from scheduling.domain.series import SeriesKind
from scheduling.jobs.generation.planning import PlanningContext, due_classes, series_in
from scheduling.selectors.classes import bookings_between

from .query import OpeningsQuery


def bookings(
    query: OpeningsQuery,
    teacher_ids: Collection[int],
    now: datetime,
    room_ids: Collection[int] = (),
) -> list[Booking]:
    """Return the time of the student of ``query``, these teachers and these rooms that is taken.

    Taken are the stored classes, and every place at which a series is due to have one: even where
    another class is in its way, as that may change. So an opening holds whatever is created first.
    """
    window = query.window
    student_ids = set() if query.student_id is None else {query.student_id}
    needed = Q(student_id__among=student_ids) | Q(teacher_id__among=teacher_ids)
    if room_ids:
        needed |= Q(room_id__among=room_ids)
    context = PlanningContext(tuple(SeriesKind), window, needed, note_bounds=False)
    due = due_classes(context, series_in(context, Q()), now)
    start, end = (datetime.combine(day, time(), UTC) for day in (window.start, window.end))
    stored = bookings_between(start, end, teacher_ids, student_ids, room_ids)
    return [
        *stored,
        *(
            planned.booking()._replace(class_id=None)
            for planned in due
            if (planned.series.key, planned.day) != query.moving
        ),
    ]
