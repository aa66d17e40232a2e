"""Weekly lessons as their rules and closures put them, whether a run has stored them or not."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Case, Q, When

from scheduling.domain.outcomes import Outcome
from scheduling.domain.recurrence import day_in_week
from scheduling.domain.series import Series, SeriesKey, SeriesKind
from scheduling.domain.wallclock import instant
from scheduling.domain.windows import DAY, monday_of, monday_of_number, week_number
from scheduling.models import ClassStatus, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.series import load_by_key, load_series

from .changes import Place, WeekOfSeries, local_day

Days = tuple[date, date]
# How far changes are compared. One that lasts until the last of these weeks has no known end: the
# interval of a series is at most four weeks, and a closure may be in the way.
WEEKS = 104
MARGIN = 8


@dataclass(frozen=True, slots=True)
class WeeklyLesson:
    """A series, and the days of the closures that concern it."""

    series: Series
    closed: tuple[Days, ...]

    def place(self, number: int) -> Place | None:
        """Return the place of the occurrence in week ``number``, None if there is none."""
        series = self.series
        day = None if series.error else day_in_week(series, number)
        if day is None or (series.suspension and series.suspension.outcome is Outcome.NOT_STARTED):
            return None
        starts_at = instant(day, series.start_time, series.zone)
        is_closed = any(first <= day <= last for first, last in self.closed)
        return Place(
            series.student_id,
            series.teacher_id,
            starts_at,
            starts_at + timedelta(minutes=series.duration_minutes),
            series.zone,
            series.subject,
            series.room_id,
            is_closed or series.suspension is not None,
        )


class _StoredState(NamedTuple):
    takes_place: bool
    is_edited: bool


@dataclass(frozen=True, slots=True)
class WeeklyLessons:
    """Weekly lessons at one time: those in ``scope`` that have not ended before this week.

    ``weeks`` are compared. ``stored`` has the weeks with a class.
    """

    scope: Q
    weeks: Sequence[int]
    lessons: dict[SeriesKey, WeeklyLesson]
    stored: dict[tuple[SeriesKey, int], _StoredState]


def load_weekly_lessons(
    scope: Q, now: datetime, days: Iterable[Days] = (), weeks: Sequence[int] = ()
) -> WeeklyLessons:
    """Return the weekly lessons in ``scope``, to be compared on ``days``; empty: on all."""
    since = monday_of(now.date() - DAY)
    weeks = weeks or _weeks(since, list(days))
    current = Q(valid_until__isnull=True) | Q(valid_until__gte=since)
    found = [each for kind in SeriesKind for each in load_series(kind, scope & current)]
    lessons = {lesson.series.key: lesson for lesson in _with_closures(found, since)}
    stored: dict[tuple[SeriesKey, int], _StoredState] = {}
    is_edited = Case(When(NOT_EDITED, then=False), default=True)
    first, last = monday_of_number(min(weeks)), monday_of_number(max(weeks))
    for kind in SeriesKind:
        ids = [key.id for key in lessons if key.kind is kind]
        rows = ScheduledClass.objects.filter(
            **{f"{kind.value}_id__among": ids}, week__gte=first, week__lte=last
        )
        columns = (f"{kind.value}_id", "week", "status", "is_edited")
        for pk, week, status, edited in rows.annotate(is_edited=is_edited).values_list(*columns):
            takes_place = status != ClassStatus.CANCELLED
            stored[SeriesKey(kind, pk), week_number(week)] = _StoredState(takes_place, edited)
    return WeeklyLessons(scope, weeks, lessons, stored)


def _weeks(since: date, days: Sequence[Days]) -> Sequence[int]:
    first = week_number(since)
    if not days:
        return range(first, first + WEEKS + MARGIN)
    found = {
        number
        for begin, end in days
        for number in range(week_number(begin), week_number(end) + 1)
        if first <= number < first + WEEKS
    }
    return sorted(found) or [first]


def _with_closures(found: Sequence[Series], since: date) -> Iterator[WeeklyLesson]:
    teachers = {series.teacher_id for series in found if series.teacher_id is not None}
    calendar = load_calendar(since, teachers, {series.student_id for series in found})
    for series in found:
        closures = calendar.concerning(series.teacher_id, series.student_id, series.key)
        yield WeeklyLesson(series, tuple(sorted((each.first, each.last) for each in closures)))


def takes_place(place: Place | None) -> bool:
    return place is not None and not place.is_cancelled


def current_place(week: WeekOfSeries, before: Place, now: datetime) -> tuple[Place, Place | None]:
    """Return what the reader knows of an occurrence or weekly lesson, and its present place.

    A class that nobody has edited is where its rule puts it, or will be after the next run. A
    weekly lesson of which some classes have begun is reported from the next one on.
    """
    number = week_number(week.week)
    if not before.weeks:
        rows = ScheduledClass.objects.filter(~NOT_EDITED, week=week.week)
        if row := rows.filter(**{f"{week.series.kind.value}_id": week.series.id}).first():
            return before, Place.of(row)
        lesson = _current_lesson(week.series, number)
        return before, lesson.place(number) if lesson else None
    while True:
        lesson = _current_lesson(week.series, number)
        after = lesson.place(number) if lesson else None
        begins = after if after is not None and takes_place(after) else before
        following = before.weeks_later(before.weeks)
        is_last = before.last is not None and local_day(following) > before.last
        if begins.starts_at > now or is_last:
            break
        before, number = following, number + before.weeks
    if after is not None and lesson is not None:
        after = replace(after, weeks=before.weeks, last=_last_day(lesson.series, before, number))
    return before, after


def places_on(days: Collection[date], now: datetime) -> list[Place]:
    """Return the places ahead on ``days`` of all lessons, as far as no class is stored."""
    found = load_weekly_lessons(Q(), now, [(day, day) for day in days])
    places = [
        place
        for key, lesson in found.lessons.items()
        for number in found.weeks
        if (key, number) not in found.stored and (place := lesson.place(number)) is not None
    ]
    return [
        place
        for place in places
        if not place.is_cancelled and place.starts_at > now and local_day(place) in days
    ]


def next_places(found: WeeklyLessons, now: datetime) -> dict[SeriesKey, Place]:
    """Return the next place of each lesson that takes place again."""
    places = {
        key: next(
            (
                place
                for number in found.weeks
                if (place := lesson.place(number)) is not None
                and not place.is_cancelled
                and place.starts_at > now
            ),
            None,
        )
        for key, lesson in found.lessons.items()
    }
    return {key: place for key, place in places.items() if place is not None}


def _last_day(series: Series, before: Place, number: int) -> date | None:
    """Return the date of the last occurrence that is reported; None if no end is known."""
    ends = [week_number(day) for day in (series.last, before.last) if day is not None]
    if not ends or min(ends) >= number + WEEKS:
        return None
    days = (day_in_week(series, last) for last in range(min(ends), number - 1, -1))
    return next((day for day in days if day is not None), None)


def _current_lesson(key: SeriesKey, number: int) -> WeeklyLesson | None:
    """Return the lesson with ``key``, or the successor to which it was handed over since."""
    series = next(iter(load_by_key([key])), None)
    since = monday_of_number(number)
    while series is not None and series.last is not None and series.last < since + 6 * DAY:
        if day_in_week(series, number) is not None:
            break
        successors = load_series(
            key.kind, Q(student_id=series.student_id, valid_from=series.last + DAY)
        )
        if not successors:
            break
        likely = (series.subject, series.teacher_id)
        series = max(successors, key=lambda each: (each.subject, each.teacher_id) == likely)
    if series is None:
        return None
    return next(_with_closures([series], since), None)
