"""The open conflicts of planned occurrences, and resolving one as a group lesson.

They are planned anew for every call, so that a resolved conflict disappears at once, and one that
no run has reported yet is included.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.domain.planning.resolve import Conflict
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.wallclock import from_epoch
from scheduling.domain.windows import monday_of
from scheduling.jobs.monitoring.coverage import coverage
from scheduling.jobs.runs.result_lines import PersonNames, ResultLine, conflict_line, rooms_of
from scheduling.models import JobRunItem, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED
from scheduling.selectors.schedules.series import rows_of
from scheduling.selectors.studio import studio_day

from .edit import manual_edit

# The most missing classes to plan, those of the oldest series first.
MOST = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """A planned occurrence that conflicts with another class.

    ``booking_id``: the stored class in its way, None if that is only planned. ``rival``: the series
    of that class, None for a one-off. ``begun``: the start is past. ``can_share``: both have the
    same teacher and exactly the same times, and may become a group lesson. ``since``: when a run
    first reported it, None if that log is pruned.
    """

    key: SeriesKey
    day: date
    line: ResultLine
    since: datetime | None
    booking_id: int | None
    rival: SeriesKey | None
    rival_student_id: int
    room_id: int | None
    begun: bool
    can_share: bool

    @property
    def duration(self) -> timedelta:
        """The duration in local time."""
        start, end = self.line.start_time, self.line.end_time
        if start is None or end is None:
            raise ValueError("an occurrence has times")
        minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
        return timedelta(minutes=minutes % (24 * 60) or 24 * 60)


def collisions(now: datetime) -> list[Collision]:
    """Return the conflicts of this week and the horizon, in order. A constant number of queries.

    Fixed schedules are planned for the whole week, including past days; slots from today on.
    """
    conflicts = coverage(now, most=MOST).conflicts
    names = _names(conflicts)
    keys = {conflict.planned.series.key for conflict in conflicts}
    since = _first_reported(keys, monday_of(studio_day(now)))
    found = [
        _collision(
            conflict, names, since.get((conflict.planned.series.key, conflict.planned.day)), now
        )
        for conflict in conflicts
    ]
    return sorted(
        found, key=lambda collision: (collision.day, collision.line.start_time, collision.key)
    )


def find_collision(key: SeriesKey, day: date, now: datetime) -> Collision | None:
    """Return the conflict of ``key`` on ``day``, or None."""
    for collision in collisions(now):
        if (collision.key, collision.day) == (key, day):
            return collision
    return None


def share(collision: Collision, now: datetime) -> tuple[int, int]:
    """Turn both classes into a group lesson by flagging their series, or the one-off, as shared.

    Returns the ids of the students whose classes have to be planned again. Raises ValidationError
    unless ``can_share``.
    """
    if not collision.can_share:
        raise ValidationError(
            _("Only lessons of one teacher at exactly the same times can be shared."),
            code="not_shareable",
        )
    with transaction.atomic():
        for key in (collision.key, collision.rival):
            if key is not None:
                for row in rows_of(key.kind).select_for_update().filter(pk=key.id):
                    row.is_shared = True
                    row.save(update_fields=["is_shared"])
        # A one-off or an edited class is changed here, as no run changes it.
        rows = ScheduledClass.objects.select_for_update(no_key=True)
        rows = rows.filter(pk__in=[collision.booking_id])
        if collision.rival is not None:
            rows = rows.filter(~NOT_EDITED)
        for booking in rows:
            manual_edit(booking, {"is_shared": True}, now)
    assert collision.line.student_id is not None
    return collision.line.student_id, collision.rival_student_id


def _first_reported(
    keys: Iterable[SeriesKey], first: date
) -> dict[tuple[SeriesKey, date], datetime]:
    """Return when a run first reported the conflict of each series and date, from ``first`` on."""
    ids = {key.id for key in keys}
    if not ids:
        return {}
    rows = (
        JobRunItem.objects.filter(outcome=Outcome.CONFLICT, date__gte=first)
        .filter(series_id__in=list(ids)[:900])
        .order_by()
        .values_list("series_kind", "series_id", "date")
        .annotate(since=Min("run__created_at"))
    )
    return {
        (SeriesKey(SeriesKind(kind), number), day): since
        for kind, number, day, since in rows
        if kind
    }


def _names(conflicts: list[Conflict]) -> PersonNames:
    series = [conflict.planned.series for conflict in conflicts]
    bookings = [conflict.clash.booking for conflict in conflicts]
    return PersonNames(
        [*(rule.student_id for rule in series), *(booking.student_id for booking in bookings)],
        [*(rule.teacher_id for rule in series), *(booking.teacher_id for booking in bookings)],
        rooms_of(conflicts),
    )


def _collision(
    conflict: Conflict,
    names: PersonNames,
    since: datetime | None,
    now: datetime,
) -> Collision:
    planned, booking = conflict.planned, conflict.clash.booking
    series = planned.series
    begun = from_epoch(planned.starts) <= now
    return Collision(
        key=series.key,
        day=planned.day,
        line=conflict_line(conflict, names),
        since=since,
        booking_id=booking.class_id,
        rival=booking.series,
        rival_student_id=booking.student_id,
        room_id=series.room_id,
        begun=begun,
        can_share=(
            not begun
            and series.teacher_id is not None
            and series.teacher_id == booking.teacher_id
            and series.student_id != booking.student_id
            and (planned.starts, planned.ends) == (booking.starts, booking.ends)
        ),
    )
