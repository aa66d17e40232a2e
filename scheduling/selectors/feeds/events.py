"""The events of a calendar feed, and the stored classes among them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import CalendarFeed, ClassStatus, ScheduledClass
from scheduling.selectors.classes import series_key
from scheduling.selectors.schedules.series import rows_of


class Revision(NamedTuple):
    """When a calendar entry was created and last changed.

    ``created_at`` is the creation of its series, or of a one-off. ``own`` is the last change of its
    class, or of the series while the class is as the series makes it. ``latest`` is the last of
    that and of the changes to the names of its people and its room. Neither falls when the class
    goes to another teacher or room: that is a change of its own, and later.
    """

    created_at: datetime
    own: datetime
    latest: datetime

    @property
    def at(self) -> datetime:
        """DTSTAMP and LAST-MODIFIED: whole seconds of UTC (RFC 5545 §3.8.7.2, §3.8.7.3)."""
        return self.latest.astimezone(UTC).replace(microsecond=0)

    @property
    def sequence(self) -> int:
        """SEQUENCE: 0 at first, higher after every change, never lower (RFC 5545 §3.8.7.4).

        The seconds from the creation to ``own``, and three times those to ``latest``. No two
        changes of a class share a second. The factor keeps it above the numbers of earlier
        versions, which added up three times.
        """
        own, latest = (max(0.0, (one - self.created_at).total_seconds()) for one in self[1:])
        return int(own) + int(3 * latest)


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """A class or a planned occurrence of a calendar.

    Instants are in UTC; ``time_zone`` is the zone in which it takes place. ``original_teacher`` is
    the one for whom a substitute gives it.
    """

    starts_at: datetime
    uid: str
    ends_at: datetime
    time_zone: str
    subject: str
    student: str
    teacher: str
    room: str
    revision: Revision
    original_teacher: str = ""
    is_cancelled: bool = False
    cancel_reason: str = ""


def occurrence_uid(key: SeriesKey, week: date) -> str:
    """Return the UID of an occurrence, stored or planned: its series and its week.

    A move does not change it (RFC 5545 §3.8.4.7).
    """
    name = "schedule" if key.kind is SeriesKind.FIXED_SCHEDULE else "slot"
    return f"{name}-{key.id}-{week}@class-tracker"


def stored_events(feed: CalendarFeed, since: datetime) -> Iterator[FeedEvent]:
    """Return the stored classes of ``feed`` that end after ``since``, in one query."""
    rows = ScheduledClass.objects.filter(ends_at__gt=since).order_by()
    if feed.student_id is not None:
        rows = rows.filter(student=feed.student_id)
    elif feed.guardian_id is not None:
        rows = rows.filter(student__guardians=feed.guardian_id)
    elif feed.teacher_id is not None:
        rows = rows.filter(teacher=feed.teacher_id)
    values = rows.values_list(*_COLUMNS, named=True)
    return map(_event, values.iterator(2_000))


def series_revisions(keys: Collection[SeriesKey]) -> dict[SeriesKey, Revision]:
    """Return the revisions of the planned occurrences of these series, with a query per kind."""
    found = {}
    for kind in SeriesKind:
        if ids := [key.id for key in keys if key.kind is kind]:
            rows = rows_of(kind).filter(id__among=ids).order_by()
            columns = ("id", "created_at", "revised_at", *_NAMED)
            for pk, created, revised, *named in rows.values_list(*columns):
                found[SeriesKey(kind, pk)] = _revision(created, revised, *named)
    return found


_NAMED = ("student__revised_at", "teacher__revised_at", "room__revised_at")
_COLUMNS = (
    "id",
    "fixed_schedule_id",
    "recurring_slot_id",
    "week",
    "starts_at",
    "ends_at",
    "time_zone",
    "status",
    "cancel_reason",
    "subject",
    "created_at",
    "updated_at",
    "edited_at",
    "fixed_schedule__created_at",
    "fixed_schedule__revised_at",
    "recurring_slot__created_at",
    "recurring_slot__revised_at",
    *_NAMED,
    "room__name",
    "student__first_name",
    "student__last_name",
    "teacher__name",
    "original_teacher__name",
    "original_teacher__revised_at",
)


def _revision(created: datetime, own: datetime, *named: datetime | None) -> Revision:
    return Revision(created, own, max([own, *(each for each in named if each is not None)]))


def _event(row: Any) -> FeedEvent:
    key = series_key(row.fixed_schedule_id, row.recurring_slot_id)
    created, changed = row.created_at, row.updated_at
    if key is not None:
        if row.edited_at is None and changed == created:
            # Storing a planned occurrence does not change it.
            changed = min(changed, getattr(row, f"{key.kind.value}__revised_at"))
        created = getattr(row, f"{key.kind.value}__created_at")
    named = (*(getattr(row, column) for column in _NAMED), row.original_teacher__revised_at)
    return FeedEvent(
        starts_at=row.starts_at,
        uid=occurrence_uid(key, row.week) if key else f"class-{row.id}@class-tracker",
        ends_at=row.ends_at,
        time_zone=row.time_zone,
        subject=row.subject,
        student=f"{row.student__first_name} {row.student__last_name}".strip(),
        teacher=row.teacher__name or "",
        room=row.room__name or "",
        revision=_revision(created, changed, *named),
        original_teacher=row.original_teacher__name or "",
        is_cancelled=row.status == ClassStatus.CANCELLED,
        cancel_reason=row.cancel_reason,
    )
