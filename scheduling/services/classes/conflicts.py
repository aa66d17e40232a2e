"""Conflicts as a place to work: what collides, since when, and the way out that is a group lesson.

They are counted from what is there, as on the first page: what a person resolved is gone at once,
and what no run has reported yet is among them.
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
from scheduling.jobs.runs.result_lines import PersonNames, ResultLine, conflict_line
from scheduling.models import JobRunItem, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED
from scheduling.selectors.schedules.series import rows_of
from scheduling.selectors.studio import studio_day

from .edit import manual_edit

# Of more classes that are not there the oldest rules' are looked at; the others come up later.
MOST = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """An occurrence without a place. ``booking`` is the stored class in its way, None where that
    is only planned; ``rival`` the series that this belongs to, None for a one-off.

    ``begun``: its hour is past, so that only this week can be settled. ``can_share``: the same
    teacher at exactly the same times, so that both may be one group lesson.
    ``since`` is when a run first reported it; None where the log of that is pruned.
    """

    key: SeriesKey
    day: date
    line: ResultLine
    since: datetime | None
    booking_id: int | None
    rival: SeriesKey | None
    rival_student_id: int
    begun: bool
    can_share: bool

    @property
    def duration(self) -> timedelta:
        """How long the lesson lasts on the clock."""
        start, end = self.line.start_time, self.line.end_time
        if start is None or end is None:
            raise ValueError("an occurrence has times")
        minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
        return timedelta(minutes=minutes % (24 * 60) or 24 * 60)


def collisions(now: datetime) -> list[Collision]:
    """What collides this week and in the horizon, in order. A constant number of queries.

    A class of a fixed schedule is owed for the whole week, whatever day of it is past; a slot asks
    for nothing before today.
    """
    left = coverage(now, most=MOST).conflicts
    names = _names(left)
    since = _since({one.planned.series.key for one in left}, monday_of(studio_day(now)))
    made = [
        _collision(one, names, since.get((one.planned.series.key, one.planned.day)), now)
        for one in left
    ]
    return sorted(made, key=lambda one: (one.day, one.line.start_time, one.key))


def find_collision(key: SeriesKey, day: date, now: datetime) -> Collision | None:
    """The one of ``key`` on ``day``; None where there is none (any more)."""
    for one in collisions(now):
        if (one.key, one.day) == (key, day):
            return one
    return None


def share(one: Collision, now: datetime) -> tuple[int, int]:
    """Make a group lesson of both: their series, or the one-off, are flagged shared from now on.

    Answers the students whose classes are to be brought up to date. Raises ValidationError where
    they can't be one lesson.
    """
    if not one.can_share:
        raise ValidationError(
            _("Only lessons of one teacher at exactly the same times can be shared."),
            code="not_shareable",
        )
    with transaction.atomic():
        for key in (one.key, one.rival):
            if key is not None:
                for row in rows_of(key.kind).select_for_update().filter(pk=key.id):
                    row.is_shared = True
                    row.save(update_fields=["is_shared"])
        # What no run changes follows by hand: a one-off, a class that a person acted on.
        rows = ScheduledClass.objects.select_for_update(no_key=True).filter(pk__in=[one.booking_id])
        if one.rival is not None:
            rows = rows.filter(~NOT_EDITED)
        for booking in rows:
            manual_edit(booking, {"is_shared": True}, now)
    assert one.line.student_id is not None
    return one.line.student_id, one.rival_student_id


def _since(keys: Iterable[SeriesKey], first: date) -> dict[tuple[SeriesKey, date], datetime]:
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
    series = [one.planned.series for one in conflicts]
    bookings = [one.clash.booking for one in conflicts]
    return PersonNames(
        [one.student_id for one in series] + [one.student_id for one in bookings],
        [one.teacher_id for one in series] + [one.teacher_id for one in bookings],
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
        begun=begun,
        can_share=(
            not begun
            and series.teacher_id is not None
            and series.teacher_id == booking.teacher_id
            and series.student_id != booking.student_id
            and (planned.starts, planned.ends) == (booking.starts, booking.ends)
        ),
    )
