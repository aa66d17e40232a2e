"""The open conflicts of planned occurrences, by rule and by date, and resolving one by sharing.

They are planned anew for every call, so that a resolved conflict disappears at once, and one that
no run has reported yet is included.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.domain.outcomes import Outcome
from scheduling.domain.planning.resolve import Conflict
from scheduling.domain.planning.rule_conflicts import blocked_series, group_by_rules
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.wallclock import from_epoch, hours_on
from scheduling.domain.windows import monday_of
from scheduling.jobs.monitoring.coverage import coverage
from scheduling.jobs.runs.result_lines import PersonNames, ResultLine, conflict_line, rooms_of
from scheduling.models import JobRunItem, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED
from scheduling.selectors.schedules.series import rows_of
from scheduling.selectors.studio import studio_day
from scheduling.text.dates import day_of_year, in_zone, weekdays_text

from .edit import manual_edit

# The most missing classes to plan, those of the oldest series first.
MOST = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """A planned occurrence that conflicts with another class.

    ``booking_id``: the stored class in its way, None if that is only planned. ``rival``: the series
    of that class, None for a one-off; ``rival_hours`` are its hours in its own zone, empty if they
    are those of the occurrence. ``begun``: the start is past. ``can_share``: both have the
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
    rival_hours: str
    room_id: int | None
    begun: bool
    can_share: bool

    @property
    def order(self) -> tuple[object, ...]:
        """By date and time."""
        return self.day, self.line.start_time, self.key

    @property
    def duration(self) -> timedelta:
        """The duration in local time."""
        start, end = self.line.start_time, self.line.end_time
        if start is None or end is None:
            raise ValueError("an occurrence has times")
        minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
        return timedelta(minutes=minutes % (24 * 60) or 24 * 60)


@dataclass(frozen=True, slots=True)
class RuleConflict:
    """The conflicts of two weekly rules, or of a rule and a one-off, by date.

    ``key`` is the series that makes way.
    """

    key: SeriesKey
    collisions: tuple[Collision, ...]

    @property
    def typical(self) -> Collision:
        """The first conflict of the series that makes way."""
        return next(each for each in self.collisions if each.key == self.key)

    @property
    def ahead(self) -> list[Collision]:
        """The conflicts that have not begun."""
        return [each for each in self.collisions if not each.begun]

    @property
    def title_parts(self) -> dict[str, str]:
        """“Fridays 17:00”; the teacher, student or room of both; and the two that differ.

        There is no ``other`` if neither lesson of a student has a teacher.
        """
        line, hours = self.typical.line, self.typical.rival_hours
        assert line.start_time is not None
        when = f"{weekdays_text(self.typical.day.isoweekday())} {line.start_time:%H:%M}"
        when = in_zone(when, line.zone)
        shared, one, other = line.teacher, line.student, line.params["with_student"]
        if "with_room" in line.params:
            shared = line.params["with_room"]
        elif line.student_id == self.typical.rival_student_id:
            shared = line.student
            nobody = _("a lesson without a teacher")
            one, other = line.teacher or nobody, line.params["with_teacher"] or nobody
            if one == other == nobody:
                both = f"{_('two lessons without a teacher')} {hours and f'({hours})'}".strip()
                return {"when": when, "shared": shared, "one": both}
        if hours:
            other = f"{other} ({hours})"
        return {"when": when, "shared": shared, "one": one, "other": other}

    @property
    def title_format(self) -> str:
        """The title with the names of ``title_parts``."""
        if "other" in self.title_parts:
            return _("%(when)s, %(shared)s: %(one)s and %(other)s")
        return _("%(when)s, %(shared)s: %(one)s")

    @property
    def title(self) -> str:
        """“Fridays 17:00, Clara: Leo and Iker”."""
        return self.title_format % self.title_parts

    @property
    def weeks(self) -> int:
        """The number of weeks with a conflict."""
        return len({monday_of(each.day) for each in self.collisions})

    @property
    def period(self) -> str:
        """“12 weeks, since 27 Nov”; “from” if the first date is ahead."""
        text = ngettext("%(n)d week", "%(n)d weeks", self.weeks) % {"n": self.weeks}
        day = day_of_year(self.collisions[0].day)
        if self.collisions[0].begun:
            return _("%(weeks)s, since %(day)s") % {"weeks": text, "day": day}
        return _("%(weeks)s, from %(day)s") % {"weeks": text, "day": day}

    def without(self, known: Container[tuple[SeriesKey, date]]) -> "RuleConflict | None":
        """Return the conflict without the series and dates in ``known``; None if none is left."""
        left = tuple(each for each in self.collisions if (each.key, each.day) not in known)
        if not left:
            return None
        keys = {each.key for each in left}
        return RuleConflict(self.key if self.key in keys else left[0].key, left)


def rule_conflicts(now: datetime) -> list[RuleConflict]:
    """Return the conflicts of this week and the horizon by their two rules, by first date.

    The number of queries is constant. Fixed schedules are planned for the whole week, including
    past days; slots from today on.
    """
    return by_rules(coverage(now, most=MOST).conflicts, now)


def by_rules(found: Iterable[Conflict], now: datetime) -> list[RuleConflict]:
    """Return the conflicts of a plan by their two rules, by first date."""
    groups = group_by_rules(found)
    conflicts = list(chain.from_iterable(groups))
    names = _names(conflicts)
    keys = {conflict.planned.series.key for conflict in conflicts}
    since = _first_reported(keys, monday_of(studio_day(now)))
    return [
        RuleConflict(
            blocked_series(group),
            tuple(
                _collision(each, names, since.get((each.planned.series.key, each.planned.day)), now)
                for each in group
            ),
        )
        for group in groups
    ]


def collisions(now: datetime) -> list[Collision]:
    """Return the conflicts of ``rule_conflicts`` date by date."""
    found = chain.from_iterable(each.collisions for each in rule_conflicts(now))
    return sorted(found, key=lambda collision: collision.order)


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
    same_times = (planned.starts, planned.ends) == (booking.starts, booking.ends)
    return Collision(
        key=series.key,
        day=planned.day,
        line=conflict_line(conflict, names),
        since=since,
        booking_id=booking.class_id,
        rival=booking.series,
        rival_student_id=booking.student_id,
        rival_hours=""
        if same_times
        else hours_on(booking.day, booking.start_time, booking.end_time, booking.zone),
        room_id=series.room_id,
        begun=begun,
        can_share=(
            not begun
            and series.teacher_id is not None
            and series.teacher_id == booking.teacher_id
            and series.student_id != booking.student_id
            and same_times
        ),
    )
