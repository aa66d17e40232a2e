"""Changes of classes ahead, as the people who are notified see them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from scheduling.domain.existing_classes import StoredClass
from scheduling.domain.series import SeriesKey
from scheduling.domain.wallclock import from_epoch, instant, local_times
from scheduling.domain.windows import monday_of_number
from scheduling.models import ChangeKind, ClassStatus, ScheduledClass
from scheduling.selectors.classes import series_key

# Fields that only the places of weekly lessons have.
_OF_WEEKLY = ("weeks", "last", "is_added")


class WeekOfSeries(NamedTuple):
    """An occurrence: a series, and the Monday of an ISO week.

    ``is_weekly``: the weekly lesson from then on.
    """

    series: SeriesKey
    week: date
    is_weekly: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """When a class takes place, with whom, and whether it is cancelled.

    ``is_new``: before a family booked it, there was no class. ``is_added``: before a person changed
    the weekly lesson, there was no class.

    ``weeks``: the first of a series of classes, one every ``weeks`` weeks; 0 for a single class.
    ``last`` is the date of the last one, None if no end is known.
    """

    student_id: int
    teacher_id: int | None
    starts_at: datetime
    ends_at: datetime
    zone: str
    subject: str
    room_id: int | None = None
    is_cancelled: bool = False
    is_new: bool = False
    weeks: int = 0
    last: date | None = None
    is_added: bool = False

    @classmethod
    def of(cls, row: ScheduledClass) -> "Place":
        """Return the place of a class. Its instants must be derived already."""
        return cls(
            row.student_id,
            row.teacher_id,
            row.starts_at,
            row.ends_at,
            row.time_zone,
            row.subject,
            row.room_id,
            row.status == ClassStatus.CANCELLED,
        )

    @classmethod
    def of_stored(cls, row: StoredClass) -> "Place":
        """Return the place of a class as the planner read it."""
        return cls(
            row.student_id,
            row.teacher_id,
            from_epoch(row.starts),
            from_epoch(row.ends),
            row.zone,
            row.subject,
            row.room_id,
            row.is_cancelled,
        )

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Place":
        """Return the place that ``to_json`` gave."""
        read: dict[str, Any] = {
            name: datetime.fromisoformat(values[name]) for name in ("starts_at", "ends_at")
        }
        if values.get("last"):
            read["last"] = date.fromisoformat(values["last"])
        return cls(**{**values, **read})

    def to_json(self) -> dict[str, Any]:
        """Return the fields; DjangoJSONEncoder writes the instants.

        Only a weekly lesson has its own fields: processes of the previous version don't know them.
        """
        values = asdict(self)
        return {name: value for name, value in values.items() if value or name not in _OF_WEEKLY}

    def taking_place(self) -> "Place":
        """Return the same place of a class that is not cancelled."""
        return replace(self, is_cancelled=False)

    def weeks_later(self, number: int) -> "Place":
        """Return the same place ``number`` weeks later, at the same local time."""
        begins, _ends = local_times(self.starts_at, self.ends_at, self.zone)
        day = begins.date() + timedelta(weeks=number)
        starts_at = instant(day, begins.time(), self.zone)
        return replace(
            self, starts_at=starts_at, ends_at=starts_at + (self.ends_at - self.starts_at)
        )


def local_day(place: Place) -> date:
    """Return the local date on which a class begins."""
    return local_times(place.starts_at, place.ends_at, place.zone)[0].date()


@dataclass(frozen=True, slots=True)
class ClassChange:
    """A change of a class. ``after`` is None if its row is deleted.

    ``revision`` is the ``updated_at`` of the row after the change, or the time of the deletion. It
    identifies the change. ``is_earlier``: it was made before this action, and concerns only those
    who have not been notified of the cancellation.

    ``occurrence`` is that of the class, if it has one. A weekly lesson, and an occurrence that is
    not stored, has no ``class_id``; its revision is the time of the change, and ``former`` the
    series that it belonged to before.
    """

    class_id: int | None
    revision: datetime
    before: Place
    after: Place | None
    is_earlier: bool = False
    occurrence: WeekOfSeries | None = None
    former: SeriesKey | None = None

    @property
    def names(self) -> list[int | WeekOfSeries]:
        """The class and the occurrence: an earlier notice of either is about the same lesson."""
        names: list[int | WeekOfSeries] = [] if self.class_id is None else [self.class_id]
        if self.occurrence is not None:
            names.append(self.occurrence._replace(series=self.former or self.occurrence.series))
        return names


def occurrence_of(row: ScheduledClass) -> WeekOfSeries | None:
    """Return the occurrence that a class fulfils; None for a one-off."""
    series = series_key(row.fixed_schedule_id, row.recurring_slot_id)
    return WeekOfSeries(series, row.week) if series and row.week else None


def occurrence_of_stored(row: StoredClass) -> WeekOfSeries:
    """Return the occurrence of a class as the planner read it."""
    return WeekOfSeries(row.series, monday_of_number(row.week))


def changes_since(
    before: Mapping[int, Place],
    now: datetime,
    occurrences: Mapping[int, WeekOfSeries | None] | None = None,
) -> list[ClassChange]:
    """Return the changes of these classes, by id, between ``before`` and the current rows.

    ``occurrences`` are those of the classes before, by id.
    """
    rows = {row.pk: row for row in ScheduledClass.objects.filter(id__among=before)}
    changes = []
    for class_id, place in before.items():
        row = rows.get(class_id)
        after, revision = (Place.of(row), row.updated_at) if row else (None, now)
        if after != place:
            found = (occurrences or {}).get(class_id) or (occurrence_of(row) if row else None)
            changes.append(ClassChange(class_id, revision, place, after, occurrence=found))
    return changes


def earlier_cancellations(classes: Iterable[ScheduledClass]) -> list[ClassChange]:
    """Return the changes that cancelled these classes, which are cancelled already."""
    return [
        ClassChange(
            row.pk,
            row.updated_at,
            Place.of(row).taking_place(),
            Place.of(row),
            is_earlier=True,
            occurrence=occurrence_of(row),
        )
        for row in classes
    ]


def kind_of(
    before: Place, after: Place | None, now: datetime, teacher_id: int | None = None
) -> ChangeKind | None:
    """Return the change for the family of ``before``, or for a teacher.

    Returns None if nothing changes for them, or if the class has begun at ``now``.
    """
    here = after if after is not None and after.student_id == before.student_id else None
    was = not before.is_cancelled and teacher_id in (None, before.teacher_id)
    stays = here is not None and not here.is_cancelled and teacher_id in (None, here.teacher_id)
    if not was and not stays:
        return None
    relevant = here if stays and here is not None else before
    if relevant.starts_at <= now:
        return None
    if was and stays:
        return _kind_of_move(before, relevant, teacher_id)
    if was:
        is_taken = teacher_id is not None and here is not None and not here.is_cancelled
        return ChangeKind.TAKEN if is_taken else ChangeKind.CANCELLED
    if before.is_new:
        return ChangeKind.BOOKED
    if before.is_added:
        return ChangeKind.NEW if teacher_id is None else ChangeKind.GIVEN
    is_restored = before.is_cancelled and teacher_id in (None, before.teacher_id)
    return ChangeKind.RESTORED if is_restored else ChangeKind.GIVEN


def _kind_of_move(before: Place, after: Place, teacher_id: int | None) -> ChangeKind | None:
    if (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at):
        return ChangeKind.MOVED
    if teacher_id is None and before.teacher_id != after.teacher_id:
        return ChangeKind.TEACHER
    return None
