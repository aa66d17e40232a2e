"""Changes of classes ahead, as the people who are notified see them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from scheduling.domain.existing_classes import StoredClass
from scheduling.domain.wallclock import from_epoch
from scheduling.models import ChangeKind, ClassStatus, ScheduledClass


@dataclass(frozen=True, slots=True)
class Place:
    """When a class takes place, with whom, and whether it is cancelled.

    ``is_new``: before a family booked it, there was no class.
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
        instants = ("starts_at", "ends_at")
        return cls(
            **{**values, **{name: datetime.fromisoformat(values[name]) for name in instants}}
        )

    def to_json(self) -> dict[str, Any]:
        """Return the fields; DjangoJSONEncoder writes the instants."""
        return asdict(self)

    def taking_place(self) -> "Place":
        """Return the same place of a class that is not cancelled."""
        return replace(self, is_cancelled=False)


@dataclass(frozen=True, slots=True)
class ClassChange:
    """A change of a class. ``after`` is None if its row is deleted.

    ``revision`` is the ``updated_at`` of the row after the change, or the time of the deletion. It
    identifies the change. ``is_earlier``: it was made before this action, and concerns only those
    who have not been notified of the cancellation.
    """

    class_id: int
    revision: datetime
    before: Place
    after: Place | None
    is_earlier: bool = False


def changes_since(before: Mapping[int, Place], now: datetime) -> list[ClassChange]:
    """Return the changes of these classes, by id, between ``before`` and the current rows."""
    rows = {row.pk: row for row in ScheduledClass.objects.filter(id__among=before)}
    changes = []
    for class_id, place in before.items():
        row = rows.get(class_id)
        after, revision = (Place.of(row), row.updated_at) if row else (None, now)
        if after != place:
            changes.append(ClassChange(class_id, revision, place, after))
    return changes


def earlier_cancellations(classes: Iterable[ScheduledClass]) -> list[ClassChange]:
    """Return the changes that cancelled these classes, which are cancelled already."""
    return [
        ClassChange(row.pk, row.updated_at, Place.of(row).taking_place(), Place.of(row), True)
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
    is_restored = before.is_cancelled and teacher_id in (None, before.teacher_id)
    return ChangeKind.RESTORED if is_restored else ChangeKind.GIVEN


def _kind_of_move(before: Place, after: Place, teacher_id: int | None) -> ChangeKind | None:
    if (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at):
        return ChangeKind.MOVED
    if teacher_id is None and before.teacher_id != after.teacher_id:
        return ChangeKind.TEACHER
    return None
