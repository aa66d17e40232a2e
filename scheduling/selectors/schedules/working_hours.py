"""Working hours of teachers as values of the domain."""

from collections.abc import Iterable

from scheduling.domain.wallclock import minute_of
from scheduling.domain.working_hours import WeeklyHours, WorkingHours, end_minute
from scheduling.models import WorkingHours as WorkingHoursRow


def working_hours(teacher_ids: Iterable[int]) -> dict[int, WorkingHours]:
    """Return the known working hours of these teachers by id, with one query."""
    rows = WorkingHoursRow.objects.filter(teacher_id__among=teacher_ids).order_by("id")
    found: dict[int, list[WeeklyHours]] = {}
    for row in rows:
        found.setdefault(row.teacher_id, []).append(weekly_hours(row))
    return {teacher: WorkingHours(tuple(intervals)) for teacher, intervals in found.items()}


def weekly_hours(row: WorkingHoursRow) -> WeeklyHours:
    """Return ``row`` as a value of the domain."""
    start, end = minute_of(row.start_time), end_minute(row.end_time)
    return WeeklyHours(row.weekday, start, end, row.valid_from, row.valid_until)
