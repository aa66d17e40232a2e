"""Conflicts as a place to work: what collides, since when, and the way out that is a group lesson.

What the newest runs reported is asked of the planner again, so that what a person resolved is gone
at once, and what is left is what the next run would say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.domain.plan import Conflict
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.wallclock import from_epoch
from scheduling.domain.windows import DAY, Window, monday_of
from scheduling.jobs.lines import Line, Names, conflict_line
from scheduling.models import Job, JobRunItem, ScheduledClass
from scheduling.selectors.runs import latest_full
from scheduling.selectors.scope import scope_condition
from scheduling.selectors.series import rows_of
from scheduling.selectors.stored import UNTOUCHED

from .classes import change_by_hand
from .occurrences.planned import plan_of

# Of more students' conflicts the first are worked on; the others come up as these go.
MOST_STUDENTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """An occurrence without a place. ``holder`` is the stored class in its way, None where that
    is only planned; ``rival`` the series that this belongs to, None for a one-off.

    ``begun``: its hour is past, so that only this week can be settled. ``can_share``: the same
    teacher at exactly the same times, so that both may be one group lesson.
    ``since`` is when a run first reported it; None where the log of that is pruned.
    """

    key: SeriesKey
    day: date
    line: Line
    since: datetime | None
    run_id: int | None
    holder_id: int | None
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


def collisions(today: date, now: datetime) -> list[Collision]:
    """What collides this week and from ``today`` on, in order. A constant number of queries.

    A class of a fixed schedule is owed for the whole week, whatever day of it is past; a slot asks
    for nothing before today.
    """
    first = monday_of(today)
    owed = Q(date__gte=first, series_kind=SeriesKind.FIXED_SCHEDULE.value)
    reported = _reported().filter(owed | Q(date__gte=today))
    keys = {
        (SeriesKey(SeriesKind(kind), number), day): run
        for kind, number, day, run in reported.order_by("run_id").values_list(
            "series_kind", "series_id", "date", "run_id"
        )
        if kind and number is not None and day is not None
    }
    if not keys:
        return []
    students = reported.values_list("student_id", flat=True).order_by("student_id").distinct()
    concerned = [pk for pk in students[:MOST_STUDENTS] if pk is not None]
    last = max(day for _, day in keys)
    _asked, found = plan_of(Window(first, last + DAY), scope_condition(concerned, ()), now)
    left = [one for one in found.plan.conflicts if (one.want.series.key, one.want.day) in keys]
    since = _since({one.want.series.key for one in left}, first)
    names = _names(left)
    made = [
        _collision(one, names, since.get((one.want.series.key, one.want.day)), keys, now)
        for one in left
    ]
    return sorted(made, key=lambda one: (one.day, one.line.start_time, one.key))


def find_collision(key: SeriesKey, day: date, today: date, now: datetime) -> Collision | None:
    """The one of ``key`` on ``day``; None where there is none (any more)."""
    for one in collisions(today, now):
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
        rows = ScheduledClass.objects.select_for_update(no_key=True).filter(pk__in=[one.holder_id])
        if one.rival is not None:
            rows = rows.filter(~UNTOUCHED)
        for holder in rows:
            change_by_hand(holder, {"is_shared": True}, now)
    assert one.line.student_id is not None
    return one.line.student_id, one.rival_student_id


def _reported() -> QuerySet[JobRunItem]:
    """The conflicts of the newest whole run of each job, and of whatever ran since."""
    newest = [run.pk for job in (Job.WEEKLY, Job.HORIZON) if (run := latest_full(job)) is not None]
    items = JobRunItem.objects.filter(outcome=Outcome.CONFLICT)
    return items.filter(run_id__gte=min(newest)) if newest else items


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


def _names(conflicts: list[Conflict]) -> Names:
    series = [one.want.series for one in conflicts]
    holders = [one.clash.holder for one in conflicts]
    return Names(
        [one.student_id for one in series] + [one.student_id for one in holders],
        [one.teacher_id for one in series] + [one.teacher_id for one in holders],
    )


def _collision(
    conflict: Conflict,
    names: Names,
    since: datetime | None,
    runs: dict[tuple[SeriesKey, date], int],
    now: datetime,
) -> Collision:
    want, holder = conflict.want, conflict.clash.holder
    series = want.series
    begun = from_epoch(want.starts) <= now
    return Collision(
        key=series.key,
        day=want.day,
        line=conflict_line(conflict, names),
        since=since,
        run_id=runs.get((series.key, want.day)),
        holder_id=holder.class_id,
        rival=holder.series,
        rival_student_id=holder.student_id,
        begun=begun,
        can_share=(
            not begun
            and series.teacher_id is not None
            and series.teacher_id == holder.teacher_id
            and series.student_id != holder.student_id
            and (want.starts, want.ends) == (holder.starts, holder.ends)
        ),
    )
