"""The time of people and rooms that is taken: by stored classes, and by those due to be created."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time

from django.db.models import Q

from scheduling.domain.existing_classes import Booking
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.windows import Window
from scheduling.jobs.generation.planning import PlanningContext, due_classes, series_in
from scheduling.selectors.classes import bookings_between


def taken_times(
    window: Window,
    teacher_ids: Collection[int],
    now: datetime,
    *,
    student_ids: Collection[int] = (),
    room_ids: Collection[int] = (),
    moving: tuple[SeriesKey, date | None] | None = None,
) -> list[Booking]:
    """Return the time of these people and rooms that is taken in ``window``.

    Taken are the stored classes, and every place at which a series is due to have one: even where
    another class is in its way, as that may change. So a free time holds whatever is created first.
    ``moving`` is a series that is not in the way on a date, or on any date: there also not with its
    stored classes, as each fulfils its week wherever it is.
    """
    people = Q(student_id__among=student_ids) | Q(teacher_id__among=teacher_ids)
    if room_ids:
        people |= Q(room_id__among=room_ids)
    context = PlanningContext(tuple(SeriesKind), window, people, note_bounds=False, is_bounded=True)
    due = due_classes(context, series_in(context, Q()), now)
    start, end = (datetime.combine(day, time(), UTC) for day in (window.start, window.end))
    stored = bookings_between(start, end, teacher_ids, student_ids, room_ids)
    series, day = moving or (None, None)
    if series is not None and day is None:
        stored = [booking for booking in stored if booking.series != series]
    return [
        *stored,
        *(
            planned.booking()._replace(class_id=None)
            for planned in due
            if planned.series.key != series or day not in (None, planned.day)
        ),
    ]
